import { fork } from 'node:child_process';
import { once } from 'node:events';

/** A process of its own that does what it is told, one order at a time; `serve-driver.ts` is its other end. */
export interface Driver<Order, Result> extends AsyncDisposable {
  readonly pid: number;
  /** @param limitMs the process is killed when it has said nothing by then */
  run(order: Order, limitMs?: number): Promise<Result>;
}

export type Reply<Result> = { readonly isReady: true } | { readonly result: Result } | { readonly failure: string };

/** Longer than any order takes that comes to an end at all. */
const LIMIT_MS = 600_000;

/**
 * @param file the program, absolute
 * @param target its first order, by which it becomes ready
 * @param signal ends it in the middle of what it does
 */
export async function startDriver<Target extends object, Order extends object, Result>(
  file: string,
  target: Target,
  signal: AbortSignal,
): Promise<Driver<Order, Result>> {
  const child = fork(file, { execArgv: ['--disable-warning=ExperimentalWarning'] });
  const exited = once(child, 'exit');
  const next = (limitMs: number): Promise<Reply<Result>> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        done();
        child.kill('SIGKILL');
        reject(new Error(`The driver said nothing for ${limitMs / 1_000} s`));
      }, limitMs);
      const done = () => {
        clearTimeout(timer);
        child.off('message', heard).off('exit', ended);
        signal.removeEventListener('abort', aborted);
      };
      const heard = (reply: unknown) => {
        done();
        resolve(reply as Reply<Result>);
      };
      const ended = (code: number | null, by: string | null) => {
        done();
        reject(new Error(`The driver ended with ${code ?? by}`));
      };
      const aborted = () => {
        done();
        reject(signal.reason);
      };
      child.once('message', heard).once('exit', ended);
      signal.addEventListener('abort', aborted, { once: true });
      if (signal.aborted) aborted();
      else if (child.exitCode !== null || child.signalCode !== null) ended(child.exitCode, child.signalCode);
    });
  const end = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    if (signal.aborted) child.kill('SIGKILL');
    else child.disconnect();
    await exited;
  };

  const ready = next(LIMIT_MS);
  child.send(target);
  try {
    await ready;
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  return {
    pid: child.pid!,
    async run(order, limitMs = LIMIT_MS) {
      const answer = next(limitMs);
      if (child.connected) child.send(order);
      const reply = await answer;
      if ('result' in reply) return reply.result;
      throw new Error('failure' in reply ? reply.failure : 'The driver said nothing of use');
    },
    [Symbol.asyncDispose]: end,
  };
}
