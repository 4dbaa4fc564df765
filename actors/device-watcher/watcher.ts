import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../../runtime/clock/clock.ts';
import { systemClock } from '../../runtime/clock/system-clock.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import { createPendingAnswers, type PendingAnswers } from './pending-answers.ts';
import { DEFAULT_POLL_MS, DEFAULT_SETTLE_MS, DEFAULT_SYS_ROOT, watchArguments } from './watch-options.ts';
import {
  type DeviceReading,
  type ParentMessage,
  parseWatcherMessage,
  type Snapshot,
  type UsbHealth,
  type WatcherMessage,
} from './watcher-protocol.ts';

/** The device watcher's process, seen from its parent. It is not restarted here. */
export interface Watcher extends AsyncDisposable {
  readonly pid: number;
  /** Resolves when the process is gone, however that came; never rejects. */
  readonly exited: Promise<WatcherExit>;
  /**
   * A look at the bus that began after this call.
   *
   * @throws AW_USB_BUS_UNREADABLE when the bus can't be read, AW_USB_WATCHER_EXITED, AW_USB_WATCHER_SILENT.
   */
  request(): Promise<Snapshot>;
  /**
   * Opens the device of this session, and reads what it says. No permission is an answer, not an error.
   *
   * @throws AW_USB_WATCHER_EXITED, AW_USB_WATCHER_SILENT.
   */
  read(session: string, options?: { readonly timeoutMs?: number }): Promise<DeviceReading>;
  /** Calls with every snapshot from now on; the returned function ends it. */
  listen(onSnapshot: (snapshot: Snapshot) => void): () => void;
  /** Closes the channel, upon which the process ends; kills it when it has not within a second. */
  [Symbol.asyncDispose](): Promise<void>;
}

export interface WatcherExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** It was closed from here. */
  readonly isExpected: boolean;
  /** The end of what it wrote to its standard error. */
  readonly stderr: string;
}

export interface WatcherOptions {
  /** Put before the watcher's own command line, as `nsenter … --` would be; it must pass on the file descriptors. */
  readonly command?: readonly string[];
  readonly settleMs?: number;
  readonly pollMs?: number;
  readonly sysRoot?: string;
  /** Where Node.js keeps compiled code: with it, a watcher needs about 20 MB less. */
  readonly compileCache?: string;
  readonly onSnapshot: (snapshot: Snapshot) => void;
  readonly onHealth?: (health: UsbHealth) => void;
  readonly onExit?: (exit: WatcherExit) => void;
  /** Closes the watcher. */
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
}

/** Starting Node.js on a busy machine takes seconds. */
const START_TIMEOUT_MS = 15_000;
const REQUEST_TIMEOUT_MS = 5_000;
const READ_TIMEOUT_MS = 2_000;
const CLOSE_GRACE_MS = 1_000;
const MAX_STDERR = 4_096;

/** Nothing in the watcher is ever hot: without the optimising compilers it stays 10 MB smaller. */
const NODE_FLAGS = ['--no-opt', '--no-maglev', '--no-sparkplug', '--liftoff-only'];

/**
 * Resolves when the watcher has taken its first look, even if it could not see: then its health says why.
 *
 * @throws AW_USB_WATCHER_START when the process can't be started, ends before its first look, or does not come to it.
 */
