import {
  errorWrite,
  eventEmit,
  inputLength,
  inputRead,
  kvDelete,
  kvGet,
  kvSet,
  logWrite,
  outputWrite,
  queueAdd,
  replyRead,
} from './host';
import { json } from './json';
import { Utf8 } from './utf8';
import { Value } from './value';

export { json, Value };

/** What this call was given, as text; JSON by custom: `json.parse(input())`. */
export function input(): string {
  const length = inputLength();
  const start = heap.alloc(length);
  inputRead(start);
  const text = String.UTF8.decodeUnsafe(start, length);
  heap.free(start);
  return text;
}

/** The same as it came. */
export function inputBytes(): Uint8Array {
  const bytes = new Uint8Array(inputLength());
  inputRead(bytes.dataStart);
  return bytes;
}

/** What this call gives back; the last one counts. */
export function output(text: string): void {
  const bytes = new Utf8(text);
  outputWrite(bytes.start, bytes.length);
  bytes.free();
}

/** The same as JSON. */
export function outputJson(value: Value): void {
  output(value.toString());
}

export function outputBytes(bytes: Uint8Array): void {
  outputWrite(bytes.dataStart, bytes.length);
}

/** Fails this call with a message; what it asked for (jobs, events, keys) does not happen. Return after it. */
export function fail(message: string): void {
  const bytes = new Utf8(message);
  errorWrite(bytes.start, bytes.length);
  bytes.free();
}

/** Fails this call here and now. The instance is used up by it: prefer `fail` and a return where you can. */
export function stop(message: string): void {
  fail(message);
  unreachable();
}

/** Goes to AutoWeave's log, with the name of the plugin. */
export namespace log {
  export function debug(text: string): void {
    write(0, text);
  }

  export function info(text: string): void {
    write(1, text);
  }

  export function warn(text: string): void {
    write(2, text);
  }

  export function error(text: string): void {
    write(3, text);
  }

  function write(level: i32, text: string): void {
    const bytes = new Utf8(text);
    logWrite(level, bytes.start, bytes.length);
    bytes.free();
  }
}

/**
 * How a request to AutoWeave went, for authors who want to know: those without `try` stop the call when they are
 * refused.
 */
export class Outcome {
  constructor(
    readonly isDone: bool,
    /** The reply, or the reason; "AW_PLUGIN_DENIED: …" for what was not granted. */
    readonly text: string,
  ) {}
}

/** Values by key, kept for this plugin over calls and restarts. Keys begin with the prefix that was granted. */
export namespace kv {
  /** Null when there is none. */
  export function get(key: string): string | null {
    const bytes = new Utf8(key);
    const status = kvGet(bytes.start, bytes.length);
    bytes.free();
    return status == -1 ? null : doneOrStop(status);
  }

  /** Takes effect when the call succeeds; this call sees it at once. */
  export function set(key: string, value: string): void {
    const keyBytes = new Utf8(key);
    const valueBytes = new Utf8(value);
    const status = kvSet(keyBytes.start, keyBytes.length, valueBytes.start, valueBytes.length);
    keyBytes.free();
    valueBytes.free();
    doneOrStop(status);
  }

  export function remove(key: string): void {
    const bytes = new Utf8(key);
    const status = kvDelete(bytes.start, bytes.length);
    bytes.free();
    doneOrStop(status);
  }
}

/** Jobs. They are added when the call succeeds. */
export namespace queue {
  /** `id`, when given, keeps the same job from being added twice; it is what comes back. */
  export function add(name: string, type: string, data: Value, delayMs: i64 = 0, id: string = ''): string {
    return textOrStop(tryAdd(name, type, data, delayMs, id));
  }

  /** The same for a queue that may not be granted, or a type that nobody may know. */
  export function tryAdd(name: string, type: string, data: Value, delayMs: i64 = 0, id: string = ''): Outcome {
    const job = json.object().set('queue', name).set('type', type).set('data', data);
    if (delayMs > 0) job.set('delayMs', delayMs);
    if (id.length > 0) job.set('id', id);
    const bytes = new Utf8(job.toString());
    const status = queueAdd(bytes.start, bytes.length);
    bytes.free();
    return outcomeOf(status);
  }
}

/** Events. They are emitted when the call succeeds. */
export namespace event {
  /** `key` is what it is about, such as the id of a device. */
  export function emit(type: string, key: string, data: Value): void {
    textOrStop(tryEmit(type, key, data));
  }

  export function tryEmit(type: string, key: string, data: Value): Outcome {
    const bytes = new Utf8(json.object().set('type', type).set('key', key).set('data', data).toString());
    const status = eventEmit(bytes.start, bytes.length);
    bytes.free();
    return outcomeOf(status);
  }
}

/** What a failed assertion or a `throw` comes to; the build names it to the compiler. */
export function abort(message: string | null, file: string | null, line: u32, column: u32): void {
  const what = message === null || message.length == 0 ? 'aborted' : message;
  const where = file === null ? '' : ` (${file}:${line}:${column})`;
  stop(what + where);
}

function doneOrStop(status: i32): string {
  return textOrStop(outcomeOf(status));
}

function textOrStop(outcome: Outcome): string {
  if (!outcome.isDone) stop(outcome.text);
  return outcome.text;
}

function outcomeOf(status: i32): Outcome {
  if (status == -1) return new Outcome(true, '');
  const isDone = status >= 0;
  const length = isDone ? status : -status - 2;
  const start = heap.alloc(length);
  replyRead(start);
  const text = String.UTF8.decodeUnsafe(start, length);
  heap.free(start);
  return new Outcome(isDone, text);
}
