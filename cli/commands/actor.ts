import { text as readText } from 'node:stream/consumers';
import type { Actor, ActorPage } from '../../proto/generated/graphql.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import { openClient } from '../client.ts';
import type { CommandContext } from '../command.ts';
import { OK } from '../exit-code.ts';
import type { Column } from '../output.ts';
import { sanitize } from '../text.ts';
import { parseLimit } from './limit.ts';

const ACTOR = 'name key tenant version lastSeq attempt outbox updatedAt';
/** What the gateway gives at once, at most. */
const PAGE = 100;

const COLUMNS: readonly Column[] = [
  { title: 'name', shrinksTo: 8 },
  { title: 'key', shrinksTo: 12 },
  { title: 'tenant', shrinksTo: 6 },
  { title: 'last seq' },
  { title: 'attempt', colour: (text) => (text === '0' ? undefined : 'yellow') },
  { title: 'outbox' },
  { title: 'updated' },
];

/** `actor ls` */
export async function list(ctx: CommandContext): Promise<number> {
  const limit = parseLimit(ctx);
  const client = await openClient(ctx);
  const found: Actor[] = [];
  let after: string | null = null;
  do {
    const { actors }: { actors: ActorPage } = await client.query(
      `query Actors($name: String, $first: Int, $after: String) {
        actors(name: $name, first: $first, after: $after) { actors { ${ACTOR} } next }
      }`,
      { name: ctx.options.text('name') ?? null, first: Math.min(PAGE, limit - found.length), after },
    );
    found.push(...actors.actors);
    after = actors.next;
  } while (after !== null && found.length < limit);

  if (ctx.isJson) ctx.output.json(found);
  else if (found.length === 0) ctx.output.line('No actors with state yet');
  else {
    const rows = found.map((actor) => [
      actor.name,
      actor.key,
      actor.tenant,
      actor.lastSeq,
      actor.attempt,
      actor.outbox,
      actor.updatedAt,
    ]);
    ctx.output.table(COLUMNS, rows);
    if (after !== null) ctx.output.note(`There are more than ${limit}; --limit shows more`);
  }
  return OK;
}

/** `actor get NAME KEY` */
export async function get(ctx: CommandContext): Promise<number> {
  const { NAME: name, KEY: key } = ctx.arguments;
  const client = await openClient(ctx);
  const { actor } = await client.query<{ actor: Actor | null }>(
    `query Actor($name: String!, $key: String!) { actor(name: $name, key: $key) { ${ACTOR} state } }`,
    { name, key },
  );
  if (actor === null) {
    throw new AutoWeaveError('AW_ACTOR_UNKNOWN', `No actor "${name}" with key "${key}" has state`, {
      hint: 'autoweave actor ls shows those that have',
    });
  }
  if (ctx.isJson) ctx.output.json(actor);
  else {
    const { state, ...fields } = actor;
    for (const [field, value] of Object.entries(fields))
      ctx.output.line(`${field.padEnd(10)}${sanitize(String(value))}`);
    ctx.output.line();
    for (const line of JSON.stringify(state, null, 2).split('\n')) ctx.output.line(sanitize(line));
  }
  return OK;
}

/** `actor send NAME KEY TYPE [DATA]` */
export async function send(ctx: CommandContext): Promise<number> {
  const { NAME: actor, KEY: key, TYPE: type, DATA: text = '{}' } = ctx.arguments;
  const data = parseData(text === '-' ? await readText(process.stdin) : text);
  const client = await openClient(ctx);
  const { sendCommand: id } = await client.query<{ sendCommand: string }>(
    `mutation Send($actor: String!, $key: String!, $type: String!, $data: JSON!) {
      sendCommand(actor: $actor, key: $key, type: $type, data: $data)
    }`,
    { actor, key, type, data },
  );
  if (ctx.isJson) ctx.output.json({ id });
  else ctx.output.line(id);
  return OK;
}

function parseData(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AutoWeaveError('AW_CLI_USAGE', `autoweave actor send: DATA is no JSON: ${(cause as Error).message}`, {
      hint: `quote it for your shell, such as '{"add":1}'`,
      cause,
    });
  }
}
