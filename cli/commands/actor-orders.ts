import type { ActorActivity } from '../../proto/generated/graphql.ts';
import { openClient } from '../client.ts';
import type { CommandContext, RunCommand } from '../command.ts';
import { OK } from '../exit-code.ts';
import { sanitize } from '../text.ts';
import { ACTIVITY, activityText } from './activity.ts';
import { confirm } from './confirm.ts';

/** `actor pause NAME KEY` and the like: one order, answered with what the key does then. */
export const pause: RunCommand = (ctx) => order(ctx, 'pauseActor');
export const resume: RunCommand = (ctx) => order(ctx, 'resumeActor');
export const kill: RunCommand = (ctx) => order(ctx, 'killActor');

/** `actor destroy NAME KEY` */
export async function destroy(ctx: CommandContext): Promise<number> {
  const { NAME: actor = '', KEY: key = '' } = ctx.arguments;
  const client = await openClient(ctx);
  // A key may be empty; an empty line is no confirmation.
  await confirm(ctx, `Removes state and timers of ${sanitize(`${actor} ${key}`)}`, sanitize(key) || actor);
  await client.query('mutation Destroy($actor: String!, $key: String!) { destroyActor(actor: $actor, key: $key) }', {
    actor,
    key,
  });
  if (ctx.isJson) ctx.output.json({ actor, key, destroyed: true });
  else ctx.output.line(`${sanitize(`${actor} ${key}`)}: destroyed`);
  return OK;
}

async function order(ctx: CommandContext, field: 'pauseActor' | 'resumeActor' | 'killActor'): Promise<number> {
  const { NAME: actor, KEY: key } = ctx.arguments;
  const client = await openClient(ctx);
  const { [field]: activity } = await client.query<Record<typeof field, ActorActivity | null>>(
    `mutation Order($actor: String!, $key: String!) { ${field}(actor: $actor, key: $key) { ${ACTIVITY} } }`,
    { actor, key },
  );
  if (ctx.isJson) ctx.output.json({ actor, key, activity });
  else ctx.output.line(sanitize(`${actor} ${key}: ${activityText(activity)}`));
  return OK;
}
