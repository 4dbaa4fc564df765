import type { ActorActivity } from '../../proto/generated/graphql.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import { openClient } from '../client.ts';
import type { CommandContext } from '../command.ts';
import { OK } from '../exit-code.ts';
import type { Column } from '../output.ts';
import { sanitize } from '../text.ts';

const COLUMNS: readonly Column[] = [
  { title: 'id', shrinksTo: 8 },
  { title: 'due' },
  { title: 'recurrence', shrinksTo: 12 },
  { title: 'missed' },
  { title: 'type', shrinksTo: 10 },
  { title: 'data', shrinksTo: 10 },
];

/** `actor timers NAME KEY` */
export async function list(ctx: CommandContext): Promise<number> {
  const { NAME: name, KEY: key } = ctx.arguments;
  const client = await openClient(ctx);
  const { actorActivity } = await client.query<{ actorActivity: Pick<ActorActivity, 'timers'> | null }>(
    `query Timers($name: String!, $key: String!) {
      actorActivity(name: $name, key: $key) { timers { id due recurrence missed type data } }
    }`,
    { name, key },
  );
  if (actorActivity === null) {
    throw new AutoWeaveError('AW_OWNER_SILENT', `The owner of ${name} "${key}" does not answer`, {
      hint: 'try again in a moment',
    });
  }
  const { timers } = actorActivity;
  if (ctx.isJson) ctx.output.json(timers);
  else if (timers.length === 0) ctx.output.line('No timers');
  else {
    const rows = timers.map(({ id, due, recurrence, missed, type, data }) => [
      id,
      due,
      recurrence,
      missed.toLowerCase(),
      type,
      JSON.stringify(data),
    ]);
    ctx.output.table(COLUMNS, rows);
  }
  return OK;
}

/** `actor cancel-timer NAME KEY ID` */
export async function cancel(ctx: CommandContext): Promise<number> {
  const { NAME: actor, KEY: key, ID: id } = ctx.arguments;
  const client = await openClient(ctx);
  const { cancelTimer: isCancelled } = await client.query<{ cancelTimer: boolean }>(
    `mutation CancelTimer($actor: String!, $key: String!, $id: ID!) { cancelTimer(actor: $actor, key: $key, id: $id) }`,
    { actor, key, id },
  );
  if (!isCancelled) {
    throw new AutoWeaveError('AW_TIMER_UNKNOWN', `${actor} "${key}" has no timer "${id}"`, {
      hint: 'autoweave actor timers shows those that it has',
    });
  }
  if (ctx.isJson) ctx.output.json({ actor, key, id, cancelled: true });
  else ctx.output.line(sanitize(`${actor} ${key}: timer ${id} is cancelled`));
  return OK;
}
