import type { DeadLetter, DeadLetterPage } from '../../proto/generated/graphql.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import { openClient } from '../client.ts';
import type { CommandContext } from '../command.ts';
import { OK } from '../exit-code.ts';
import type { Column } from '../output.ts';
import { sanitize } from '../text.ts';
import { readJsonArgument } from './json-argument.ts';
import { parseLimit } from './limit.ts';

const RESEND = `mutation Resend($id: ID!, $data: JSON, $remove: Boolean) {
  resendDeadLetter(id: $id, data: $data, remove: $remove)
}`;
const LETTER = 'id code error stream sequence subject type attempts at';
/** What the gateway gives at once, at most. */
const PAGE = 100;

const COLUMNS: readonly Column[] = [
  { title: 'id' },
  { title: 'code', colour: () => 'red' },
  { title: 'type', shrinksTo: 10 },
  { title: 'attempts', spare: 1 },
  { title: 'at', spare: 2 },
  { title: 'error', shrinksTo: 20 },
];

/** `dead ls` */
export async function list(ctx: CommandContext): Promise<number> {
  const limit = parseLimit(ctx);
  const client = await openClient(ctx);
  const found: DeadLetter[] = [];
  let before: string | null = null;
  let total = 0;
  do {
    const { deadLetters }: { deadLetters: DeadLetterPage } = await client.query(
      `query DeadLetters($first: Int, $before: String) {
        deadLetters(first: $first, before: $before) { deadLetters { ${LETTER} } total next }
      }`,
      { first: Math.min(PAGE, limit - found.length), before },
    );
    found.push(...deadLetters.deadLetters);
    total = deadLetters.total;
    before = deadLetters.next;
  } while (before !== null && found.length < limit);

  if (ctx.isJson) ctx.output.json({ total, deadLetters: found });
  else if (found.length === 0) ctx.output.line('No dead letters');
  else {
    const rows = found.map(({ id, code, type, attempts, at, error }) => [id, code, type, attempts, at, error]);
    ctx.output.table(COLUMNS, rows);
    if (total > found.length) ctx.output.note(`${found.length} of ${total}; --limit shows more`);
  }
  return OK;
}

/** `dead show ID` */
export async function show(ctx: CommandContext): Promise<number> {
  const id = ctx.arguments['ID'];
  const client = await openClient(ctx);
  const { deadLetter } = await client.query<{ deadLetter: DeadLetter | null }>(
    `query DeadLetter($id: ID!) { deadLetter(id: $id) { ${LETTER} headers data } }`,
    { id },
  );
  if (deadLetter === null) {
    throw new AutoWeaveError('AW_DEAD_LETTER_UNKNOWN', `No dead letter has the id "${id}"`, {
      hint: 'autoweave dead ls shows those that there are',
    });
  }
  if (ctx.isJson) ctx.output.json(deadLetter);
  else {
    const { headers, data, ...fields } = deadLetter;
    const line = (name: string, value: unknown) =>
      ctx.output.line(`${name.padEnd(10)}${sanitize(String(value ?? ''))}`);
    for (const [name, value] of Object.entries(fields)) line(name, value);
    ctx.output.line();
    for (const [name, value] of Object.entries(headers as Record<string, unknown>)) line(`${name}:`, ` ${value}`);
    ctx.output.line();
    for (const part of data.split('\n')) ctx.output.line(sanitize(part));
  }
  return OK;
}

/** `dead resend ID [DATA]` */
export async function resend(ctx: CommandContext): Promise<number> {
  const { ID: letter, DATA: text } = ctx.arguments;
  const data = text === undefined ? null : await readJsonArgument('autoweave dead resend', 'DATA', text);
  const client = await openClient(ctx);
  const remove = ctx.options.flag('remove');
  const { resendDeadLetter: id } = await client.query<{ resendDeadLetter: string }>(RESEND, {
    id: letter,
    data,
    remove,
  });
  if (ctx.isJson) ctx.output.json({ id, letter, removed: remove });
  else ctx.output.line(id);
  return OK;
}
