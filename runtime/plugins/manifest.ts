import {
  type PluginManifest,
  type PluginPermissions,
  SCHEMAS,
  SHARED_SCHEMAS,
} from '../../proto/generated/messages.ts';
import { type Contracts, createContracts, type JsonSchema } from '../contracts/contracts.ts';
import { TerminalError } from '../errors/errors.ts';
import { findJsonFault } from './json-fault.ts';
import { findManifestFaults } from './manifest-faults.ts';
import { findWrongTypes } from './own-types.ts';
import { DEFAULT_HEAP_MB, DEFAULT_WORKERS, maySeeAny, worksOn } from './permissions.ts';
import { quote } from './quote.ts';
import { whyReserved } from './reserved-queues.ts';

export interface PluginLimits {
  readonly callTimeoutMs: number;
  readonly maxOutputBytes: number;
  readonly maxHeapBytes: number;
  readonly maxWorkers: number;
}

/** Characters of a `plugin.json`. */
export const MAX_MANIFEST_LENGTH = 256 * 1024;

/**
 * A `plugin.json`, checked: by its schema, and for what a schema can't say.
 *
 * @param path where it comes from, for the message
 * @throws AW_PLUGIN_MANIFEST_INVALID with the places that are wrong
 */
export function readManifest(text: string, path: string): PluginManifest {
  const known = checked.get(text);
  if (known !== undefined) return known;
  const value = parse(text, path);
  checkSchema(value, path);
  const manifest = value as PluginManifest;
  const problems = firstOf(findProblems(manifest));
  if (problems !== undefined) throw invalid(path, problems);
  if (checked.size === MAX_CHECKED) checked.delete(checked.keys().next().value!);
  checked.set(text, manifest);
  return manifest;
}

/** Manifests that were checked, by their text: a check compiles schemas, and dashboards ask for the same ones again. */
const checked = new Map<string, PluginManifest>();
const MAX_CHECKED = 100;

/** `name@version`. */
export function pluginId({ name, version }: Pick<PluginManifest, 'name' | 'version'>): string {
  return `${name}@${version}`;
}

/** @param effective permissions, asked for and granted */
export function limitsOf({ limits = {} }: PluginManifest, { memory = {} }: PluginPermissions): PluginLimits {
  return {
    callTimeoutMs: limits.call_timeout_ms ?? DEFAULT_CALL_TIMEOUT_MS,
    maxOutputBytes: (limits.max_output_kb ?? DEFAULT_OUTPUT_KB) * 1024,
    maxHeapBytes: (memory.max_heap_mb ?? DEFAULT_HEAP_MB) * 1024 * 1024,
    maxWorkers: memory.max_workers ?? DEFAULT_WORKERS,
  };
}

const DEFAULT_CALL_TIMEOUT_MS = 1_000;
/** As much as the result of a job holds. */
const DEFAULT_OUTPUT_KB = 240;
/** Places in one message, and the last that is looked for in a manifest that is wrong throughout. */
const MAX_SHOWN = 5;
/** What is nested deeper has no use here, and would overflow the stack of whoever walks it. */
const MAX_DEPTH = 48;
const TYPE = 'plugin.json';
/** Made at first use, and kept: compiling the schema takes far longer than using it. */
let contracts: Contracts | undefined;

function parse(text: string, path: string): unknown {
  if (text.length > MAX_MANIFEST_LENGTH) {
    throw invalid(path, `it has ${text.length} characters of at most ${MAX_MANIFEST_LENGTH}`);
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    const why = findJsonFault(text) ?? (cause as Error).message;
    throw invalid(path, `it is no JSON: ${why}`, { hint: 'correct the JSON', cause });
  }
}

function checkSchema(value: unknown, path: string): void {
  if (isDeeper(value, MAX_DEPTH)) throw invalid(path, `it is nested more than ${MAX_DEPTH} deep`);
  contracts ??= createContracts(
    { [TYPE]: { $ref: '../schemas/plugin-manifest.schema.json' } },
    SHARED_SCHEMAS as Readonly<Record<string, JsonSchema>>,
  );
  try {
    contracts.validate(TYPE, value);
  } catch (cause) {
    const places = firstOf(findManifestFaults(value));
    throw invalid(path, places ?? (cause as Error).message.replace(`Data of "${TYPE}" breaks its schema: `, ''), {
      cause,
    });
  }
}

function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((inner) => isDeeper(inner, depth - 1));
}

/** The first of many, and whether there are more. */
function firstOf(places: Iterable<string>): string | undefined {
  const shown: string[] = [];
  for (const place of places) {
    if (shown.length === MAX_SHOWN) return `${shown.join('; ')}; and more`;
    shown.push(place);
  }
  return shown.length === 0 ? undefined : shown.join('; ');
}

function* findProblems(manifest: PluginManifest): Iterable<string> {
  const { permissions, hooks = {}, events = {} } = manifest;
  yield* findWrongTypes(manifest);
  for (const hook of ['onUSBAttach', 'onUSBDetach'] as const) {
    if (hooks[hook] !== undefined && !maySeeAny(permissions.usb)) {
      yield `/hooks/${hook} needs \`usb\` in permissions, with one of \`vendor_ids\` at least`;
    }
  }
  if (hooks.onJobReceived !== undefined && worksOn(permissions).length === 0) {
    yield '/hooks/onJobReceived needs a `queue` in permissions, its name alone or with mode `work` or `both`';
  }
  const names = (permissions.queue ?? []).map((queue) => (typeof queue === 'string' ? queue : queue.name));
  for (const [index, name] of names.entries()) {
    if (names.indexOf(name) < index) yield `/permissions/queue/${index} names "${name}" again`;
  }
  for (const [index, queue] of (permissions.queue ?? []).entries()) {
    const { name, mode } = typeof queue === 'string' ? { name: queue, mode: 'both' as const } : queue;
    const why = whyReserved(name, mode);
    if (why !== undefined) yield `/permissions/queue/${index} names "${name}", ${why}`;
  }
  for (const [index, type] of (permissions.events ?? []).entries()) {
    if (!Object.hasOwn(events, type) && !isEvent(type)) {
      yield `/permissions/events/${index} is ${quote(type)}, which is neither in \`events\` nor an event of AutoWeave`;
    }
  }
}

/** Commands and jobs are types too, but nobody emits them. */
function isEvent(type: string): boolean {
  const schema = (SCHEMAS as Readonly<Record<string, JsonSchema>>)[type];
  return Object.hasOwn(SCHEMAS, type) && /^Event: /.test(String(schema?.['description']));
}

function invalid(path: string, problem: string, options: { hint?: string; cause?: unknown } = {}): TerminalError {
  // The parser and the validator quote the file as it is, and it may be written to fool a terminal.
  const shown = problem.replace(/\p{C}/gu, ' ');
  return new TerminalError('AW_PLUGIN_MANIFEST_INVALID', `Cannot use manifest ${path}: ${shown}`, {
    hint: 'see docs/guide/plugins.md',
    ...options,
  });
}
