import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Target } from './counters.ts';
import type { Result, Workload } from './workload.ts';

/** A process of its own that puts load on one system. */
export interface Driver extends AsyncDisposable {
  readonly pid: number;
  /** One at a time. */
  run(workload: Workload): Promise<Result>;
}

export interface Order {
  readonly workload: Workload;
}

export type Reply = { readonly isReady: true } | { readonly result: Result } | { readonly failure: string };

/** @param signal ends it in the middle of what it does */
export async function startDriver(target: Target, signal: AbortSignal): Promise<Driver> {
  const child = fork(join(import.meta.dirname, 'driver-main.ts'), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  const exited = once(child, 'exit');
  const next = (): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const done = () => {
        child.off('message', heard).off('exit', ended);
        signal.removeEventListener('abort', aborted);
      };
      const heard = (reply: unknown) => {
        done();
        resolve(reply as Reply);
      };
      const ended = (code: number | null) => {
        done();
        reject(new Error(`The driver ended with ${code}`));
      };
      const aborted = () => {
        done();
        reject(signal.reason);
      };
      child.once('message', heard).once('exit', ended);
      signal.addEventListener('abort', aborted, { once: true });
      if (signal.aborted) aborted();
    });
  const end = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    if (signal.aborted) child.kill('SIGKILL');
    else child.disconnect();
    await exited;
  };

  const ready = next();
  child.send(target);
  try {
    await ready;
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  return {
    pid: child.pid!,
    async run(workload) {
      const answer = next();
      child.send({ workload } satisfies Order);
      const reply = await answer;
      if ('result' in reply) return reply.result;
      throw new Error('failure' in reply ? reply.failure : 'The driver said nothing of use');
    },
    [Symbol.asyncDispose]: end,
  };
}
