import { openClient } from '../client.ts';
import type { CommandContext, RunCommand } from '../command.ts';
import { OK } from '../exit-code.ts';
import { sanitize } from '../text.ts';
import { readJobData } from './job-data.ts';
import { askAbout } from './job-unknown.ts';
import { wholeId } from './whole-id.ts';

interface Order {
  /** What is asked of the gateway, with what it takes beside queue and id. */
  readonly field: string;
  readonly extra?: readonly [name: string, type: string];
  /** What it is called once it is done. */
  readonly done: string;
}

const RETRY: Order = { field: 'retryJob', extra: ['data', 'JSON'], done: 'waits again' };
const REMOVE: Order = { field: 'removeJob', done: 'removed' };
const PROMOTE: Order = { field: 'promoteJob', done: 'ready now' };
const CANCEL: Order = { field: 'cancelJob', extra: ['reason', 'String'], done: 'cancelled' };

/** `job retry QUEUE ID [DATA]` */
export async function retry(ctx: CommandContext): Promise<number> {
  const text = ctx.arguments['DATA'];
  const data = text === undefined ? null : await readJobData('autoweave job retry', text);
  return await order(ctx, RETRY, { data });
}

export const remove: RunCommand = (ctx) => order(ctx, REMOVE);
export const promote: RunCommand = (ctx) => order(ctx, PROMOTE);
export const cancel: RunCommand = (ctx) => order(ctx, CANCEL, { reason: ctx.options.text('reason') ?? null });

/** One order to one job; what stands in its way the gateway tells as an error. */
async function order(
  ctx: CommandContext,
  { field, extra, done }: Order,
  values: Readonly<Record<string, unknown>> = {},
): Promise<number> {
  const { QUEUE: queue, ID } = ctx.arguments;
  const client = await openClient(ctx);
  const id = await wholeId(client, ID!);
  const [declared, passed] =
    extra === undefined ? ['', ''] : [`, $${extra[0]}: ${extra[1]}`, `, ${extra[0]}: $${extra[0]}`];
  await askAbout(client, { queue }, () =>
    client.query(
      `mutation JobOrder($queue: String!, $id: ID!${declared}) { ${field}(queue: $queue, id: $id${passed}) }`,
      { queue, id, ...values },
    ),
  );
  if (ctx.isJson) ctx.output.json({ queue, id, done: true });
  else ctx.output.line(sanitize(`${queue} ${id}: ${done}`));
  return OK;
}
