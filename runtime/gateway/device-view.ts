import type { Device, DeviceEvent } from '../../proto/generated/graphql.ts';
import type { DeviceAttached, DeviceDetached, Device as PluggedDevice } from '../../proto/generated/messages.ts';
import type { EventFilter, LoggedEvent } from './event-filter.ts';
import { formatCursor } from './feed-cursor.ts';
import { traceIdOf } from './trace-id.ts';

/** Devices and their events as the schema shows them. */

export function deviceFilter(tenant: string, key?: string): EventFilter {
  const types = ['device.attached', 'device.detached'];
  return key === undefined ? { tenant, types } : { tenant, types, key };
}

export interface Presence {
  readonly attached: boolean;
  /** When it was last attached, where that is not what the device itself says. */
  readonly attachedAt?: string | undefined;
  readonly detachedAt?: string | undefined;
}

export function toDevice(device: PluggedDevice, { attached, attachedAt, detachedAt }: Presence): Device {
  const { id, session, host, vendor, product, vendorId, productId, port, path, partial, virtual, timestamp } = device;
  return {
    id,
    session,
    host,
    vendor,
    product,
    vendorId,
    productId,
    serial: device.serial ?? null,
    manufacturer: device.manufacturer ?? null,
    deviceName: device.deviceName ?? null,
    port,
    speed: device.speed ?? null,
    path,
    partial,
    virtual,
    attached,
    attachedAt: attachedAt ?? new Date(timestamp).toISOString(),
    detachedAt: attached ? null : (detachedAt ?? null),
    timestamp,
  };
}

export function toDeviceEvent(incarnation: string, event: LoggedEvent): DeviceEvent {
  return showDeviceEvent(event, formatCursor({ incarnation, sequence: event.sequence }));
}

export function showDeviceEvent({ message }: LoggedEvent, cursor: string): DeviceEvent {
  const attached = message.type === 'device.attached';
  // The feed has checked it against the schema of its type.
  const { device, reason } = message.data as DeviceAttached | DeviceDetached;
  return {
    id: message.id,
    cursor,
    type: attached ? 'ATTACHED' : 'DETACHED',
    device: toDevice(device, { attached, detachedAt: message.time }),
    reason,
    at: message.time,
    traceId: traceIdOf(message.traceparent),
  };
}
