import type { Progress } from '../../runtime/bus/backup/backup.ts';
import type { Clock } from '../../runtime/clock/clock.ts';

/** What is needed of a stream such as `process.stderr`. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const MEGABYTE = 1e6;
/** A terminal shows no more, and one write for each chunk would cost more than the chunk. */
const PAUSE_MS = 100;
const BACK_AND_CLEAR = '\r\u001b[K';

/** Shows progress on a terminal, in one line that is written again and gone at the end; nothing elsewhere. */
export function showProgress(stream: ProgressStream, clock: Clock): Disposable & { show(progress: Progress): void } {
  let shownAt = Number.NEGATIVE_INFINITY;
  return {
    show(progress) {
      if (!stream.isTTY || (!progress.isDone && clock.monotonic() - shownAt < PAUSE_MS)) return;
      shownAt = clock.monotonic();
      stream.write(`${BACK_AND_CLEAR}${renderProgress(progress)}`);
    },
    [Symbol.dispose]() {
      if (stream.isTTY) stream.write(BACK_AND_CLEAR);
    },
  };
}

/** `2 of 5  EVENTS  12.3 of 40.0 MB` */
export function renderProgress({ stream, index, count, bytes, totalBytes }: Progress): string {
  const total = totalBytes === undefined ? '' : ` of ${megabytes(totalBytes)}`;
  return `${index} of ${count}  ${stream}  ${megabytes(bytes)}${total} MB`;
}

export function megabytes(bytes: number): string {
  return (bytes / MEGABYTE).toFixed(1);
}
