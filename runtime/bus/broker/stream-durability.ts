import type { Clock } from '../../clock/clock.ts';
import { type BackupAccess, openBackupServer } from '../backup/backup-server.ts';
import { isOurs, listStreams, type StreamSettings } from '../backup/found-streams.ts';

/** How one stream is kept, as its server says. */
export interface StreamDurability {
  readonly name: string;
  readonly replicas: number;
  readonly storage: 'file' | 'memory';
  /** True when it is written only after it was acknowledged (`persist_mode: async`): a killed process may lose it. */
  readonly isAsync: boolean;
}

/** Longer than a cluster needs that is choosing a leader; a start waits for it. */
const LIST_MS = 5_000;

/** How each of AutoWeave's streams is kept. Never rejects: a text in place of the streams says why there are none. */
export async function readStreamDurability(
  access: BackupAccess,
  clock: Clock,
): Promise<readonly StreamDurability[] | string> {
  try {
    await using server = await openBackupServer(access, clock);
    const found = await listStreams(server, LIST_MS);
    return found.filter(isOurs).map(({ config }) => toDurability(config));
  } catch (error) {
    return `the streams can't be read (${(error as Error).message})`;
  }
}

/** What is not said counts as the worst that it can mean. */
function toDurability({ name, num_replicas, storage, persist_mode }: StreamSettings): StreamDurability {
  return {
    name,
    replicas: num_replicas ?? 1,
    storage: storage === 'file' ? 'file' : 'memory',
    isAsync: persist_mode !== undefined && persist_mode !== 'default',
  };
}
