import type { Device as PluggedDevice } from '../../../proto/generated/messages.ts';
import { isoTime } from '../../clock/clock.ts';
import { callActor } from '../call-actor.ts';
import { toDevice } from '../device-view.ts';
import { type GatewayContext, given, type MutationResolvers, traced } from '../resolver.ts';

const FILE = 'runtime/gateway/resolvers/virtual-devices.ts';
const WATCHER = 'device-watcher';

export const virtualDeviceMutations = {
  plugVirtualDevice: traced('plugVirtualDevice', FILE, async ({ input }, ctx, traceparent) => {
    const { vendorId, productId, manufacturer, product, serial } = input;
    const data = {
      vendorId,
      productId,
      ...given('manufacturer', manufacturer),
      ...given('product', product),
      ...given('serial', serial),
    };
    return toDevice(await askWatcher('device-watcher.plug', data, ctx, traceparent), { attached: true });
  }),

  unplugVirtualDevice: traced('unplugVirtualDevice', FILE, async ({ id }, ctx, traceparent) => {
    const device = await askWatcher('device-watcher.unplug', { id }, ctx, traceparent);
    return toDevice(device, { attached: false, detachedAt: isoTime(ctx.clock) });
  }),
} satisfies Pick<MutationResolvers, 'plugVirtualDevice' | 'unplugVirtualDevice'>;

async function askWatcher(
  type: string,
  data: unknown,
  ctx: GatewayContext,
  traceparent: string,
): Promise<PluggedDevice> {
  const reply = await callActor({ actor: WATCHER, key: ctx.services.host, type, data }, ctx, traceparent);
  // The watcher answers with the device by its contract (`proto/schemas/device.schema.json`).
  return reply as PluggedDevice;
}
