/** What a job carries: as JSON always the same number of bytes. */
export interface JobData {
  /** Which of the jobs of its turn. */
  readonly i: number;
  /** A time of {@link monotonicUs}: when it was added, or when it is due. */
  readonly t: number;
  readonly to: string;
  /** Fills up. */
  readonly pad: string;
}

/** Of the usual job and of a small one. */
export const USUAL_BYTES = 195;
export const SMALL_BYTES = 58;

/** Different from job to job, so that nothing is won by compressing; prepared, so that nothing is lost by making it. */
const PADS = 4_096;
const LONGEST = 256;
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-';
const pads = Array.from({ length: PADS }, (_, pad) => makePad(pad));

export function createData(i: number, t: number, bytes: number): JobData {
  const bare = { i, t, to: bytes < 100 ? '' : `user${i}@example.com`, pad: '' };
  const missing = bytes - JSON.stringify(bare).length;
  return { ...bare, pad: pads[i % PADS]!.slice(0, Math.max(0, missing)) };
}

/** Microseconds of a clock that all processes of this machine share and that never jumps. */
export function monotonicUs(): number {
  return Number(process.hrtime.bigint() / 1_000n);
}

/** The same text for the same number, by a linear congruential generator: a benchmark repeats itself. */
function makePad(seed: number): string {
  let state = (seed + 1) * 2_654_435_761;
  let pad = '';
  for (let at = 0; at < LONGEST; at++) {
    state = (Math.imul(state | 0, 1_664_525) + 1_013_904_223) >>> 0;
    pad += LETTERS[state >>> 26];
  }
  return pad;
}
