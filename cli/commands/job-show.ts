import type { JobDetail } from '../../proto/generated/graphql.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import { openClient } from '../client.ts';
import type { CommandContext } from '../command.ts';
import { durationText } from '../duration-text.ts';
import { OK } from '../exit-code.ts';
import type { Output } from '../output.ts';
import { sanitize } from '../text.ts';
import { SUMMARY } from './job-list.ts';
import { askAbout } from './job-unknown.ts';
import { wholeId } from './whole-id.ts';

/** `job show QUEUE ID` */
export async function run(ctx: CommandContext): Promise<number> {
  const { QUEUE: queue, ID } = ctx.arguments;
  const client = await openClient(ctx);
  const id = await wholeId(client, ID!);
  const { job } = await askAbout(client, { queue }, () =>
    client.query<{ job: JobDetail | null }>(
      `query Job($queue: String!, $id: ID!) {
        job(queue: $queue, id: $id) {
          ${SUMMARY} data progress logs partials stalledCount options
          result { success data error duration timestamp }
          failures { code message attempt at stack }
        }
      }`,
      { queue, id },
    ),
  );
  if (job === null) {
    throw new AutoWeaveError('AW_JOB_UNKNOWN', `Queue "${queue}" has no job "${id}", or keeps it no more`, {
      hint: `autoweave job ls ${queue} shows those that there are`,
    });
  }
  if (ctx.isJson) ctx.output.json(job);
  else show(ctx.output, job);
  return OK;
}

function show(output: Output, job: JobDetail): void {
  const { data, options, result, failures, progress, logs, partials, attempts, attemptsMade, durationMs, ...rest } =
    job;
  const field = (name: string, value: unknown) => output.line(`${name.padEnd(14)}${sanitize(String(value))}`);
  for (const [name, value] of Object.entries(rest)) {
    if (value === null || (name === 'stalledCount' && value === 0)) continue;
    field(name, name === 'state' ? job.state.toLowerCase() : value);
  }
  field('attempts', `${attemptsMade} of ${attempts}`);
  if (durationMs !== null) field('took', durationText(durationMs) || '0 ms');
  if (progress !== null) field('progress', JSON.stringify(progress));

  const section = (title: string, lines: readonly string[]) => {
    if (lines.length === 0) return;
    output.line();
    output.line(output.paint('bold', title));
    for (const line of lines) output.line(`  ${sanitize(line)}`);
  };
  const isEmpty = options === null || Object.keys(options as object).length === 0;
  section('options', isEmpty ? [] : jsonLines(options));
  section('data', data === null ? ['not kept any more'] : jsonLines(data));
  section('result', result === null || !result.success ? [] : jsonLines(result.data));
  section(
    'failures',
    failures.flatMap(({ attempt, at, code, message, stack }) => [
      `attempt ${attempt} at ${at}: ${code}: ${message}`,
      ...(stack === null ? [] : stackLines(stack)),
    ]),
  );
  section('log', logs);
  section(
    'partial results',
    partials.map((partial) => JSON.stringify(partial)),
  );
}

function jsonLines(value: unknown): readonly string[] {
  return JSON.stringify(value, null, 2).split('\n');
}

/** The places only: the message stands above already. */
function stackLines(stack: string): readonly string[] {
  const lines = stack.split('\n');
  const first = lines.findIndex((line) => /^\s+at /.test(line));
  return (first < 0 ? lines : lines.slice(first)).map((line) => `    ${line.trim()}`);
}
