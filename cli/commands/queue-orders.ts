import type { FinishedState, Queue } from '../../proto/generated/graphql.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import { openClient } from '../client.ts';
import type { CommandContext, RunCommand } from '../command.ts';
import { OK } from '../exit-code.ts';
import { sanitize } from '../text.ts';
import { confirm } from './confirm.ts';
import { askAbout } from './job-unknown.ts';
import { choiceOption, durationOption, LONG_ANSWER_MS, needed, numberOption, present } from './job-values.ts';
import { countsText, QUEUE } from './queue-view.ts';

const FINISHED: readonly FinishedState[] = ['COMPLETED', 'FAILED'];

/** `queue pause QUEUE` and `queue resume QUEUE`, answered with what the queue has then. */
export const pause: RunCommand = (ctx) => hold(ctx, 'pauseQueue');
export const resume: RunCommand = (ctx) => hold(ctx, 'resumeQueue');

async function hold(ctx: CommandContext, field: 'pauseQueue' | 'resumeQueue'): Promise<number> {
  const { [field]: queue } = await order<Record<typeof field, Queue>>(
    ctx,
    `mutation Hold($queue: String!) { ${field}(queue: $queue) { ${QUEUE} } }`,
    {},
  );
  if (ctx.isJson) ctx.output.json(queue);
  else ctx.output.line(sanitize(`${queue.name}: ${countsText(queue.counts)}`));
  return OK;
}

/** `queue drain QUEUE` */
export async function drain(ctx: CommandContext): Promise<number> {
  const queue = sanitize(ctx.arguments['QUEUE']!);
  const withDelayed = ctx.options.flag('delayed');
  await confirm(ctx, `Removes all that waits${withDelayed ? ' or is delayed' : ''} in ${queue}`, queue);
  const { drainQueue: removed } = await order<{ drainQueue: number }>(
    ctx,
    'mutation Drain($queue: String!, $withDelayed: Boolean) { drainQueue(queue: $queue, withDelayed: $withDelayed) }',
    { withDelayed },
  );
  if (ctx.isJson) ctx.output.json({ queue, removed });
  else ctx.output.line(`${queue}: ${removed} removed`);
  return OK;
}

/** `queue clean QUEUE` */
export async function clean(ctx: CommandContext): Promise<number> {
  const queue = sanitize(ctx.arguments['QUEUE']!);
  const state = needed(choiceOption(ctx, 'state', FINISHED), 'autoweave queue clean', '--state');
  const filter = { state, graceMs: durationOption(ctx, 'older') ?? 0 };
  const { cleanQueue: removed } = await order<{ cleanQueue: number }>(
    ctx,
    `mutation Clean($queue: String!, $state: FinishedState!, $graceMs: Float, $limit: Int) {
      cleanQueue(queue: $queue, state: $state, graceMs: $graceMs, limit: $limit)
    }`,
    { ...filter, ...present({ limit: numberOption(ctx, 'limit', { from: 1 }) }) },
  );
  if (ctx.isJson) ctx.output.json({ queue, state, removed });
  else ctx.output.line(`${queue}: ${removed} ${state.toLowerCase()} removed`);
  return OK;
}

/** `queue obliterate QUEUE` */
export async function obliterate(ctx: CommandContext): Promise<number> {
  const queue = ctx.arguments['QUEUE']!;
  await confirmByName(ctx, queue);
  await order(
    ctx,
    'mutation Obliterate($queue: String!, $confirm: String!) { obliterateQueue(queue: $queue, confirm: $confirm) }',
    { confirm: queue },
  );
  if (ctx.isJson) ctx.output.json({ queue, obliterated: true });
  else ctx.output.line(sanitize(`${queue}: obliterated`));
  return OK;
}

/** A bare yes is typed too easily for what can't be undone: the name is asked for, by `--confirm` or on the terminal. */
async function confirmByName({ options, ask }: CommandContext, queue: string): Promise<void> {
  const what = `Removes queue ${sanitize(queue)} with all its jobs`;
  const given = options.text('confirm') ?? (await ask?.(`${what}. Type its name to go on: `))?.trim();
  if (given === queue) return;
  throw new AutoWeaveError('AW_NOT_CONFIRMED', `${what}: not confirmed, nothing was done`, {
    hint: `give --confirm ${queue}`,
  });
}

async function order<Answer>(
  ctx: CommandContext,
  document: string,
  values: Readonly<Record<string, unknown>>,
): Promise<Answer> {
  const queue = ctx.arguments['QUEUE']!;
  const client = await openClient(ctx);
  return await askAbout(client, { queue }, () =>
    client.query<Answer>(document, { queue, ...values }, { timeoutMs: LONG_ANSWER_MS }),
  );
}
