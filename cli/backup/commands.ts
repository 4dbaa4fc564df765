import type { CommandSpec } from '../command.ts';
import { CONFIG_OPTIONS } from '../config-options.ts';

/** The two commands as data. They speak to the broker itself, so AutoWeave need not run. */

const DATA_OPTIONS = CONFIG_OPTIONS.filter(({ name }) => name === 'data');

export const BACKUP: CommandSpec = {
  words: ['backup'],
  summary: 'Save all streams into a directory',
  description:
    'Works while AutoWeave runs and when it does not: then nats-server is started for the time. With AUTOWEAVE_NATS_URL it saves what is there. The directory holds your data and must not be there yet.',
  arguments: [{ name: 'DIRECTORY', description: 'Where the backup is to stand' }],
  options: DATA_OPTIONS,
  examples: [['autoweave backup /mnt/backups/monday', 'one directory for each backup']],
  load: () => import('../commands/backup.ts'),
};

export const RESTORE: CommandSpec = {
  words: ['restore'],
  summary: 'Restore all streams from a backup',
  description:
    'Looks first whether the backup is whole. AutoWeave must not run on the data directory, nor on the broker of AUTOWEAVE_NATS_URL. Sequence numbers, keys and waiting schedules come back as they were.',
  arguments: [{ name: 'DIRECTORY', description: 'What autoweave backup made' }],
  options: [{ name: 'replace', description: 'Delete the streams that are there' }, ...DATA_OPTIONS],
  examples: [
    ['autoweave restore /mnt/backups/monday --data ./data', 'into a new data directory'],
    ['autoweave restore /mnt/backups/monday --replace', 'back to Monday; what came since is lost'],
  ],
  load: () => import('../commands/restore.ts'),
};
