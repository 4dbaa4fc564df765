import type { CaughtUp, Lagged } from '../../proto/generated/graphql.ts';
import { abortableIterator } from './abortable-iterator.ts';
import type { FeedUpdate } from './event-subscription.ts';
import type { GatewayContext, Updates } from './resolver.ts';

/** How the events of a feed are pushed by one field of `Subscription`. */
export interface Push<Event, Shown> {
  /** The field. */
  readonly subscription: string;
  /** The source file that shows them. */
  readonly file: string;
  show(event: Event, cursor: string): Shown;
  /** What the push continues, and what it is called there. */
  trace(event: Event): { readonly traceparent?: string | undefined; readonly type: string };
}

/** A union's member is told by its `__typename`. */
export type ShownPlace =
  | (CaughtUp & { readonly __typename: 'CaughtUp' })
  | (Lagged & { readonly __typename: 'Lagged' });

/** Updates of a feed as clients see them, until the client or the gateway goes. */
export function pushUpdates<Event, Shown>(
  updates: AsyncGenerator<FeedUpdate<Event>, void, undefined>,
  push: Push<Event, Shown>,
  ctx: GatewayContext,
): Updates<Shown | ShownPlace> {
  return abortableIterator((signal) => {
    // Ends the feed's wait, and with it this generator.
    signal.addEventListener('abort', () => void updates.return(undefined), { once: true });
    return showAll(updates, push, ctx);
  });
}

async function* showAll<Event, Shown>(
  updates: AsyncIterable<FeedUpdate<Event>>,
  { subscription, file, show, trace }: Push<Event, Shown>,
  { tracer, instruments }: GatewayContext,
): Updates<Shown | ShownPlace> {
  instruments.subscriptionsOpen.add(1, { subscription });
  try {
    for await (const update of updates) {
      if (update.kind === 'caughtUp') {
        yield { __typename: 'CaughtUp', cursor: update.cursor };
      } else if (update.kind === 'lagged') {
        instruments.subscriptionsLagged.add(1, { subscription });
        const { cursor, from, to, count } = update;
        yield { __typename: 'Lagged', cursor, from, to, count };
      } else {
        const { event, cursor } = update;
        const { traceparent, type } = trace(event);
        // The last step of the event's trace: it ends when the socket has taken the message and the next is asked for.
        const span = tracer.continueSpan('gateway.push', { parent: traceparent, file });
        if (span.isRecording) span.set({ subscription, cursor, type });
        try {
          yield show(event, cursor);
          instruments.eventsPushed.add(1, { subscription });
        } finally {
          span.end();
        }
      }
    }
  } finally {
    instruments.subscriptionsOpen.add(-1, { subscription });
  }
}
