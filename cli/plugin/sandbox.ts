import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SCHEMAS, SHARED_SCHEMAS } from '../../proto/generated/messages.ts';
import { systemClock } from '../../runtime/clock/system-clock.ts';
import { createContracts, type JsonSchema } from '../../runtime/contracts/contracts.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import type { CallOutcome, PluginFiles } from '../../runtime/plugins/host-api.ts';
import { readManifest } from '../../runtime/plugins/manifest.ts';
import { startPluginHost } from '../../runtime/plugins/plugin-host.ts';
import { readPlugin } from '../../runtime/plugins/read-plugin.ts';
import { noInstruments } from '../../runtime/telemetry/instruments.ts';
import type { Log } from '../../runtime/telemetry/log.ts';
import { noTracer } from '../../runtime/telemetry/spans.ts';

/** A plugin as it runs in AutoWeave, in a thread with all that it asks for, but with nothing behind it. */
export interface Sandbox extends AsyncDisposable {
  /** Never rejects. One after the other. */
  call(functionName: string, input: string, surroundings: Surroundings): Promise<SandboxCall>;
}

export interface Surroundings {
  readonly kv: Readonly<Record<string, string>>;
  readonly unknownTypes: readonly string[];
}

export interface SandboxCall {
  readonly outcome: CallOutcome | Error;
  /** `info: …` */
  readonly log: readonly string[];
}

/**
 * @param module in place of the one that lies there
 * @throws what reading and loading the plugin throws
 */
export async function createSandbox(folder: string, module?: Uint8Array): Promise<Sandbox> {
  const files = module === undefined ? await readPlugin(folder) : await readManifestOnly(folder, module);
  const { manifest } = files;
  let now: Surroundings = { kv: {}, unknownTypes: [] };
  let log: string[] = [];
  const checkData = createDataCheck(files);
  const host = startPluginHost({
    tenant: 'test',
    clock: systemClock,
    log: createPluginLog((line) => log.push(line)),
    tracer: noTracer,
    instruments: noInstruments,
    readKey: async (key) => (Object.hasOwn(now.kv, key) ? now.kv[key] : undefined),
    checkData: (type, data) => checkData(type, data, now.unknownTypes),
    spares: 0,
  });
  try {
    await host.load(files, { granted: manifest.permissions });
  } catch (error) {
    await host[Symbol.asyncDispose]();
    throw error;
  }
  return {
    async call(functionName, input, surroundings) {
      now = surroundings;
      log = [];
      try {
        return { outcome: await host.call(manifest.name, functionName, new TextEncoder().encode(input)), log };
      } catch (error) {
        return { outcome: error as Error, log };
      }
    },
    [Symbol.asyncDispose]: () => host[Symbol.asyncDispose](),
  };
}

/** What a module that is not written yet has: no hash is wrong before the build has set it. */
async function readManifestOnly(folder: string, module: Uint8Array): Promise<PluginFiles> {
  const manifestPath = join(folder, 'plugin.json');
  const manifest = readManifest(await readFile(manifestPath, 'utf8'), manifestPath);
  return { manifest, manifestPath, module, sha256: '', isHashed: false };
}

/**
 * AutoWeave's own types and the plugin's are checked as they will be. Others may come from another plugin: they are
 * taken as they are, unless a case says that nobody knows them.
 */
function createDataCheck({ manifest }: PluginFiles) {
  const contracts = createContracts(
    SCHEMAS as Record<string, JsonSchema>,
    SHARED_SCHEMAS as Record<string, JsonSchema>,
  );
  for (const [type, schema] of Object.entries({ ...manifest.jobs, ...manifest.events })) contracts.add(type, schema);
  return (type: string, data: unknown, unknownTypes: readonly string[]): void => {
    if (unknownTypes.includes(type)) {
      throw new AutoWeaveError('AW_TYPE_UNKNOWN', `Cannot check data: type "${type}" is unknown`);
    }
    if (contracts.has(type)) contracts.validate(type, data);
  };
}

/** What the plugin says, and what the host has to say of it. */
function createPluginLog(write: (line: string) => void): Log {
  const at =
    (level: string) =>
    (event: string, fields: Readonly<Record<string, unknown>> = {}) => {
      write(`${level}: ${event === 'plugin.said' ? String(fields['text']) : `${event} ${JSON.stringify(fields)}`}`);
    };
  const log: Log = {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: () => log,
  };
  return log;
}
