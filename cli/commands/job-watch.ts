import { openClient } from '../client.ts';
import type { CommandContext } from '../command.ts';
import { OK } from '../exit-code.ts';
import { renderJobEvent } from './job-event-text.ts';
import { followJobs, type JobUpdate } from './job-feed.ts';
import { askAbout } from './job-unknown.ts';
import { numberOption } from './job-values.ts';

/** `job watch QUEUE`: what happens to its jobs, one line each, until it is interrupted. */
export async function run(ctx: CommandContext): Promise<number> {
  const queue = ctx.arguments['QUEUE']!;
  const count = numberOption(ctx, 'count', { from: 1 }) ?? Number.POSITIVE_INFINITY;
  const client = await openClient(ctx);
  return await askAbout(client, { queue }, () => watch(ctx, queue, count));
}

async function watch(ctx: CommandContext, queue: string, count: number): Promise<number> {
  let shown = 0;
  for await (const update of followJobs(ctx, queue, ctx.options.text('after') ?? null)) {
    if (ctx.isJson) ctx.output.json(update, { isLine: true });
    else show(ctx, update);
    if (update.__typename === 'JobEvent' && ++shown === count) break;
  }
  return OK;
}

function show({ output }: CommandContext, update: JobUpdate): void {
  if (update.__typename === 'JobEvent') output.line(renderJobEvent(update, output.paint));
  else if (update.__typename === 'Lagged') {
    const count = update.count === null ? 'An unknown number of' : String(update.count);
    output.line(output.paint('red', `${count} events are gone from the log, from ${update.from} to ${update.to}`));
  } else output.note(`Watching; go on from here later with --after ${update.cursor}`);
}
