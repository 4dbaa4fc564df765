import type { Bus, Outgoing } from '../bus/bus.ts';
import { isPassing } from '../bus/bus-errors.ts';
import type { Clock } from '../clock/clock.ts';
import { AutoWeaveError } from '../errors/errors.ts';

/**
 * Stores commands in MAILBOX. What is sent while an earlier batch is on its way leaves together in the next one, so
 * that one sender alone waits for nobody, and many share the cost of a disk write.
 */
export interface MailSender {
  /**
   * Resolves when the message is stored, with its sequence. Repeats it under its id while the broker is away.
   *
   * @param patienceMs how long repeating may go on
   * @throws the signal's reason; what the bus throws
   */
  store(message: Mail, patienceMs: number, signal?: AbortSignal): Promise<number>;
}

export type Mail = Outgoing & { readonly id: string };

interface Waiting {
  readonly mail: Mail;
  /** On the clock's monotonic scale. */
  readonly until: number;
  readonly signal: AbortSignal | undefined;
  resolve(sequence: number): void;
  reject(error: unknown): void;
}

export interface MailSenderParts {
  readonly bus: Bus;
  readonly clock: Clock;
  /** Ends all that waits. */
  readonly signal: AbortSignal;
}

const MAX_BATCH_MAIL = 500;
/** Batches on their way at once: while one is written to the disk, the next one is read by the server. */
const MAX_ON_THE_WAY = 3;
/** What waits beside a batch on its way is worth another one from here on. */
const MANY = 200;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 250;

export function createMailSender({ bus, clock, signal: end }: MailSenderParts): MailSender {
  let queue: Waiting[] = [];
  let running = 0;

  const run = async (): Promise<void> => {
    running++;
    // Whoever sends in the same turn of the event loop shares the first batch.
    await clock.turn();
    while (queue.length > 0) {
      const batch = takeBatch(queue, bus.maxEntryBytes);
      queue = queue.slice(batch.length);
      const open = batch.filter(isWanted);
      if (open.length === 1) await storeAlone(open[0]!);
      else if (open.length > 1) await storeTogether(open);
    }
    running--;
  };

  const isWanted = (waiting: Waiting): boolean => {
    if (!end.aborted && !waiting.signal?.aborted) return true;
    waiting.reject(end.aborted ? end.reason : waiting.signal?.reason);
    return false;
  };

  const storeTogether = async (batch: readonly Waiting[]): Promise<void> => {
    try {
      const result = await bus.commit(
        'MAILBOX',
        batch.map(({ mail }) => mail),
      );
      if (result.outcome === 'stored') {
        for (const [index, waiting] of batch.entries()) waiting.resolve(result.sequences[index]!);
        return;
      }
    } catch {
      // Whether it was stored is not known, or one of them is refused for itself: by their ids each finds out alone.
    }
    await Promise.all(batch.map(storeAlone));
  };

  const storeAlone = async (waiting: Waiting): Promise<void> => {
    const { mail, until, signal } = waiting;
    let pauseMs = FIRST_PAUSE_MS;
    while (isWanted(waiting)) {
      try {
        const result = await bus.commit('MAILBOX', [mail]);
        if (result.outcome === 'stored') return waiting.resolve(result.sequences[0]!);
        return waiting.reject(new AutoWeaveError('AW_BROKER_REFUSED', `Cannot store on "${mail.subject}"`));
      } catch (error) {
        // Out of patience, the caller learns why it had to wait, not only that it gave up.
        if (!isPassing(error) || clock.monotonic() + pauseMs > until) return waiting.reject(error);
        await clock.sleep(pauseMs, signal === undefined ? end : AbortSignal.any([end, signal])).catch(() => undefined);
        pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      }
    }
  };

  return {
    store(mail, patienceMs, signal) {
      return new Promise((resolve, reject) => {
        queue.push({ mail, until: clock.monotonic() + patienceMs, signal, resolve, reject });
        if (running === 0 || (running < MAX_ON_THE_WAY && queue.length >= MANY)) void run();
      });
    },
  };
}

function takeBatch(queue: readonly Waiting[], maxBytes: number): readonly Waiting[] {
  let bytes = 0;
  let count = 0;
  for (const { mail } of queue) {
    bytes += mail.body.length;
    if (count > 0 && (count === MAX_BATCH_MAIL || bytes > maxBytes)) break;
    count++;
  }
  return queue.slice(0, count);
}
