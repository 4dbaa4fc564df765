import { AutoWeaveError } from '../../errors/errors.ts';
import { INCARNATION } from '../ensure-streams.ts';
import type { BackupServer } from './backup-server.ts';

/** What the server says of a stream's contents, in its own words; more fields than these are kept as they come. */
export interface StreamState {
  readonly messages: number;
  readonly bytes: number;
  readonly first_seq: number;
  readonly last_seq: number;
}

/** A stream's settings in the server's own words; those that matter here by name. */
export interface StreamSettings {
  readonly name: string;
  readonly num_replicas?: number;
  readonly storage?: string;
  readonly persist_mode?: string;
  readonly max_age?: number;
  readonly allow_msg_schedules?: boolean;
  /** Streams that this one copies from. */
  readonly sources?: readonly Source[] | null;
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface Source {
  readonly name: string;
  /** Where copying begins in a stream that it has not copied from before. */
  readonly opt_start_seq?: number;
}

export interface FoundStream {
  readonly config: StreamSettings;
  readonly state: StreamState;
  /** How far it is behind those that it copies from: `lag` in messages, `active` -1 before it has heard of them. */
  readonly sources?: readonly { readonly lag: number; readonly active: number }[] | null;
}

interface StreamPage {
  readonly total: number;
  readonly streams: readonly FoundStream[] | null;
  /** Streams of a cluster that nobody answers for at this moment. */
  readonly missing?: readonly string[] | null;
}

/** Every stream of the account. */
export async function listStreams(server: BackupServer, timeoutMs?: number): Promise<readonly FoundStream[]> {
  const found: FoundStream[] = [];
  for (;;) {
    const page = await server.api<StreamPage>('STREAM.LIST', { offset: found.length }, timeoutMs);
    if (page.missing?.length) {
      throw new AutoWeaveError('AW_BROKER_UNAVAILABLE', `No server answers for ${page.missing.join(', ')}`, {
        hint: 'wait until the cluster is whole again',
      });
    }
    found.push(...(page.streams ?? []));
    if (found.length >= page.total || !page.streams?.length) return found;
  }
}

export function isOurs({ config }: FoundStream): boolean {
  return config.metadata?.[INCARNATION] !== undefined;
}

/**
 * The order in which streams are saved, so that what is right does not hang on all of them standing still. What tells
 * how far something else was read or done must never tell more than is saved of that, and so is saved before it:
 *
 * - STATE says which commands were handled and sent: before MAILBOX, and before whatever outboxes go to.
 * - EVENTS, MAILBOX and JOBS say up to where the effects in JOBLOG have been sent; MAILBOX, which is the last to be sent
 *   to, speaks for JOBS too, and so is saved before it.
 * - JOBS before JOBLOG: a job leaves JOBS only when its outcome stands in JOBLOG. The other way round it might be in
 *   neither; as it is, it may be in both, and then is not run again.
 * - FAILED has copied what is saved of JOBLOG, and no more: before it.
 * - CONTROL says which outcomes are to be asked for: after JOBLOG.
 *
 * Streams that are not named come after STATE.
 */
const ORDER = ['STATE', '', 'MAILBOX', 'JOBS', 'FAILED', 'JOBLOG', 'CONTROL'];

export function inOrderOfBackup(streams: readonly FoundStream[]): readonly FoundStream[] {
  const rank = ({ config }: FoundStream) => {
    const named = ORDER.indexOf(config.name);
    return named < 0 ? ORDER.indexOf('') : named;
  };
  return streams.toSorted(
    (left, right) => rank(left) - rank(right) || left.config.name.localeCompare(right.config.name),
  );
}
