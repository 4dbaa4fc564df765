import type { Clock } from '../clock/clock.ts';
import { AutoWeaveError } from '../errors/errors.ts';
import type { CallBroker } from './call-broker.ts';
import type { Thread } from './thread.ts';
import type { CallMessage, FromThread, LoadMessage, LogLevelNumber, ThreadFailure } from './thread-protocol.ts';

/**
 * One instance of a plugin, in its thread.
 *
 *     loading ──▶ ready ──▶ ended        by `end`, or because the thread died
 *                   └─────▶ broken       after a trap: the thread is fine, the instance is not; nothing more is sent to it
 *
 * Calls are sent ahead, so that the thread finds the next one when it is done with one. When an instance ends in the
 * middle, the call at work fails; those behind it have not begun, and are given back.
 */

export interface InstanceCall {
  readonly function: string;
  readonly input: Uint8Array;
  readonly timeoutMs: number;
  /** Answers host functions of this call, and collects its effects; made when it asks for the first time. */
  broker(): CallBroker;
  /** Nobody waits for it any more. */
  readonly isAbandoned?: boolean;
  succeed(output: Uint8Array): void;
  fail(error: AutoWeaveError): void;
}

export interface Instance {
  /** Calls that were sent and not answered. */
  readonly load: number;
  readonly isUsable: boolean;
  /** Exported functions that need no arguments. */
  readonly functions: readonly string[];
  send(call: InstanceCall): void;
  /** False when it is not here any more. One that runs ends with the instance; so does one that begins later, and is long. */
  abort(call: InstanceCall, error: AutoWeaveError): boolean;
  end(): Promise<void>;
}

export interface InstanceParts {
  readonly plugin: string;
  readonly thread: Thread;
  readonly clock: Clock;
  readonly log: (level: LogLevelNumber, text: string) => void;
  /** It takes no more calls; these have not begun. */
  readonly onUnusable: (instance: Instance, left: readonly InstanceCall[], why: 'broken' | 'ended') => void;
  /** A call was answered. */
  readonly onFree: (instance: Instance) => void;
}

/** Shorter inputs are copied with their message; a copy of longer ones is handed over. */
const HAND_OVER_BYTES = 4_096;
/** Of the time that the host took to answer, so much is not counted as the call's own. */
const MAX_WAIT_MS = 5_000;
/** The thread's own time for a call that has just been sent. */
const ARRIVAL_MS = 1;
/** For a call that nobody waits for: to let it run costs less than another instance. */
const ABANDONED_MS = 500;

/**
 * Resolves when the module is instantiated; its `start` has run then.
 *
 * @throws AW_PLUGIN_TRAPPED, AW_PLUGIN_TIMEOUT when `start` takes longer than `timeoutMs`; the thread is ended then
 */
export async function loadInstance(parts: InstanceParts, load: LoadMessage, timeoutMs: number): Promise<Instance> {
  const { plugin, thread, clock } = parts;
  thread.hold(true);
  const loaded = Promise.withResolvers<readonly string[]>();
  thread.onMessage = (message) => {
    if (message.kind === 'log') parts.log(message.level, message.text);
    if (message.kind !== 'loaded') return;
    if (message.failure === undefined) loaded.resolve(message.functions);
    else loaded.reject(errorOf(plugin, 'its start', message.failure));
  };
  thread.onEnd = (reason) => loaded.reject(diedError(plugin, reason));
  const cancel = clock.schedule(timeoutMs, () => loaded.reject(timeoutError(plugin, 'start', timeoutMs)));
  thread.post(load);
  let functions: readonly string[];
  try {
    functions = await loaded.promise;
  } catch (error) {
    await thread.end();
    throw error;
  } finally {
    cancel();
    thread.hold(false);
  }
  return openInstance(parts, functions);
}

