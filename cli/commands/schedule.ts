import type { Schedule } from '../../proto/generated/graphql.ts';
import type { AutoWeaveError } from '../../runtime/errors/errors.ts';
import { openClient } from '../client.ts';
import type { CommandContext } from '../command.ts';
import { formatDuration } from '../duration-argument.ts';
import { OK } from '../exit-code.ts';
import type { GatewayClient } from '../gateway-client.ts';
import type { Column } from '../output.ts';
import { sanitize } from '../text.ts';
import { suggesting } from './job-unknown.ts';
import { numberOption } from './job-values.ts';

const DEFAULT_NEXT = 5;
/** What the gateway gives at most. */
const MOST_NEXT = 100;
/** What the gateway tells of a schedule, as the selection of a query that has `$next`. */
export const SCHEDULE = `
  id cron timezone everyMs queue type data options limit startAt endAt overlap missed turns skipped lastJobs
  next(count: $next)
`;
const COLUMNS: readonly Column[] = [
  { title: 'id', shrinksTo: 8 },
  { title: 'when', shrinksTo: 12 },
  { title: 'queue', shrinksTo: 8 },
  { title: 'type', shrinksTo: 10 },
  { title: 'next' },
  { title: 'turns' },
  { title: 'skipped' },
];

/** `schedule ls` */
export async function list(ctx: CommandContext): Promise<number> {
  const client = await openClient(ctx);
  const { schedules } = await client.query<{ schedules: readonly Schedule[] }>(
    `query Schedules($next: Int) { schedules { ${SCHEDULE} } }`,
    { next: 1 },
  );
  if (ctx.isJson) ctx.output.json(schedules);
  else if (schedules.length === 0) ctx.output.line('No schedules');
  else {
    const rows = schedules.map((schedule) => {
      const { id, queue, type, next, turns, skipped } = schedule;
      return [id, describeWhen(schedule), queue, type, next[0] ?? 'never again', turns, skipped];
    });
    ctx.output.table(COLUMNS, rows);
  }
  return OK;
}

/** `schedule show ID` */
export async function show(ctx: CommandContext): Promise<number> {
  const id = ctx.arguments['ID']!;
  const next = numberOption(ctx, 'next', { from: 1, to: MOST_NEXT }) ?? DEFAULT_NEXT;
  const client = await openClient(ctx);
  const { schedule } = await client.query<{ schedule: Schedule | null }>(
    `query Schedule($id: ID!, $next: Int) { schedule(id: $id) { ${SCHEDULE} } }`,
    { id, next },
  );
  if (schedule === null) throw await unknownSchedule(client, id);
  showSchedule(ctx, schedule);
  return OK;
}

/** `schedule rm ID` */
export async function remove(ctx: CommandContext): Promise<number> {
  const id = ctx.arguments['ID']!;
  const client = await openClient(ctx);
  const { removeSchedule: isRemoved } = await client.query<{ removeSchedule: boolean }>(
    'mutation RemoveSchedule($id: ID!) { removeSchedule(id: $id) }',
    { id },
  );
  if (!isRemoved) throw await unknownSchedule(client, id);
  if (ctx.isJson) ctx.output.json({ id, removed: true });
  else ctx.output.line(sanitize(`${id}: removed`));
  return OK;
}

export function showSchedule({ isJson, output }: CommandContext, schedule: Schedule): void {
  if (isJson) {
    output.json(schedule);
    return;
  }
  const line = (field: string, value: unknown) => output.line(`${field.padEnd(11)}${sanitize(String(value))}`);
  const { id, queue, type, data, options, limit, startAt, endAt, overlap, missed, turns, skipped, lastJobs } = schedule;
  line('id', id);
  line('when', describeWhen(schedule));
  line('queue', queue);
  line('type', type);
  if (data !== null) line('data', JSON.stringify(data));
  if (options !== null && Object.keys(options as object).length > 0) line('options', JSON.stringify(options));
  if (startAt !== null) line('from', startAt);
  if (endAt !== null) line('until', endAt);
  line('overlap', overlap.toLowerCase());
  line('missed', missed.toLowerCase());
  line('turns', limit === null ? turns : `${turns} of ${limit}`);
  if (skipped > 0) line('skipped', skipped);
  if (lastJobs.length > 0) line('last jobs', lastJobs.join(', '));
  if (schedule.next.length === 0) line('next', 'never again');
  for (const due of schedule.next) line('next', due);
}

/** `0 3 * * * Europe/Berlin`, or `every 10m`. */
function describeWhen({ cron, timezone, everyMs }: Schedule): string {
  return cron === null ? `every ${formatDuration(everyMs ?? 0)}` : `${cron} ${timezone ?? 'UTC'}`;
}

async function unknownSchedule(client: GatewayClient, id: string): Promise<AutoWeaveError> {
  const { schedules } = await client.query<{ schedules: readonly Pick<Schedule, 'id'>[] }>('{ schedules { id } }');
  const ids = schedules.map((each) => each.id);
  const message = `There is no schedule "${id}"`;
  return suggesting('AW_SCHEDULE_UNKNOWN', message, id, ids, 'autoweave schedule ls shows all');
}