export async function startWatcher(options: WatcherOptions): Promise<Watcher> {
  const { onSnapshot, onHealth, onExit, signal, clock = systemClock } = options;
  signal?.throwIfAborted();
  const child = spawnWatcher(options);

  const listeners = new Set([onSnapshot]);
  const looks = createPendingAnswers<Snapshot>(clock);
  const readings = createPendingAnswers<DeviceReading>(clock);
  const started = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<WatcherExit>();
  let pid = child.pid ?? 0;
  let isClosing = false;
  let hasExited = false;
  let stderr = '';

  const kill = () => {
    child.kill('SIGKILL');
    // A wrapper may have stayed between: then the watcher is another process.
    if (pid !== child.pid && !hasExited) killQuietly(pid);
  };

  const close = async () => {
    isClosing = true;
    if (child.connected) child.disconnect();
    const cancel = clock.schedule(CLOSE_GRACE_MS, kill);
    await ended.promise;
    cancel();
  };

  const ask = <T>(
    answers: PendingAnswers<T>,
    timeoutMs: number,
    message: (id: number) => ParentMessage,
  ): Promise<T> => {
    if (!child.connected) return Promise.reject(exitedError());
    return answers.ask(
      timeoutMs,
      () => silentError(timeoutMs),
      (id) => {
        child.send(message(id), (cause) => cause !== null && answers.reject(id, exitedError(cause)));
      },
    );
  };

  const receive = (message: WatcherMessage) => {
    switch (message.type) {
      case 'hello':
        pid = message.pid;
        break;
      case 'health':
        onHealth?.(message.health);
        break;
      case 'snapshot':
        for (const listener of listeners) listener(message.snapshot);
        for (const id of message.answers) looks.resolve(id, message.snapshot);
        started.resolve();
        break;
      case 'failure':
        for (const id of message.answers) looks.reject(id, new AutoWeaveError(message.code, message.message));
        started.resolve();
        break;
      case 'reading':
        readings.resolve(message.id, message.reading);
        break;
    }
  };

  child.on('message', (received) => {
    const message = parseWatcherMessage(received);
    // A process that breaks its own protocol can't be trusted with the next message either.
    if (message === undefined) kill();
    else receive(message);
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-MAX_STDERR);
  });
  const onEnd = (code: number | null, killedBy: NodeJS.Signals | null) => {
    if (hasExited) return;
    hasExited = true;
    const exit: WatcherExit = { code, signal: killedBy, isExpected: isClosing, stderr };
    looks.rejectAll(exitedError());
    readings.rejectAll(exitedError());
    started.reject(
      startError(`it ended with ${killedBy ?? `code ${code}`}${stderr === '' ? '' : `: ${stderr.trim()}`}`),
    );
    ended.resolve(exit);
    onExit?.(exit);
  };
  child.once('exit', onEnd);
  child.once('error', (error) => {
    started.reject(startError(error.message, error));
    if (child.pid === undefined) onEnd(null, null);
  });

  const cancelStart = clock.schedule(START_TIMEOUT_MS, () => {
    started.reject(startError(`it took no look at the bus within ${START_TIMEOUT_MS} ms`));
  });
  const onAbort = () => {
    started.reject(signal?.reason);
    void close();
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  void ended.promise.then(() => signal?.removeEventListener('abort', onAbort));
  try {
    await started.promise;
  } catch (error) {
    await close();
    throw error;
  } finally {
    cancelStart();
  }

  return {
    pid,
    exited: ended.promise,
    request: () => ask(looks, REQUEST_TIMEOUT_MS, (id) => ({ type: 'request', id })),
    read: (session, { timeoutMs = READ_TIMEOUT_MS } = {}) =>
      ask(readings, timeoutMs + CLOSE_GRACE_MS, (id) => ({ type: 'read', id, session, timeoutMs })),
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    [Symbol.asyncDispose]: close,
  };
}

function spawnWatcher({ command = [], settleMs, pollMs, sysRoot, compileCache }: WatcherOptions): ChildProcess {
  const watch = watchArguments({
    settleMs: settleMs ?? DEFAULT_SETTLE_MS,
    pollMs: pollMs ?? DEFAULT_POLL_MS,
    sysRoot: sysRoot ?? DEFAULT_SYS_ROOT,
  });
  const main = fileURLToPath(new URL('./watcher-main.ts', import.meta.url));
  const [file = process.execPath, ...argv] = [...command, process.execPath, ...NODE_FLAGS, main, ...watch];
  return spawn(file, argv, {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'json',
    env: { ...process.env, ...(compileCache === undefined ? {} : { NODE_COMPILE_CACHE: compileCache }) },
  });
}

function startError(reason: string, cause?: unknown): AutoWeaveError {
  return new AutoWeaveError('AW_USB_WATCHER_START', `Cannot start device watcher: ${reason}`, { cause });
}

function silentError(timeoutMs: number): AutoWeaveError {
  return new AutoWeaveError('AW_USB_WATCHER_SILENT', `Device watcher did not answer within ${timeoutMs} ms`);
}

function exitedError(cause?: unknown): AutoWeaveError {
  return new AutoWeaveError('AW_USB_WATCHER_EXITED', 'Device watcher has ended', { cause });
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
