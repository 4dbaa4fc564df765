import type { PluginPermissions } from '../../proto/generated/messages.ts';
import { queueRights } from './rights.ts';

/**
 * What a plugin may do is what it asks for and what was granted, both: {@link intersect} gives it, and the functions here
 * ask it. What is absent grants nothing, and so does an empty list.
 */
export { DEFAULT_HEAP_MB, DEFAULT_WORKERS, intersect } from './intersect.ts';
export { type Capability, describePermissions, exceeds, isSame, type PermissionItem } from './permission-items.ts';
export { maySee, maySeeAny, type SeenDevice } from './usb-permission.ts';

export function mayUseKey(effective: PluginPermissions, key: string): boolean {
  return mayUseKeys(effective) && key.startsWith(effective.kv!.prefix);
}

/** True when there are keys that it may use. */
export function mayUseKeys({ kv }: PluginPermissions): boolean {
  return kv !== undefined && kv.prefix !== '';
}

export function mayAddTo(effective: PluginPermissions, queue: string): boolean {
  return queueRights(effective.queue).get(queue)?.has('add') ?? false;
}

/** True when there is a queue that it may add to. */
export function mayAdd(effective: PluginPermissions): boolean {
  return [...queueRights(effective.queue).values()].some((rights) => rights.has('add'));
}

/** The queues whose jobs it takes, if it has `onJobReceived`. */
export function worksOn(effective: PluginPermissions): readonly string[] {
  return [...queueRights(effective.queue)].filter(([, rights]) => rights.has('work')).map(([name]) => name);
}

export function mayEmit({ events }: PluginPermissions, type: string): boolean {
  return events?.includes(type) ?? false;
}

/** True when there is a type that it may emit. */
export function mayEmitEvents({ events }: PluginPermissions): boolean {
  return events !== undefined && events.length > 0;
}
