import type { JobPage, JobState, JobSummary } from '../../proto/generated/graphql.ts';
import { openClient } from '../client.ts';
import type { CommandContext } from '../command.ts';
import { durationText } from '../duration-text.ts';
import { OK } from '../exit-code.ts';
import type { Colour, Column } from '../output.ts';
import { askAbout } from './job-unknown.ts';
import { choiceOption } from './job-values.ts';
import { parseLimit } from './limit.ts';
import { readShortIds } from './short-id.ts';

export const JOB_STATES: readonly JobState[] = ['WAITING', 'ACTIVE', 'DELAYED', 'COMPLETED', 'FAILED'];
export const SUMMARY = `
  id queue type state priority attemptsMade attempts addedAt dueAt finishedAt durationMs error traceId
`;
/** What the gateway gives at once, at most. */
const PAGE = 100;

const COLOURS: Readonly<Record<string, Colour>> = {
  active: 'cyan',
  delayed: 'dim',
  completed: 'green',
  failed: 'red',
};
export function stateColour(text: string): Colour | undefined {
  return COLOURS[text];
}

const COLUMNS: readonly Column[] = [
  { title: 'id' },
  { title: 'type', shrinksTo: 10 },
  { title: 'state', colour: stateColour },
  { title: 'priority', spare: 2 },
  { title: 'attempts', spare: 3 },
  { title: 'added', spare: 1 },
  { title: 'due or finished' },
  { title: 'took' },
  { title: 'error', shrinksTo: 16 },
];

/** `job ls QUEUE`: of one state, or of each after the other as long as the limit reaches. */
export async function run(ctx: CommandContext): Promise<number> {
  const queue = ctx.arguments['QUEUE']!;
  const limit = parseLimit(ctx);
  const state = choiceOption(ctx, 'state', JOB_STATES);
  const client = await openClient(ctx);
  const found: JobSummary[] = [];
  let isMore = false;
  await askAbout(client, { queue }, async () => {
    for (const each of state === undefined ? JOB_STATES : [state]) {
      let after: string | null = null;
      do {
        // Of a state that the limit no longer reaches one job tells whether there are more.
        const first = Math.max(1, Math.min(PAGE, limit - found.length));
        const { jobs }: { jobs: JobPage } = await client.query(
          `query Jobs($queue: String!, $state: JobState!, $first: Int, $after: String) {
            jobs(queue: $queue, state: $state, first: $first, after: $after) { jobs { ${SUMMARY} } next }
          }`,
          { queue, state: each, first, after },
        );
        const room = limit - found.length;
        found.push(...jobs.jobs.slice(0, room));
        isMore ||= jobs.jobs.length > room;
        after = jobs.next;
      } while (after !== null && found.length < limit);
      isMore ||= after !== null;
      if (isMore) break;
    }
  });

  if (ctx.isJson) ctx.output.json(found);
  else if (found.length === 0) ctx.output.line(`No ${state === undefined ? '' : `${state.toLowerCase()} `}jobs`);
  else {
    const short = await readShortIds(ctx, client, { made: found.map(({ id }) => id) });
    const rows = found.map((job) => rowOf({ ...job, id: short.made(job.id) }));
    ctx.output.table(COLUMNS, rows);
    if (isMore) ctx.output.note(`There are more than ${limit}; --limit shows more`);
  }
  return OK;
}

function rowOf({
  id,
  type,
  state,
  priority,
  attemptsMade,
  attempts,
  addedAt,
  ...rest
}: JobSummary): readonly unknown[] {
  const { dueAt, finishedAt, durationMs, error } = rest;
  const took = durationMs === null ? '' : durationText(durationMs);
  return [
    id,
    type,
    state.toLowerCase(),
    priority,
    `${attemptsMade}/${attempts}`,
    addedAt,
    finishedAt ?? dueAt,
    took,
    error,
  ];
}
