import { systemClock } from '../runtime/clock/system-clock.ts';
import { AutoWeaveError, formatError } from '../runtime/errors/errors.ts';
import { openClient } from './client.ts';
import type { CommandContext } from './command.ts';
import type { GatewayClient } from './gateway-client.ts';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

/**
 * What a subscription with cursors brings, for ever. A lost connection is made again and goes on from the last cursor,
 * so that nothing comes twice and nothing is passed over in silence. It ends when the caller leaves its loop.
 *
 * @throws what `subscribe` throws, unless that passes; a connection that could never be made says why
 */
export async function* followFeed<Update extends { readonly cursor: string }>(
  ctx: CommandContext,
  subscribe: (client: GatewayClient, after: string | null) => AsyncIterable<Update>,
  from: string | null,
): AsyncGenerator<Update, never> {
  let client = await openClient(ctx);
  let after = from;
  let pauseMs = FIRST_PAUSE_MS;
  for (;;) {
    try {
      for await (const update of subscribe(client, after)) {
        after = update.cursor;
        pauseMs = FIRST_PAUSE_MS;
        yield update;
      }
      ctx.output.note('The server ended the subscription; connecting again');
    } catch (error) {
      if (!isPassing(error)) throw error;
      // Nothing was ever heard from there: that is no interruption.
      if (after === null) throw await explain(client, error);
      ctx.output.note(`${formatError(error)}; connecting again`);
    }
    await systemClock.sleep(pauseMs);
    // It may come back under another address; as long as it is away, the old one will do.
    client = await openClient(ctx).catch(() => client);
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
  }
}

/** What a plain query has to say about a connection that cannot be made. */
async function explain(client: GatewayClient, error: unknown): Promise<unknown> {
  try {
    await client.query('{ __typename }');
    return error;
  } catch (reason) {
    return reason;
  }
}

function isPassing(error: unknown): boolean {
  return error instanceof AutoWeaveError && error.code === 'AW_GATEWAY_DISCONNECTED';
}
