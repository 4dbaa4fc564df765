import type { Queue } from '../../proto/generated/graphql.ts';
import { openClient } from '../client.ts';
import type { CommandContext } from '../command.ts';
import { OK } from '../exit-code.ts';
import type { Column } from '../output.ts';
import { unknownQueue } from './job-unknown.ts';
import { QUEUE, showQueue } from './queue-view.ts';

const COLUMNS: readonly Column[] = [
  { title: 'queue', shrinksTo: 10 },
  { title: 'state', colour: (text) => (text === 'paused' ? 'yellow' : 'green') },
  { title: 'workers' },
  { title: 'waiting' },
  { title: 'active' },
  { title: 'delayed' },
  { title: 'completed' },
  { title: 'failed', colour: (text) => (text === '0' ? undefined : 'red') },
];

/** `queue ls` */
export async function list(ctx: CommandContext): Promise<number> {
  const client = await openClient(ctx);
  const { queues } = await client.query<{ queues: readonly Queue[] }>(`{ queues { ${QUEUE} } }`);
  if (ctx.isJson) ctx.output.json(queues);
  else if (queues.length === 0) ctx.output.advise('No queues. Adding a job makes one: autoweave job add QUEUE TYPE');
  else {
    const rows = queues.map(({ name, counts }) => {
      const { isPaused, workers, waiting, active, delayed, completed, failed } = counts;
      return [name, isPaused ? 'paused' : 'running', workers, waiting, active, delayed, completed, failed];
    });
    ctx.output.table(COLUMNS, rows);
  }
  return OK;
}

/** `queue show QUEUE` */
export async function show(ctx: CommandContext): Promise<number> {
  const name = ctx.arguments['QUEUE']!;
  const client = await openClient(ctx);
  const { queue } = await client.query<{ queue: Queue | null }>(
    `query Queue($name: String!) { queue(name: $name) { ${QUEUE} } }`,
    { name },
  );
  if (queue === null) throw await unknownQueue(client, name);
  showQueue(ctx, queue);
  return OK;
}
