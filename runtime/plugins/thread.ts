import { MessageChannel, Worker } from 'node:worker_threads';
import type { FromThread, HostCallMessage, HostReply, SharedCells, ThreadData, ToThread } from './thread-protocol.ts';
import { openCells } from './thread-protocol.ts';

/** One thread for one plugin instance, as the host sees it. */
export interface Thread {
  readonly cells: SharedCells;
  post(message: ToThread, transfer?: readonly ArrayBuffer[]): void;
  /** Called with each message until {@link end}; set by whoever holds the thread. */
  onMessage: (message: FromThread) => void;
  /** Answers what the guest asks. */
  onHostCall: (call: HostCallMessage) => Promise<HostReply>;
  /** Called once when the thread is gone, whoever ended it. */
  onEnd: (reason: Error) => void;
  readonly isEnded: boolean;
  /** While it is held, it keeps the process alive. */
  hold(isHeld: boolean): void;
  /** Ends it wherever it is, also in an endless loop. Resolves when it is gone. */
  end(): Promise<void>;
}

/** Of the thread's own JavaScript; the guest's memory is limited by the module itself. */
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 8, stackSizeMb: 4 };

/** Resolves when it can load. It has no arguments, and of the environment only where compiled code is kept. */
export async function startThread(entry: URL = new URL('./plugin-thread.ts', import.meta.url)): Promise<Thread> {
  const cells = openCells();
  const { port1: ours, port2: theirs } = new MessageChannel();
  const worker = new Worker(entry, {
    name: 'plugin',
    env: CODE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE: CODE_CACHE },
    argv: [],
    stdin: false,
    stdout: false,
    stderr: false,
    workerData: { cells: cells.buffer, hostCalls: theirs } satisfies ThreadData,
    transferList: [theirs],
    resourceLimits: RESOURCE_LIMITS,
  });
  const ready = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  let isEnded = false;
  let reason = new Error('The thread has ended');

  const thread: Thread = {
    cells,
    post: (message, transfer) => worker.postMessage(message, transfer ?? NONE),
    onMessage: (message) => {
      if (message.kind === 'ready') ready.resolve();
    },
    onHostCall: async () => ({ refusal: 'AW_PLUGIN_DENIED: nothing can be asked now' }),
    onEnd: () => undefined,
    get isEnded() {
      return isEnded;
    },
    hold(isHeld) {
      if (isHeld) worker.ref();
      else worker.unref();
    },
    async end() {
      isEnded = true;
      ours.close();
      await worker.terminate();
      await gone.promise;
    },
  };
  worker.on('message', (message: FromThread) => thread.onMessage(message));
  worker.on('error', (error) => {
    reason = error instanceof Error ? error : new Error(String(error));
  });
  worker.once('exit', () => {
    isEnded = true;
    ours.close();
    ready.reject(reason);
    gone.resolve();
    thread.onEnd(reason);
  });
  ours.on('message', (call: HostCallMessage) => {
    void thread.onHostCall(call).then((reply) => {
      if (isEnded) return;
      ours.postMessage(reply);
      cells.answer();
    });
  });
  ours.unref();
  await ready.promise;
  worker.unref();
  return thread;
}

/** Without it each thread compiles its own code anew: 10 MB and 30 ms. */
const CODE_CACHE = process.env['NODE_COMPILE_CACHE'];
const NONE: readonly ArrayBuffer[] = [];
