import type { CaughtUp, DeviceEvent, DeviceEventUpdate, Lagged } from '../../proto/generated/graphql.ts';
import { systemClock } from '../../runtime/clock/system-clock.ts';
import { AutoWeaveError, formatError } from '../../runtime/errors/errors.ts';
import { openClient } from '../client.ts';
import type { CommandContext } from '../command.ts';
import { OK } from '../exit-code.ts';
import { sanitize } from '../text.ts';
import { deviceTitle } from './device-title.ts';

type Update =
  | (DeviceEvent & { readonly __typename: 'DeviceEvent' })
  | (Lagged & { readonly __typename: 'Lagged' })
  | (CaughtUp & { readonly __typename: 'CaughtUp' });

const DOCUMENT = `
  subscription Watch($after: String) {
    deviceEvents(after: $after) {
      __typename
      ... on DeviceEvent {
        id cursor type reason at traceId
        device {
          id session host vendor product vendorId productId serial manufacturer deviceName port speed path partial
          virtual attached attachedAt detachedAt timestamp
        }
      }
      ... on Lagged { cursor from to count }
      ... on CaughtUp { cursor }
    }
  }
`;

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

/**
 * `device watch`: each attach and detach as it happens, until it is interrupted. A lost connection is made again and
 * goes on from the last cursor, so that nothing is shown twice and nothing is passed over in silence.
 */
export async function run(ctx: CommandContext): Promise<number> {
  let client = await openClient(ctx);
  const { output, isJson } = ctx;
  const count = parseCount(ctx.options.text('count'));
  let after = ctx.options.text('after') ?? null;
  let pauseMs = FIRST_PAUSE_MS;
  let shown = 0;
  if (count === 0) return OK;
  for (;;) {
    try {
      const updates = client.subscribe<{ deviceEvents: DeviceEventUpdate }>(DOCUMENT, { after });
      for await (const { deviceEvents } of updates) {
        const update = deviceEvents as Update;
        after = update.cursor;
        pauseMs = FIRST_PAUSE_MS;
        if (isJson) output.json(update, { isLine: true });
        else showUpdate(ctx, update);
        if (update.__typename === 'DeviceEvent' && ++shown === count) return OK;
      }
      output.note('The server ended the subscription; connecting again');
    } catch (error) {
      if (!isPassing(error)) throw error;
      // Nothing was ever heard from there: that is no interruption.
      if (after === null) throw await explain(error, () => client.query('{ __typename }'));
      output.note(`${formatError(error)}; connecting again`);
    }
    await systemClock.sleep(pauseMs);
    // It may come back under another address; as long as it is away, the old one will do.
    client = await openClient(ctx).catch(() => client);
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
  }
}

/** What a plain query has to say about a connection that cannot be made. */
async function explain(error: unknown, ask: () => Promise<unknown>): Promise<unknown> {
  try {
    await ask();
    return error;
  } catch (reason) {
    return reason;
  }
}

function showUpdate({ output }: CommandContext, update: Update): void {
  if (update.__typename === 'DeviceEvent') {
    const { type, at, device } = update;
    const verb = type === 'ATTACHED' ? output.paint('green', 'attached') : output.paint('yellow', 'detached');
    const kind = device.virtual ? output.paint('dim', ' (virtual)') : '';
    output.line(`${at}  ${verb}  ${sanitize(device.id)}  ${sanitize(deviceTitle(device))}${kind}`);
  } else if (update.__typename === 'Lagged') {
    const count = update.count === null ? 'An unknown number of' : String(update.count);
    output.line(output.paint('red', `${count} events are gone from the log, from ${update.from} to ${update.to}`));
  } else {
    output.note(`Watching; go on from here later with --after ${update.cursor}`);
  }
}

function isPassing(error: unknown): boolean {
  return error instanceof AutoWeaveError && error.code === 'AW_GATEWAY_DISCONNECTED';
}

function parseCount(text: string | undefined): number {
  if (text === undefined) return Number.POSITIVE_INFINITY;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new AutoWeaveError('AW_CLI_USAGE', `autoweave device watch: --count is "${text}", allowed: a whole number`);
}
