import type { MissedTimer, OverlapPolicy, Schedule, ScheduleInput } from '../../proto/generated/graphql.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import { openClient } from '../client.ts';
import type { CommandContext } from '../command.ts';
import { OK } from '../exit-code.ts';
import { readJobData } from './job-data.ts';
import { parseJobOptions } from './job-options.ts';
import { askAbout } from './job-unknown.ts';
import { choiceOption, durationOption, needed, numberOption, present, wrongValue } from './job-values.ts';
import { SCHEDULE, showSchedule } from './schedule.ts';

const COMMAND = 'autoweave schedule set';
const OVERLAPS: readonly OverlapPolicy[] = ['SKIP', 'QUEUE'];
const MISSED: readonly MissedTimer[] = ['SKIP', 'ONCE', 'ALL'];

/** `schedule set ID [DATA]`: makes one, or changes the one that is there. */
export async function run(ctx: CommandContext): Promise<number> {
  const { ID: id = '', DATA: text } = ctx.arguments;
  const options = parseJobOptions(ctx);
  const input: ScheduleInput = {
    id,
    queue: needed(ctx.options.text('queue'), COMMAND, '--queue'),
    type: needed(ctx.options.text('type'), COMMAND, '--type'),
    ...parseWhen(ctx),
    ...present({
      limit: numberOption(ctx, 'limit', { from: 1 }),
      startAt: instantOption(ctx, 'from'),
      endAt: instantOption(ctx, 'until'),
      overlap: choiceOption(ctx, 'overlap', OVERLAPS),
      missed: choiceOption(ctx, 'missed', MISSED),
      options: Object.keys(options).length === 0 ? undefined : options,
    }),
    ...(text === undefined ? {} : { data: await readJobData(COMMAND, text) }),
  };
  const client = await openClient(ctx);
  const { upsertSchedule } = await askAbout(client, { queue: input.queue, type: input.type }, () =>
    client.query<{ upsertSchedule: Schedule }>(
      `mutation SetSchedule($input: ScheduleInput!, $next: Int) { upsertSchedule(input: $input) { ${SCHEDULE} } }`,
      { input, next: 3 },
    ),
  );
  showSchedule(ctx, upsertSchedule);
  return OK;
}

/** Exactly one of `--cron` and `--every`. */
function parseWhen(ctx: CommandContext): Pick<ScheduleInput, 'cron' | 'timezone' | 'everyMs'> {
  const cron = ctx.options.text('cron');
  const timezone = ctx.options.text('timezone');
  const everyMs = durationOption(ctx, 'every');
  if ((cron === undefined) === (everyMs === undefined)) {
    throw new AutoWeaveError('AW_CLI_USAGE', `${COMMAND}: give either --cron or --every`, {
      hint: `such as --cron '0 3 * * *' or --every 10m`,
    });
  }
  if (everyMs === 0) throw wrongValue('--every', ctx.options.text('every')!, 'more than nothing, such as 10m');
  if (cron === undefined && timezone !== undefined) {
    throw new AutoWeaveError('AW_CLI_USAGE', `${COMMAND}: --timezone goes with --cron`);
  }
  return present({ cron, timezone, everyMs });
}

/** ISO 8601; without a zone it is UTC, as everything that AutoWeave shows. */
function instantOption({ options }: CommandContext, name: string): string | undefined {
  const text = options.text(name);
  if (text === undefined) return undefined;
  const match = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)?)?$/.exec(text);
  // A date alone is UTC already.
  const isZoned = match?.[1] === undefined || match[4] !== undefined;
  const instant = match === null ? Number.NaN : Date.parse(isZoned ? text : `${text}Z`);
  if (!Number.isNaN(instant)) return new Date(instant).toISOString();
  throw wrongValue(`--${name}`, text, 'an instant such as 2027-01-31T09:00:00Z');
}
