import type { KeyActivity } from '../actor/control.ts';
import type { Clock } from '../clock/clock.ts';
import { startDeadline } from '../clock/deadline.ts';
import { AutoWeaveError } from '../errors/errors.ts';
import type { Address } from '../message/subjects.ts';

/** What one operation may ask of the owners of keys; each look is a question to another process. */
export interface KeyLooks {
  /** How many more keys may be looked at. */
  readonly left: number;
  /**
   * Undefined when the owner does not answer in time. The same key is asked about once.
   *
   * @throws AW_TOO_MANY_KEYS when none are left
   */
  look(address: Address): Promise<KeyActivity | undefined>;
  /** After an order to the key: asks anew. */
  forget(address: Address): void;
}

export interface KeyLooksParts {
  readonly ask: (address: Address) => Promise<KeyActivity>;
  readonly clock: Clock;
  readonly limit: number;
  readonly timeoutMs: number;
}

export function createKeyLooks({ ask, clock, limit, timeoutMs }: KeyLooksParts): KeyLooks {
  const asked = new Map<string, Promise<KeyActivity | undefined>>();

  const askInTime = async (address: Address): Promise<KeyActivity | undefined> => {
    using deadline = startDeadline(clock, timeoutMs, new Error('The owner takes too long'));
    const isLate = new Promise<undefined>((resolve) =>
      deadline.signal.addEventListener('abort', () => resolve(undefined), { once: true }),
    );
    const answer = ask(address).catch((error: unknown) => {
      // Away, stopping, between two owners: what it does is not known, and that is no failure of the question.
      if (error instanceof AutoWeaveError) return undefined;
      throw error;
    });
    return await Promise.race([answer, isLate]);
  };

  let left = limit;
  return {
    get left() {
      return left;
    },
    forget: (address) => void asked.delete(idOf(address)),
    look(address) {
      const id = idOf(address);
      const before = asked.get(id);
      if (before !== undefined) return before;
      if (left === 0) {
        return Promise.reject(tooManyKeys());
      }
      left--;
      const answer = askInTime(address);
      asked.set(id, answer);
      return answer;
    },
  };
}

export function tooManyKeys(): AutoWeaveError {
  return new AutoWeaveError('AW_TOO_MANY_KEYS', 'Cannot ask what so many keys do in one operation', {
    hint: 'ask for fewer actors, or leave out what they do now',
  });
}

function idOf({ tenant, actor, key }: Address): string {
  return `${tenant}\n${actor}\n${key}`;
}