function openInstance(parts: InstanceParts, functions: readonly string[]): Instance {
  const { plugin, thread, clock, onFree, onUnusable, log } = parts;
  /** In the order in which the thread does them. */
  const sent = new Map<number, InstanceCall>();
  let outgoing: CallMessage[] = [];
  let last = 0;
  let state: 'ready' | 'broken' | 'ended' = 'ready';
  let cancelDeadline: (() => void) | undefined;

  const first = (): [number, InstanceCall] | undefined => {
    for (const entry of sent) return entry;
    return undefined;
  };

  const flush = (): void => {
    const calls = outgoing;
    outgoing = [];
    if (calls.length === 0 || state !== 'ready') return;
    let transfer: ArrayBuffer[] | undefined;
    for (const [place, call] of calls.entries()) {
      if (call.input.length < HAND_OVER_BYTES) continue;
      const input = call.input.slice();
      calls[place] = { ...call, input };
      transfer ??= [];
      transfer.push(input.buffer);
    }
    thread.post({ kind: 'calls', calls }, transfer);
  };

  /** Looks again when the call that is first now has had its time, however many there were meanwhile. */
  const watch = (): void => {
    const next = first();
    if (next === undefined || cancelDeadline !== undefined) return;
    cancelDeadline = clock.schedule(next[1].timeoutMs + ARRIVAL_MS, look);
  };

  const watchAnew = (): void => {
    cancelDeadline?.();
    cancelDeadline = undefined;
    watch();
  };

  const look = (): void => {
    cancelDeadline = undefined;
    const next = first();
    if (next === undefined || state !== 'ready') return;
    const [number, call] = next;
    const current = thread.cells.current();
    // What it does is answered already, or has not begun.
    const mostMs = call.isAbandoned ? 0 : MAX_WAIT_MS;
    const ageMs = current?.number === number ? current.ageMs - Math.min(current.waitedMs, mostMs) : 0;
    if (ageMs < call.timeoutMs) {
      cancelDeadline = clock.schedule(Math.max(1, call.timeoutMs - ageMs), look);
      return;
    }
    giveUp(number, call, timeoutError(plugin, call.function, call.timeoutMs));
  };

  const giveUp = (number: number, call: InstanceCall, error: AutoWeaveError): void => {
    sent.delete(number);
    finish('ended');
    // Its caller hears of it when it is gone: then nothing that it does can be seen any more.
    void thread.end().then(() => call.fail(error));
  };

  const finish = (why: 'broken' | 'ended'): void => {
    if (state === 'ended' || state === why) return;
    state = why;
    cancelDeadline?.();
    cancelDeadline = undefined;
    thread.hold(false);
    const left = [...sent.values()].filter(({ isAbandoned }) => !isAbandoned);
    sent.clear();
    outgoing = [];
    onUnusable(instance, left, why);
  };

  thread.onMessage = (message: FromThread) => {
    if (message.kind === 'log') return log(message.level, message.text);
    if (message.kind !== 'result') return;
    const call = sent.get(message.number);
    if (call === undefined) return;
    sent.delete(message.number);
    const next = first();
    if (next === undefined) thread.hold(false);
    if (next === undefined || next[1].isAbandoned) watchAnew();
    if (message.isBroken) finish('broken');
    if (message.failure === undefined) call.succeed(message.output!);
    else call.fail(errorOf(plugin, call.function, message.failure));
    if (state === 'ready') onFree(instance);
  };
  thread.onHostCall = async ({ number, function: name, arguments: given }) => {
    const call = sent.get(number);
    if (call === undefined) return { refusal: 'AW_PLUGIN_DENIED: this can be asked within a call only' };
    return call.broker().answer(name, given);
  };
  thread.onEnd = (reason) => {
    const number = thread.cells.current()?.number;
    const call = number === undefined ? undefined : sent.get(number);
    if (call !== undefined) sent.delete(number!);
    finish('ended');
    call?.fail(diedError(plugin, reason));
  };

  const instance: Instance = {
    functions,
    get load() {
      return sent.size;
    },
    get isUsable() {
      return state === 'ready';
    },
    send(call) {
      if (sent.size === 0) thread.hold(true);
      last = last === 0x7fffffff ? 1 : last + 1;
      sent.set(last, call);
      if (outgoing.length === 0) queueMicrotask(flush);
      outgoing.push({ number: last, function: call.function, input: call.input });
      watch();
    },
    abort(call, error) {
      const found = [...sent].find(([, one]) => one === call);
      if (found === undefined) return false;
      const [number] = found;
      if (thread.cells.current()?.number === number) giveUp(number, call, error);
      else {
        // It will run all the same, for a moment; nobody waits for what it gives.
        const timeoutMs = Math.min(call.timeoutMs, ABANDONED_MS);
        sent.set(number, { ...call, timeoutMs, isAbandoned: true, succeed: nothing, fail: nothing });
        if (first()?.[0] === number) watchAnew();
        call.fail(error);
      }
      return true;
    },
    async end() {
      finish('ended');
      await thread.end();
    },
  };
  return instance;
}

const nothing = () => {};

function errorOf(plugin: string, what: string, { code, message }: ThreadFailure): AutoWeaveError {
  if (code === 'AW_PLUGIN_ERROR') return new AutoWeaveError(code, message);
  return new AutoWeaveError(code, `Plugin "${plugin}" was stopped in ${what}: ${message}`, { hint: HINTS[code] });
}

const HINTS: Readonly<Record<Exclude<ThreadFailure['code'], 'AW_PLUGIN_ERROR'>, string>> = {
  AW_PLUGIN_MEMORY_EXCEEDED: 'raise `permissions.memory.max_heap_mb` in its manifest, or do less in one call',
  AW_PLUGIN_OUTPUT_TOO_LARGE: 'raise `limits.max_output_kb` in its manifest, or give less',
  AW_PLUGIN_TRAPPED: 'this is a fault in the plugin: see its log',
};

export function timeoutError(plugin: string, what: string, timeoutMs: number): AutoWeaveError {
  return new AutoWeaveError('AW_PLUGIN_TIMEOUT', `Plugin "${plugin}" was ended: ${what} took over ${timeoutMs} ms`, {
    hint: 'raise `limits.call_timeout_ms` in its manifest, or do less in one call',
  });
}

function diedError(plugin: string, reason: Error): AutoWeaveError {
  return new AutoWeaveError('AW_PLUGIN_TRAPPED', `The thread of plugin "${plugin}" has ended: ${reason.message}`, {
    cause: reason,
  });
}
