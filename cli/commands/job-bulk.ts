import type { BulkJobOperation, JobFilterInput } from '../../proto/generated/graphql.ts';
import { systemClock } from '../../runtime/clock/system-clock.ts';
import { openClient } from '../client.ts';
import type { CommandContext } from '../command.ts';
import { OK } from '../exit-code.ts';
import { sanitize } from '../text.ts';
import { confirm } from './confirm.ts';
import { JOB_STATES } from './job-list.ts';
import { askAbout } from './job-unknown.ts';
import { choiceOption, durationOption, LONG_ANSWER_MS, needed, numberOption, present, toChoice } from './job-values.ts';

const OPERATIONS: readonly BulkJobOperation[] = ['RETRY', 'REMOVE', 'PROMOTE', 'CANCEL'];
const VERBS: Readonly<Record<BulkJobOperation, readonly [now: string, done: string]>> = {
  RETRY: ['Retries', 'retried'],
  REMOVE: ['Removes', 'removed'],
  PROMOTE: ['Promotes', 'promoted'],
  CANCEL: ['Cancels', 'cancelled'],
};
const VARIABLES = '$queue: String!, $operation: BulkJobOperation!, $filter: JobFilterInput!';
const PASSED = 'queue: $queue, operation: $operation, filter: $filter';

/** `job bulk OPERATION QUEUE`: says how many it concerns, asks, and does it. */
export async function run(ctx: CommandContext): Promise<number> {
  const queue = ctx.arguments['QUEUE']!;
  const operation = toChoice('OPERATION', ctx.arguments['OPERATION']!, OPERATIONS);
  const filter = parseFilter(ctx);
  const client = await openClient(ctx);
  const wanted = { queue, operation, filter };
  const patience = { timeoutMs: LONG_ANSWER_MS };
  const { bulkJobsDryRun: count } = await askAbout(client, { queue, type: filter.type ?? undefined }, () =>
    client.query<{ bulkJobsDryRun: number }>(
      `query Bulk(${VARIABLES}) { bulkJobsDryRun(${PASSED}) }`,
      wanted,
      patience,
    ),
  );
  const [now, done] = VERBS[operation];
  const name = sanitize(queue);
  const isDryRun = ctx.options.flag('dry-run');
  if (isDryRun || count === 0) {
    if (ctx.isJson) ctx.output.json({ ...wanted, dryRun: isDryRun, count });
    else ctx.output.line(count === 0 ? `${name}: no such jobs` : `${name}: ${jobs(count, filter)} would be ${done}`);
    return OK;
  }
  await confirm(ctx, `${now} ${jobs(count, filter)} of ${name}`, name);
  const { bulkJobs } = await client.query<{ bulkJobs: number }>(
    `mutation Bulk(${VARIABLES}) { bulkJobs(${PASSED}) }`,
    wanted,
    patience,
  );
  if (ctx.isJson) ctx.output.json({ ...wanted, dryRun: false, count: bulkJobs });
  else ctx.output.line(`${name}: ${jobs(bulkJobs, filter)} ${done}`);
  return OK;
}

function parseFilter(ctx: CommandContext): JobFilterInput {
  const state = needed(choiceOption(ctx, 'state', JOB_STATES), 'autoweave job bulk', '--state');
  const olderMs = durationOption(ctx, 'older');
  return {
    state,
    ...present({
      type: ctx.options.text('type'),
      // Once and for all, so that no more are concerned than were counted.
      addedBefore: olderMs === undefined ? undefined : new Date(systemClock.now() - olderMs).toISOString(),
      limit: numberOption(ctx, 'limit', { from: 1 }),
    }),
  };
}

function jobs(count: number, { state, type }: JobFilterInput): string {
  const kind = type == null ? '' : ` ${sanitize(type)}`;
  return `${count} ${state.toLowerCase()}${kind} ${count === 1 ? 'job' : 'jobs'}`;
}
