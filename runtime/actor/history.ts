import type { Stored } from '../bus/bus.ts';
import type { RecordedInputs } from './bunch.ts';
import type { ActorDefinition } from './definition.ts';
import type { OutboxItem, Timers } from './entry.ts';

/**
 * What a replay needs beside the commands: what handlers were given from outside (the time, answers to
 * calls), which messages were buried, and, for
 * actors that keep an archive, the commands themselves and the state each commit came to.
 */
export interface HistoryRecord {
  /** Sequences in MAILBOX of the first and the last message that this is about. */
  readonly from: number;
  readonly upTo: number;
  readonly inputs?: readonly RecordedInputs[];
  /** True when the message had no effect but its burial. */
  readonly isBuried?: true;
  /** With a buried turn of a timer: the timers after it. */
  readonly timers?: Timers;
  /** State and timers were set from outside, after message `upTo`; null when the key was destroyed. */
  readonly reset?: { readonly state: unknown; readonly timers: Timers };
  /** All but buried ones, which stand among the dead letters. */
  readonly commands?: readonly ArchivedCommand[];
  /** The state after them, of an actor with an archive; null when there is none. */
  readonly state?: unknown;
}

export interface ArchivedCommand {
  readonly sequence: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Base64. */
  readonly body: string;
}

/** The record of a commit, when there is anything to say. */
export function historyOf(
  subject: string,
  { archive = false }: ActorDefinition,
  bunch: readonly Stored[],
  ran: readonly RecordedInputs[] | 'buried',
  stateText: string | undefined,
  timers?: Timers,
): readonly OutboxItem[] {
  const isBuried = ran === 'buried';
  if (!archive && !isBuried && ran.length === 0) return [];
  const record: HistoryRecord = {
    from: bunch[0]!.sequence,
    upTo: bunch.at(-1)!.sequence,
    ...(isBuried ? { isBuried, ...(timers === undefined ? {} : { timers }) } : ran.length > 0 ? { inputs: ran } : {}),
    ...(archive && !isBuried
      ? {
          commands: bunch.map(({ sequence, headers, body }) => ({
            sequence,
            headers,
            body: Buffer.from(body).toString('base64'),
          })),
          state: stateText === undefined ? null : JSON.parse(stateText),
        }
      : {}),
  };
  return [{ to: 'HISTORY', subject, headers: {}, body: JSON.stringify(record) }];
}
