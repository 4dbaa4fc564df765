import { deviceFilter, showDeviceEvent } from '../device-view.ts';
import type { LoggedEvent } from '../event-filter.ts';
import { type Push, pushUpdates } from '../push-updates.ts';
import type { SubscriptionResolvers } from '../resolver.ts';

export const deviceSubscriptions = {
  deviceEvents: ({ after }, ctx) =>
    pushUpdates(
      ctx.feeds.follow(deviceFilter(ctx.tenant), { after: after ?? undefined, client: ctx.client }),
      PUSH,
      ctx,
    ),
} satisfies Pick<SubscriptionResolvers, 'deviceEvents'>;

const PUSH = {
  subscription: 'deviceEvents',
  file: 'runtime/gateway/resolvers/device-events.ts',
  show: (event: LoggedEvent, cursor: string) => ({
    __typename: 'DeviceEvent' as const,
    ...showDeviceEvent(event, cursor),
  }),
  trace: ({ message }: LoggedEvent) => message,
} satisfies Push<LoggedEvent, unknown>;
