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
  readonly max_age?: number;
  readonly allow_msg_schedules?: boolean;
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface FoundStream {
  readonly config: StreamSettings;
  readonly state: StreamState;
}

interface StreamPage {
  readonly total: number;
  readonly streams: readonly FoundStream[] | null;
  /** Streams of a cluster that nobody answers for at this moment. */
  readonly missing?: readonly string[] | null;
}

/** Every stream of the account. */
export async function listStreams(server: BackupServer): Promise<readonly FoundStream[]> {
  const found: FoundStream[] = [];
  for (;;) {
    const page = await server.api<StreamPage>('STREAM.LIST', { offset: found.length });
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
 * The order in which streams are saved. A state says up to which command it has handled, and must never say more than
 * the saved mailbox holds: so STATE comes first, and streams with schedules, which grow by themselves, come last.
 */
export function inOrderOfBackup(streams: readonly FoundStream[]): readonly FoundStream[] {
  const rank = ({ config }: FoundStream) => (config.name === 'STATE' ? 0 : config.allow_msg_schedules ? 2 : 1);
  return streams.toSorted(
    (left, right) => rank(left) - rank(right) || left.config.name.localeCompare(right.config.name),
  );
}
