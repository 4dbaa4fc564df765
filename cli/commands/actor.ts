import type { Actor, ActorActivity, ActorPage } from '../../proto/generated/graphql.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import { openClient } from '../client.ts';
import type { CommandContext } from '../command.ts';
import { durationText } from '../duration-text.ts';
import { OK } from '../exit-code.ts';
import type { Column } from '../output.ts';
import { sanitize } from '../text.ts';
import { ACTIVITY, activityText, statusColour } from './activity.ts';
import { parseLimit } from './limit.ts';

const ACTOR = 'name key tenant version lastSeq attempt outbox updatedAt';
/** What the gateway gives at once, at most. */
const PAGE = 100;
const STATUSES = ['IDLE', 'RUNNING', 'WAITING', 'PAUSED', 'BLOCKED'];

const COLUMNS: readonly Column[] = [
  { title: 'name', shrinksTo: 8 },
  { title: 'key' },
  { title: 'status', colour: statusColour },
  { title: 'waiting' },
  { title: 'lag', spare: 3 },
  { title: 'attempt', spare: 4, colour: (text) => (text === '0' ? undefined : 'yellow') },
  { title: 'timers', spare: 2 },
  { title: 'owner', spare: 1 },
  { title: 'updated', spare: 5 },
];

/** `actor ls [NAME]` */
export async function list(ctx: CommandContext): Promise<number> {
  const limit = parseLimit(ctx);
  const wanted = {
    name: ctx.arguments['NAME'] ?? null,
    prefix: ctx.options.text('prefix') ?? null,
    status: parseStatus(ctx),
  };
  const client = await openClient(ctx);
  const found: Actor[] = [];
  let after: string | null = null;
  do {
    const { actors }: { actors: ActorPage } = await client.query(
      `query Actors($name: String, $prefix: String, $status: ActorStatus, $first: Int, $after: String) {
        actors(name: $name, prefix: $prefix, status: $status, first: $first, after: $after) {
          actors { ${ACTOR} ${ctx.isJson ? 'state' : ''} activity { ${ACTIVITY} } }
          next
        }
      }`,
      { ...wanted, first: Math.min(PAGE, limit - found.length), after },
    );
    found.push(...actors.actors);
    after = actors.next;
  } while (after !== null && found.length < limit);

  if (ctx.isJson) ctx.output.json(found);
  else if (found.length === 0) ctx.output.line('No actors with state that fit');
  else {
    ctx.output.table(COLUMNS, found.map(rowOf));
    if (after !== null) ctx.output.note(`There are more than ${limit}; --limit shows more`);
  }
  return OK;
}

function rowOf({ name, key, attempt, updatedAt, activity }: Actor): readonly unknown[] {
  if (activity === null) return [name, key, '?', '?', '?', attempt, '?', '?', updatedAt];
  const { status, depth, lagMs, timers, owner } = activity;
  return [name, key, status, depth, durationText(lagMs), attempt, timers.length, owner, updatedAt];
}

/** `actor get NAME KEY` */
export async function get(ctx: CommandContext): Promise<number> {
  const { NAME: name, KEY: key } = ctx.arguments;
  const client = await openClient(ctx);
  const { actor, actorActivity: activity } = await client.query<{
    actor: Omit<Actor, 'activity'> | null;
    actorActivity: ActorActivity | null;
  }>(
    `query Actor($name: String!, $key: String!) {
      actor(name: $name, key: $key) { ${ACTOR} state }
      actorActivity(name: $name, key: $key) { ${ACTIVITY} }
    }`,
    { name, key },
  );
  // A key whose first message is stuck has no state yet, and is worth a look all the same.
  if (actor === null && (activity === null || (activity.depth === 0 && activity.timers.length === 0))) {
    throw new AutoWeaveError('AW_ACTOR_UNKNOWN', `No actor "${name}" with key "${key}" has state`, {
      hint: 'autoweave actor ls shows those that have',
    });
  }
  if (ctx.isJson) {
    ctx.output.json(actor === null ? { name, key, state: null, activity } : { ...actor, activity });
    return OK;
  }
  const line = (field: string, value: unknown) => ctx.output.line(`${field.padEnd(10)}${sanitize(String(value))}`);
  const { state, ...fields } = actor ?? { name, key, state: null };
  for (const [field, value] of Object.entries(fields)) line(field, value);
  line('activity', activityText(activity));
  if (activity !== null) {
    const { current, timers, owner } = activity;
    line('owner', owner);
    if (current !== null) line('at work', `${current.type} ${current.id}, attempt ${current.attempt}`);
    for (const { id, due, recurrence, type } of timers) line('timer', `${id}: ${type} at ${due}, ${recurrence}`);
  }
  ctx.output.line();
  for (const text of JSON.stringify(state, null, 2).split('\n')) ctx.output.line(sanitize(text));
  return OK;
}

function parseStatus({ options }: CommandContext): string | null {
  const given = options.text('status');
  if (given === undefined) return null;
  const status = given.toUpperCase();
  if (STATUSES.includes(status)) return status;
  throw new AutoWeaveError('AW_CLI_USAGE', `--status is "${given}", allowed: ${STATUSES.join(', ').toLowerCase()}`);
}
