import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import type { Clock } from '../../runtime/clock/clock.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import type { Watcher } from './watcher.ts';
import { parseSnapshot, type Snapshot } from './watcher-protocol.ts';

/** A recording being made: one snapshot a line, as JSON. Disposing it writes the rest and closes the file. */
export interface Recording extends AsyncDisposable {
  readonly path: string;
}

export interface ReplayOptions {
  readonly clock: Clock;
  /** 2 is twice as fast; Infinity does not wait. */
  readonly speed?: number;
  readonly signal?: AbortSignal;
}

/**
 * Records what the watcher sees from now on, beginning with a look.
 *
 * @throws AW_RECORDING_WRITE when the file can't be made, or exists.
 */
export async function recordingOf(watcher: Watcher, path: string): Promise<Recording> {
  const file = createWriteStream(path, { flags: 'wx' });
  const written = finished(file);
  // Reported when the recording is closed; until then the watcher goes on.
  written.catch(() => {});
  await new Promise<void>((resolve, reject) => {
    file.once('open', () => resolve());
    file.once('error', (cause) => {
      reject(new AutoWeaveError('AW_RECORDING_WRITE', `Cannot record to "${path}": ${cause.message}`, { cause }));
    });
  });
  const end = watcher.listen((snapshot) => {
    // A disk that can't keep up costs snapshots, not memory: the next one says all there is again.
    if (file.writableLength < MAX_UNWRITTEN_BYTES) file.write(`${JSON.stringify(snapshot)}\n`);
  });
  await watcher.request();
  return {
    path,
    async [Symbol.asyncDispose]() {
      end();
      file.end();
      await written;
    },
  };
}

/**
 * The snapshots of a recording, with the time between them that was between them.
 *
 * @throws AW_RECORDING_INVALID at the first line that is not a snapshot.
 */
export async function* replay(path: string, options: ReplayOptions): AsyncGenerator<Snapshot, void, undefined> {
  const { clock, speed = 1, signal } = options;
  await using file = await open(path);
  let line = 0;
  let last: number | undefined;
  for await (const text of file.readLines()) {
    line++;
    const snapshot = parseLine(text);
    if (snapshot === undefined) {
      throw new AutoWeaveError('AW_RECORDING_INVALID', `Cannot replay "${path}": line ${line} is not a snapshot`);
    }
    const at = Date.parse(snapshot.observedAt);
    const waitMs = last === undefined ? 0 : (at - last) / speed;
    last = at;
    if (waitMs > 0) await clock.sleep(waitMs, signal);
    signal?.throwIfAborted();
    yield snapshot;
  }
}

const MAX_UNWRITTEN_BYTES = 1 << 20;

function parseLine(text: string): Snapshot | undefined {
  try {
    return parseSnapshot(JSON.parse(text));
  } catch {
    return undefined;
  }
}
