import { type Device, deviceOf, identify } from './identity.ts';
import { byPort, type SeenDevice } from './snapshot.ts';

export interface Reconciliation {
  /** Gone, in the order in which they were attached. To be told before `attached`: a port is free before it is taken. */
  readonly detached: readonly Device[];
  /** New, by port. */
  readonly attached: readonly Device[];
  /** Attached from now on: those that stayed, in their order, then the new ones. */
  readonly next: readonly Device[];
}

/**
 * What happened between two looks at the bus. The same session is the same device, which keeps its id and the time of
 * its attachment; another session on the same port is a detach and an attach. What could not be read at first is
 * filled in silently once it can be. Virtual devices are on no bus: no snapshot detaches or attaches them.
 *
 * @param attached what the last reconciliation left
 * @param seen a whole snapshot
 */
export function reconcile(
  attached: readonly Device[],
  seen: readonly SeenDevice[],
  { host, at }: { readonly host: string; readonly at: number },
): Reconciliation {
  const arriving = new Map<string, SeenDevice>();
  for (const device of seen) {
    if (device.virtual !== true && !arriving.has(device.session)) arriving.set(device.session, device);
  }

  const stayed: Device[] = [];
  const detached: Device[] = [];
  for (const device of attached) {
    const now = device.virtual ? undefined : arriving.get(device.session);
    if (device.virtual) {
      stayed.push(device);
    } else if (now !== undefined && isSamePlugIn(device, now)) {
      stayed.push(completed(device, now));
      arriving.delete(device.session);
    } else {
      detached.push(device);
    }
  }

  const taken = new Set(stayed.map((device) => device.id));
  const arrived = [...arriving.values()].sort(byPort).map((device) => {
    const id = identify(device, taken);
    taken.add(id);
    return deviceOf(device, { id, host, at });
  });
  return { detached, attached: arrived, next: [...stayed, ...arrived] };
}

/** A session's numbers may come again after a reboot, for another device: what can't change during one must agree. */
function isSamePlugIn(device: Device, seen: SeenDevice): boolean {
  return (
    device.vendorId === seen.vendorId &&
    device.productId === seen.productId &&
    device.port === seen.port &&
    (device.serial === seen.serial || device.partial || seen.partial)
  );
}

/** Never the other way: a later look that could read less takes nothing away. */
function completed(device: Device, seen: SeenDevice): Device {
  if (!device.partial || seen.partial) return device;
  return deviceOf(seen, { id: device.id, host: device.host, at: device.timestamp });
}
