import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import { openClient } from '../client.ts';
import type { CommandContext } from '../command.ts';
import { OK } from '../exit-code.ts';
import { type EventFeedUpdate, followEvents, lastEvents } from './event-feed.ts';
import { renderEvent } from './event-text.ts';
import { numberOption } from './job-values.ts';

/** What the gateway gives of what has happened, at most. */
const MOST_LAST = 1_000;
const DEFAULT_LAST = 50;

/** `events [TYPE…]`: what has happened and happens, one line each, until it is interrupted. */
export async function run(ctx: CommandContext): Promise<number> {
  const count = numberOption(ctx, 'count', { from: 1 }) ?? Number.POSITIVE_INFINITY;
  const isFollowing = !ctx.options.flag('no-follow');
  const last = numberOption(ctx, 'last', { from: 1, to: MOST_LAST }) ?? (isFollowing ? undefined : DEFAULT_LAST);
  const types = ctx.arguments['TYPE'] === undefined ? null : ctx.several;
  let after = ctx.options.text('after') ?? null;
  if (after !== null && last !== undefined) {
    throw new AutoWeaveError('AW_CLI_USAGE', '--after cannot be used together with --last or --no-follow');
  }
  let shown = 0;
  if (last !== undefined) {
    const events = (await lastEvents(await openClient(ctx), types, last)).slice(0, count);
    for (const event of events) show(ctx, event);
    shown = events.length;
    if (!isFollowing || shown === count) return OK;
    after = events.at(-1)?.cursor ?? null;
  }
  for await (const update of followEvents(ctx, types, after)) {
    show(ctx, update);
    if (update.__typename === 'Event' && ++shown === count) break;
  }
  return OK;
}

function show({ isJson, output }: CommandContext, update: EventFeedUpdate): void {
  if (isJson) output.json(update, { isLine: true });
  else if (update.__typename === 'Event') output.line(renderEvent(update, output.paint));
  else if (update.__typename === 'Lagged') {
    const count = update.count === null ? 'An unknown number of' : String(update.count);
    output.line(output.paint('red', `${count} events are gone from the log, from ${update.from} to ${update.to}`));
  } else output.note(`Watching; go on from here later with --after ${update.cursor}`);
}
