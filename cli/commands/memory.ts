import { text as readText } from 'node:stream/consumers';
import type { Memory, MemoryPage } from '../../proto/generated/graphql.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import { openClient } from '../client.ts';
import type { CommandContext } from '../command.ts';
import { OK } from '../exit-code.ts';
import type { GatewayClient } from '../gateway-client.ts';
import type { Column } from '../output.ts';
import { sanitize } from '../text.ts';
import { findAgent } from './agent-unknown.ts';
import { present } from './job-values.ts';
import { readJsonArgument } from './json-argument.ts';
import { parseLimit } from './limit.ts';
import { readShortIds } from './short-id.ts';
import { wholeId } from './whole-id.ts';

const MEMORY = 'id text agentId metadata createdAt updatedAt score excerpt';
/** What the gateway gives at once, at most. */
const PAGE = 100;

const COLUMNS: readonly Column[] = [
  { title: 'id' },
  { title: 'changed', spare: 1 },
  { title: 'agent', spare: 2 },
  { title: 'text', shrinksTo: 20 },
];
const FOUND_COLUMNS: readonly Column[] = [{ title: 'score' }, ...COLUMNS];

/** `memory search WORDS…` */
export async function search(ctx: CommandContext): Promise<number> {
  return await showFound(ctx, ctx.several.join(' '));
}

/** `memory ls` */
export async function list(ctx: CommandContext): Promise<number> {
  return await showFound(ctx, null);
}

async function showFound(ctx: CommandContext, query: string | null): Promise<number> {
  const limit = parseLimit(ctx);
  const client = await openClient(ctx);
  const agentId = await agentOption(ctx, client);
  const found: Memory[] = [];
  let page: MemoryPage;
  let after: string | null = null;
  do {
    const { memories }: { memories: MemoryPage } = await client.query(
      `query Memories($query: String, $agentId: ID, $first: Int, $after: String) {
        memories(query: $query, agentId: $agentId, first: $first, after: $after) {
          memories { ${MEMORY} } total next lag
        }
      }`,
      { query, agentId, first: Math.min(PAGE, limit - found.length), after },
    );
    page = memories;
    found.push(...page.memories);
    after = page.next;
  } while (after !== null && found.length < limit);

  const { total, lag } = page;
  if (ctx.isJson) ctx.output.json({ total, lag, memories: found });
  else if (found.length === 0) ctx.output.line(query === null ? 'No memories' : 'No memory has these words');
  else {
    const short = await readShortIds(ctx, client, {
      agents: found.map(({ agentId: of }) => of),
      made: found.map(({ id }) => id),
    });
    const rows = found.map(({ id, updatedAt, agentId: of, text, score, excerpt }) => {
      const shown = [short.made(id), updatedAt, of && short.agent(of), excerpt ?? text];
      return query === null ? shown : [score?.toFixed(2), ...shown];
    });
    ctx.output.table(query === null ? COLUMNS : FOUND_COLUMNS, rows);
    if (total > found.length) ctx.output.note(`${found.length} of ${total}; --limit shows more`);
  }
  if (lag > 0) ctx.output.note(`${lag} changes are not in the index yet: look again in a moment`);
  return OK;
}

/** `memory show ID` */
export async function show(ctx: CommandContext): Promise<number> {
  const client = await openClient(ctx);
  const id = await wholeId(client, ctx.arguments['ID']!);
  const { memory } = await client.query<{ memory: Memory | null }>(
    `query Memory($id: ID!) { memory(id: $id) { ${MEMORY} } }`,
    { id },
  );
  if (memory === null) throw unknownMemory(id);
  if (ctx.isJson) ctx.output.json(memory);
  else {
    const line = (field: string, value: unknown) => ctx.output.line(`${field.padEnd(10)}${sanitize(String(value))}`);
    const { text, agentId, metadata, createdAt, updatedAt } = memory;
    line('id', id);
    if (agentId !== null) line('agent', agentId);
    line('made', createdAt);
    if (updatedAt !== createdAt) line('changed', updatedAt);
    if (metadata !== null) line('metadata', JSON.stringify(metadata));
    ctx.output.line();
    for (const part of text.split('\n')) ctx.output.line(sanitize(part));
  }
  return OK;
}

/** `memory remember TEXT` */
export async function remember(ctx: CommandContext): Promise<number> {
  const argument = ctx.arguments['TEXT']!;
  const text = argument === '-' ? (await readText(process.stdin)).replace(/\n$/, '') : argument;
  const metadata = ctx.options.text('metadata');
  const fields = {
    text,
    metadata:
      metadata === undefined ? undefined : await readJsonArgument('autoweave memory remember', '--metadata', metadata),
  };
  const client = await openClient(ctx);
  const given = ctx.options.text('id');
  const id = given === undefined ? undefined : await wholeId(client, given);
  const input = present({ ...fields, id, agentId: (await agentOption(ctx, client)) ?? undefined });
  const { remember: memory } = await client.query<{ remember: Memory }>(
    `mutation Remember($input: RememberInput!) { remember(input: $input) { ${MEMORY} } }`,
    { input },
  );
  if (ctx.isJson) ctx.output.json(memory);
  else ctx.output.line(sanitize(memory.id));
  return OK;
}

/** `memory forget ID` */
export async function forget(ctx: CommandContext): Promise<number> {
  const client = await openClient(ctx);
  const id = await wholeId(client, ctx.arguments['ID']!);
  const { forget: isForgotten } = await client.query<{ forget: boolean }>(
    'mutation Forget($id: ID!) { forget(id: $id) }',
    { id },
  );
  if (!isForgotten) throw unknownMemory(id);
  if (ctx.isJson) ctx.output.json({ id, forgotten: true });
  else ctx.output.line(sanitize(`${id}: forgotten`));
  return OK;
}

async function agentOption({ options }: CommandContext, client: GatewayClient): Promise<string | null> {
  const given = options.text('agent');
  return given === undefined ? null : await findAgent(client, given);
}

function unknownMemory(id: string): AutoWeaveError {
  return new AutoWeaveError('AW_MEMORY_UNKNOWN', `There is no memory "${id}"`, {
    hint: 'autoweave memory ls shows the newest, autoweave memory search WORDS finds others',
  });
}
