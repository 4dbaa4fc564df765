import type { Stored } from '../../runtime/bus/bus.ts';
import type { StreamView } from '../../runtime/testkit/testkit.ts';
import { Violation } from './violation.ts';

/** Sees to it that a command stays in MAILBOX until it is handled or parked, and its parked copy until it is handled. */
export interface TrimWatch {
  addCommand(message: Stored): void;
  addCopy(message: Stored): void;
  /** Whether a command was ever parked. */
  isParked(sequence: number): boolean;
  /** Commands that are still there. */
  readonly kept: number;
  /** @throws Violation */
  look(): void;
}

const COMMANDS = 'aw.*.cmd.>';
const COPIES = 'aw.*.parked.>';

/** @param isHandled whether the key of a subject has come past a sequence */
export function watchTrimming(
  mailbox: StreamView,
  isHandled: (subject: string, sequence: number) => boolean,
): TrimWatch {
  let kept: Stored[] = [];
  let copies: Stored[] = [];
  const parked = new Set<number>();
  const isThere = ({ sequence }: Stored): boolean => mailbox.at(sequence) !== undefined;

  const lookAtCommands = (): void => {
    for (const gone of kept.filter((message) => !isThere(message))) {
      if (isHandled(gone.subject, gone.sequence) || parked.has(gone.sequence)) continue;
      throw new Violation(`Message ${gone.sequence} on "${gone.subject}" was trimmed before it was handled`);
    }
    kept = kept.filter(isThere);
  };

  const lookAtCopies = (): void => {
    const left = copies.filter(isThere);
    const stillParked = new Set(left.map(originalOf));
    for (const gone of copies.filter((message) => !isThere(message))) {
      if (isHandled(gone.subject, originalOf(gone)) || stillParked.has(originalOf(gone))) continue;
      throw new Violation(`The parked copy of message ${originalOf(gone)} was trimmed before it was handled`);
    }
    copies = left;
  };

  return {
    addCommand: (message) => void kept.push(message),
    addCopy(message) {
      parked.add(originalOf(message));
      copies.push(message);
    },
    isParked: (sequence) => parked.has(sequence),
    get kept() {
      return kept.length;
    },
    look() {
      if (mailbox.count(COMMANDS) !== kept.length) lookAtCommands();
      if (mailbox.count(COPIES) !== copies.length) lookAtCopies();
    },
  };
}

function originalOf({ headers }: Stored): number {
  return Number(headers['aw-parked-sequence']);
}
