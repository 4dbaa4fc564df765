import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { AddedJob, JobOptionsInput, NewJobInput } from '../../proto/generated/graphql.ts';
import { systemClock } from '../../runtime/clock/system-clock.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import { openClient } from '../client.ts';
import type { CommandContext } from '../command.ts';
import { OK } from '../exit-code.ts';
import { sanitize } from '../text.ts';
import { unreadable } from './job-data.ts';
import { parseJobLine } from './job-line.ts';
import { askAbout } from './job-unknown.ts';
import { LONG_ANSWER_MS } from './job-values.ts';

/** What the gateway takes at once. */
const MOST_JOBS = 1_000;
/** Well below what the gateway reads of one request; a line that is longer goes alone. */
const MOST_CHARACTERS = 256 * 1024;
const BETWEEN_NOTES_MS = 1_000;

const ADD = `mutation AddJobs($queue: String!, $jobs: [NewJobInput!]!) {
  addJobs(queue: $queue, jobs: $jobs) { id isDuplicate }
}`;

interface Chunk {
  readonly jobs: readonly NewJobInput[];
  /** Of its first and last job, from 1. */
  readonly firstLine: number;
  readonly lastLine: number;
}

/**
 * `job add QUEUE --bulk FILE`: a job from each line, up to a thousand at once, which are all added or none. It stops at
 * the first that is refused and says from which line to go on.
 */
export async function addLines(
  ctx: CommandContext,
  queue: string,
  file: string,
  common: JobOptionsInput,
): Promise<number> {
  const client = await openClient(ctx);
  let added = 0;
  let duplicates = 0;
  let sent: Chunk | undefined;
  let goOnAt = 1;
  let notedAt = systemClock.monotonic();
  try {
    for await (const chunk of chunksOf(file, common)) {
      const { jobs, lastLine } = chunk;
      sent = chunk;
      const { addJobs } = await askAbout(client, { queue }, () =>
        client.query<{ addJobs: readonly AddedJob[] }>(ADD, { queue, jobs }, { timeoutMs: LONG_ANSWER_MS }),
      );
      sent = undefined;
      goOnAt = lastLine + 1;
      const known = addJobs.filter(({ isDuplicate }) => isDuplicate).length;
      added += jobs.length - known;
      duplicates += known;
      if (systemClock.monotonic() - notedAt < BETWEEN_NOTES_MS) continue;
      notedAt = systemClock.monotonic();
      ctx.output.note(`${added} added`);
    }
  } catch (error) {
    throw withProgress(error, { queue, file, added, goOnAt, sent });
  }
  if (ctx.isJson) ctx.output.json({ queue, added, duplicates });
  else {
    const known = duplicates === 0 ? '' : `, ${duplicates} were there already`;
    ctx.output.line(sanitize(`${queue}: ${added} added${known}`));
  }
  return OK;
}

async function* chunksOf(file: string, common: JobOptionsInput): AsyncGenerator<Chunk> {
  let jobs: NewJobInput[] = [];
  let characters = 0;
  let firstLine = 1;
  let line = 0;
  for await (const text of linesOf(file)) {
    line++;
    if (text.trim() === '') continue;
    if (jobs.length === MOST_JOBS || (jobs.length > 0 && characters + text.length > MOST_CHARACTERS)) {
      yield { jobs, firstLine, lastLine: line - 1 };
      [jobs, characters, firstLine] = [[], 0, line];
    }
    jobs.push(parseJobLine(text, line, common));
    characters += text.length;
  }
  if (jobs.length > 0) yield { jobs, firstLine, lastLine: line };
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const input = file === '-' ? process.stdin : createReadStream(file, 'utf8');
  // A stream that fails before anybody reads it would end the program.
  let failure: Error | undefined;
  input.once('error', (error) => (failure = error));
  try {
    yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  } catch (error) {
    failure ??= error as Error;
  }
  if (failure !== undefined) throw unreadable(file, failure);
}

/** With these it is not known whether the jobs on the way were stored. */
const UNCERTAIN = ['AW_GATEWAY_TIMEOUT', 'AW_NOT_RUNNING', 'AW_BROKER_UNAVAILABLE', 'AW_STOPPING'];

interface Progress {
  readonly queue: string;
  readonly file: string;
  readonly added: number;
  /** The first line that was not acknowledged. */
  readonly goOnAt: number;
  /** What had no answer yet. */
  readonly sent: Chunk | undefined;
}

/** The same error, which says what was done before it, and how to go on. */
function withProgress(error: unknown, { queue, file, added, goOnAt, sent }: Progress): unknown {
  if (!(error instanceof AutoWeaveError)) return error;
  const isUncertain = sent !== undefined && UNCERTAIN.includes(error.code);
  const doubt = isUncertain ? `; lines ${sent.firstLine} to ${sent.lastLine} may or may not have been added` : '';
  const before = goOnAt === 1 ? (isUncertain ? '' : '; nothing was added') : `; ${added} jobs were added before`;
  const again = `tail -n +${goOnAt} ${file === '-' ? 'FILE' : file} | autoweave job add ${queue} --bulk -`;
  const steps = [...(error.hint === undefined ? [] : [error.hint]), ...(goOnAt === 1 ? [] : [`go on with ${again}`])];
  return new AutoWeaveError(error.code, `${error.message}${doubt}${before}`, {
    ...(steps.length === 0 ? {} : { hint: steps.join('; then ') }),
    cause: error,
  });
}
