import type { Manifest } from '../../runtime/bus/backup/manifest.ts';
import type { CommandContext } from '../command.ts';
import type { Column } from '../output.ts';
import { megabytes } from './show-progress.ts';

const COLUMNS: readonly Column[] = [
  { title: 'stream' },
  { title: 'messages' },
  { title: 'first' },
  { title: 'last' },
  { title: 'MB' },
];

/** What is in a backup, as a table; the numbers are those of the moment when it was made. */
export function showStreams({ output }: CommandContext, { streams }: Manifest): void {
  const rows = streams.map(({ name, state, size }) => [
    name,
    state.messages,
    state.first_seq,
    state.last_seq,
    megabytes(size),
  ]);
  output.table(COLUMNS, rows);
}

/** The same for programs. */
export function describeBackup(directory: string, { autoweave, server, createdAt, streams }: Manifest) {
  return {
    directory,
    autoweave,
    server,
    createdAt,
    streams: streams.map(({ name, state, size }) => ({
      name,
      messages: state.messages,
      firstSequence: state.first_seq,
      lastSequence: state.last_seq,
      bytes: size,
    })),
  };
}
