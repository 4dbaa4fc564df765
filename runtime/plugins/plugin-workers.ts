import type { JobData } from '../../proto/generated/messages.ts';
import { AutoWeaveError, RetryableError, TerminalError } from '../errors/errors.ts';
import type { Job } from '../queue/job.ts';
import type { JobContext, Processor, Queues, Worker } from '../queue/queue-api.ts';
import { applyEffects } from './apply-effects.ts';
import type { CallOutcome, LivePlugin, PluginHost } from './host-api.ts';
import type { PendingWrites } from './pending-writes.ts';
import { worksOn } from './permissions.ts';
import { pluginQueue } from './plugin-record.ts';

/**
 * The workers of plugins: one on the queue of each plugin, whose jobs are calls, and one on each queue whose jobs it
 * handles by `onJobReceived`. They outlive a reload; what is called is found by name each time.
 */
export interface PluginWorkers extends AsyncDisposable {
  /** Resolves when exactly the workers run that the plugin needs. */
  match(plugin: LivePlugin): Promise<void>;
  /** Stops those that it may not have any more. Unlike {@link match}, which follows, it waits for nobody's turn. */
  trim(plugin: LivePlugin): Promise<void>;
  /** Stops the workers of a plugin; what runs is waited for. */
  stop(name: string): Promise<void>;
}

export interface PluginWorkersParts {
  readonly queues: Queues;
  readonly host: PluginHost;
  readonly writes: Pick<PendingWrites, 'note'>;
  readonly stopGraceMs?: number;
}

/** Jobs at hand for each instance: while one runs, the next is there already. */
const JOBS_PER_INSTANCE = 4;
/** A plugin that is between two loads is back in a moment. */
const GONE_RETRY_MS = 500;
/** Of an unload: a call ends by its own deadline. */
const STOP_GRACE_MS = 5_000;
/** What the result of a job may hold, with room for what stands around it. */
export const MAX_RESULT_BYTES = 240 * 1024;
/** What trying again can't change. */
const FINAL_CODES = new Set(['AW_PLUGIN_FUNCTION_UNKNOWN', 'AW_PLUGIN_OUTPUT_TOO_LARGE']);
const DENIED = /^AW_PLUGIN_DENIED: |^AW_PLUGIN_REFUSED: /;
/**
 * Of workers whose jobs can't end the process, as sandboxed calls and those of agents and memories can't: what ended it was
 * something else, so a job that was cut off is tried again soon, and often.
 */
export const CUT_OFF_OPTIONS = { stalledIntervalMs: 5_000, maxStalledCount: 100 };
const utf8 = new TextEncoder();
const decoder = new TextDecoder();

export function createPluginWorkers({
  queues,
  host,
  writes,
  stopGraceMs = STOP_GRACE_MS,
}: PluginWorkersParts): PluginWorkers {
  /** By plugin, by queue. */
  const running = new Map<string, Map<string, Worker>>();

  const processorFor = (name: string, queue: string): Processor =>
    queue === pluginQueue(name)
      ? (job, ctx) => {
          const { function: functionName, input } = job.data as JobData['plugin.call'];
          return keep(job, ctx, name, () => host.call(name, functionName, encodeInput(input), optionsOf(ctx)));
        }
      : (job, ctx) => {
          const { id, type, data, attempt } = job;
          const input = encodeInput({ id, queue, type, data, attempt });
          return keep(job, ctx, name, () => host.hook(name, 'onJobReceived', input, optionsOf(ctx)));
        };

  const keep = async (
    { queue, id, attempt }: Job,
    ctx: JobContext,
    name: string,
    call: () => Promise<CallOutcome | undefined>,
  ): Promise<unknown> => {
    let outcome: CallOutcome | undefined;
    try {
      outcome = await call();
    } catch (error) {
      throw failureOf(error);
    }
    if (outcome === undefined) return null;
    if (outcome.output.length > MAX_RESULT_BYTES) throw tooLarge(name, outcome.output.length);
    const write = `${queue}/${id}/${attempt}`;
    for (const key of applyEffects(ctx, name, write, outcome.effects)) writes.note(key, write);
    return decodeOutput(outcome.output);
  };

  const stopWorker = async (name: string, queue: string): Promise<void> => {
    const worker = running.get(name)?.get(queue);
    running.get(name)?.delete(queue);
    await worker?.stop(stopGraceMs);
  };

  const stop = async (name: string): Promise<void> => {
    await Promise.all([...(running.get(name)?.keys() ?? [])].map((queue) => stopWorker(name, queue)));
    running.delete(name);
  };

  const trim = async (plugin: LivePlugin): Promise<void> => {
    const { name } = plugin.files.manifest;
    const needed = queuesOf(plugin);
    const unneeded = [...(running.get(name)?.keys() ?? [])].filter((queue) => !needed.includes(queue));
    await Promise.all(unneeded.map((queue) => stopWorker(name, queue)));
  };

  return {
    trim,
    async match(plugin) {
      const { name } = plugin.files.manifest;
      const workers = running.get(name) ?? new Map<string, Worker>();
      running.set(name, workers);
      const concurrency = JOBS_PER_INSTANCE * (plugin.effective.memory?.max_workers ?? 1);
      await trim(plugin);
      for (const queue of queuesOf(plugin)) {
        if (workers.has(queue)) continue;
        const options = { concurrency, ...CUT_OFF_OPTIONS };
        workers.set(queue, await queues.startWorker(queue, processorFor(name, queue), options));
      }
    },
    stop,
    async [Symbol.asyncDispose]() {
      await Promise.all([...running.keys()].map(stop));
    },
  };
}

/** Its own, and those whose jobs it handles. */
function queuesOf({ files: { manifest }, effective }: LivePlugin): readonly string[] {
  return [pluginQueue(manifest.name), ...(manifest.hooks?.onJobReceived === undefined ? [] : worksOn(effective))];
}

function optionsOf({ signal, traceparent }: JobContext) {
  return { signal, ...(traceparent === undefined ? {} : { traceparent }) };
}

function failureOf(error: unknown): unknown {
  if (!(error instanceof AutoWeaveError)) return error;
  const { code, message, hint } = error;
  const options = { cause: error, ...(hint === undefined ? {} : { hint }) };
  if (code === 'AW_PLUGIN_UNKNOWN' || code === 'AW_PLUGIN_BUSY' || code === 'AW_PLUGIN_UNAVAILABLE') {
    return new RetryableError(code, message, { ...options, retryAfterMs: GONE_RETRY_MS });
  }
  const isFinal = FINAL_CODES.has(code) || (code === 'AW_PLUGIN_ERROR' && DENIED.test(message));
  return isFinal ? new TerminalError(code, message, options) : error;
}

export function encodeInput(input: unknown): Uint8Array {
  return input === undefined ? new Uint8Array(0) : utf8.encode(JSON.stringify(input));
}

/** JSON where it is that, else text; null when there is none. */
export function decodeOutput(output: Uint8Array): unknown {
  if (output.length === 0) return null;
  const text = decoder.decode(output);
  try {
    const value = JSON.parse(text) as unknown;
    // A number beyond what JavaScript holds would be stored as null.
    return typeof value === 'number' && !Number.isFinite(value) ? text : value;
  } catch {
    return text;
  }
}

function tooLarge(name: string, bytes: number): TerminalError {
  return new TerminalError(
    'AW_PLUGIN_OUTPUT_TOO_LARGE',
    `Plugin "${name}" gave ${bytes} bytes; the result of a job holds at most ${MAX_RESULT_BYTES}`,
    { hint: 'give less, or keep it by a key and give the key' },
  );
}
