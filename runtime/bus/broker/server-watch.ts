import type { Clock } from '../../clock/clock.ts';
import { AutoWeaveError } from '../../errors/errors.ts';
import type { Log } from '../../telemetry/log.ts';
import type { SystemAccount, SystemAnswer } from './system-account.ts';

/**
 * Looks whether the server can still write.
 *
 * After one failed write nats-server refuses every other one to that stream, without an answer, until it is started
 * again; reading goes on. So while the disk is full it is left alone, and when there is room again it must be
 * restarted: nothing else brings the stream back.
 */
export interface ServerWatch extends Disposable {
  /** What the server says of a failed write; undefined while all is well. */
  readonly writeError: string | undefined;
}

export interface ServerWatchOptions {
  readonly system: SystemAccount;
  /** What is free on the disk of the store. */
  readonly readFreeBytes: () => Promise<number>;
  /** So much must be free before a restart is worth it. */
  readonly minFreeBytes: number;
  readonly clock: Clock;
  readonly log: Log;
  /** Called at most once: the server must be restarted. */
  readonly onRestartNeeded: (error: AutoWeaveError) => void;
}

const LOOK_MS = 2_000;

export function watchServer(options: ServerWatchOptions): ServerWatch {
  const { system, readFreeBytes, minFreeBytes, clock, log, onRestartNeeded } = options;
  let writeError: string | undefined;
  let isOver = false;
  let cancel = () => {};

  const look = async (): Promise<void> => {
    const [answer] = await system.ping('HEALTHZ', { enough: 1 });
    // No answer says nothing of the disk; whether the server lives is another's question.
    const found = answer === undefined ? writeError : findWriteError(answer);
    if (found !== undefined && writeError === undefined) log.error('broker.write-failed', { error: found });
    writeError = found;
    if (found === undefined || isOver) return;
    const freeBytes = await readFreeBytes();
    if (isOver || (isDiskFull(found) && freeBytes < minFreeBytes)) return;
    isOver = true;
    onRestartNeeded(
      new AutoWeaveError(
        isDiskFull(found) ? 'AW_DISK_FULL' : 'AW_BROKER_WRITE_FAILED',
        `nats-server cannot write: ${found}`,
        {
          hint: 'check the disk of the data directory; the server is restarted',
        },
      ),
    );
  };

  const schedule = (): void => {
    cancel = clock.schedule(LOOK_MS, () => {
      look()
        .catch((error: unknown) => log.warn('broker.watch-failed', { error }))
        .finally(() => {
          if (!isOver) schedule();
        });
    });
  };
  schedule();

  return {
    get writeError() {
      return writeError;
    },
    [Symbol.dispose]() {
      isOver = true;
      cancel();
    },
  };
}

/** The write error in an answer to `HEALTHZ`; other complaints pass by themselves. */
export function findWriteError(answer: SystemAnswer): string | undefined {
  const { data } = answer;
  const error = typeof data === 'object' && data !== null && 'error' in data ? data.error : undefined;
  return typeof error === 'string' && /write error/i.test(error) ? error : undefined;
}

function isDiskFull(error: string): boolean {
  return /no space left|quota exceeded/i.test(error);
}
