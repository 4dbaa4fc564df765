import type { DeviceEventUpdate } from '../../../proto/generated/graphql.ts';
import { abortableIterator } from '../abortable-iterator.ts';
import { deviceFilter, showDeviceEvent } from '../device-view.ts';
import type { FeedUpdate } from '../event-subscription.ts';
import type { GatewayContext, SubscriptionResolvers } from '../resolver.ts';

const FILE = 'runtime/gateway/resolvers/device-events.ts';
const SUBSCRIPTION = { subscription: 'deviceEvents' };

export const deviceSubscriptions = {
  deviceEvents({ after }, ctx) {
    const updates = ctx.feeds.follow(deviceFilter(ctx.services.tenant), { after: after ?? undefined });
    return abortableIterator((signal) => {
      // Ends the feed's wait, and with it this generator.
      signal.addEventListener('abort', () => void updates.return(undefined), { once: true });
      return show(updates, ctx);
    });
  },
} satisfies Pick<SubscriptionResolvers, 'deviceEvents'>;

/** A union's member is told by its `__typename`. */
type Shown = DeviceEventUpdate & { readonly __typename: 'DeviceEvent' | 'Lagged' | 'CaughtUp' };

async function* show(
  updates: AsyncIterable<FeedUpdate>,
  { tracer, instruments }: GatewayContext,
): AsyncGenerator<Shown, void, undefined> {
  instruments.subscriptionsOpen.add(1, SUBSCRIPTION);
  try {
    for await (const update of updates) {
      if (update.kind === 'caughtUp') {
        yield { __typename: 'CaughtUp', cursor: update.cursor };
      } else if (update.kind === 'lagged') {
        instruments.subscriptionsLagged.add(1, SUBSCRIPTION);
        const { cursor, from, to, count } = update;
        yield { __typename: 'Lagged', cursor, from, to, count };
      } else {
        const { event, cursor } = update;
        // The last step of the event's trace: it ends when the socket has taken the message and the next is asked for.
        const span = tracer.continueSpan('gateway.push', { parent: event.message.traceparent, file: FILE });
        if (span.isRecording) span.set({ ...SUBSCRIPTION, cursor, type: event.message.type });
        try {
          yield { __typename: 'DeviceEvent', ...showDeviceEvent(event, cursor) };
          instruments.eventsPushed.add(1, SUBSCRIPTION);
        } finally {
          span.end();
        }
      }
    }
  } finally {
    instruments.subscriptionsOpen.add(-1, SUBSCRIPTION);
  }
}
