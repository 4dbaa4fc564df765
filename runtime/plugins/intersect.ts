import type { PluginPermissions } from '../../proto/generated/messages.ts';
import { commonRights, FILE_MODES, fileRights, modeOf, QUEUE_MODES, queueRights } from './rights.ts';
import { intersectUsb } from './usb-permission.ts';

export const DEFAULT_HEAP_MB = 16;
export const DEFAULT_WORKERS = 1;

/**
 * What both allow, in normal form: what grants nothing is absent, a queue always has its mode, lists are sorted. So
 * permissions that allow the same are the same JSON once each was intersected with itself.
 */
export function intersect(left: PluginPermissions, right: PluginPermissions): PluginPermissions {
  const filesystem = filled(
    commonRights(fileRights(left.filesystem), fileRights(right.filesystem)).map(([path, rights]) => ({
      path,
      mode: modeOf(FILE_MODES, rights),
    })),
  );
  const network = intersectNetworks(left.network, right.network);
  const usb = intersectUsb(left.usb, right.usb);
  const memory = intersectMemory(left.memory, right.memory);
  const queue = filled(
    commonRights(queueRights(left.queue), queueRights(right.queue)).map(([name, rights]) => ({
      name,
      mode: modeOf(QUEUE_MODES, rights),
    })),
  );
  const kv = intersectPrefixes(left.kv?.prefix, right.kv?.prefix);
  const events = filled(common(left.events, right.events));
  const secrets = filled(common(left.secrets, right.secrets));
  return {
    ...(filesystem && { filesystem }),
    ...(network && { network }),
    ...(usb && { usb }),
    ...(memory && { memory }),
    ...(queue && { queue }),
    ...(kv && { kv }),
    ...(events && { events }),
    ...(secrets && { secrets }),
  };
}

function intersectNetworks(
  left: PluginPermissions['network'],
  right: PluginPermissions['network'],
): PluginPermissions['network'] | undefined {
  const outbound = filled(common(left?.outbound, right?.outbound));
  const inbound = intersectInbound(left?.inbound, right?.inbound);
  if (outbound === undefined && inbound === undefined) return undefined;
  return { ...(outbound && { outbound }), ...(inbound && { inbound }) };
}

type Inbound = NonNullable<NonNullable<PluginPermissions['network']>['inbound']>;

/** Without a port it is nothing; of all interfaces only when both say so. */
function intersectInbound(left: Inbound | undefined, right: Inbound | undefined): Inbound | undefined {
  if (left?.port === undefined || left.port !== right?.port) return undefined;
  return { port: left.port, interface: left.interface === 'all' && right.interface === 'all' ? 'all' : 'localhost' };
}

/** The smaller numbers. What is the default is left out: it needs no grant. */
function intersectMemory(
  left: PluginPermissions['memory'],
  right: PluginPermissions['memory'],
): PluginPermissions['memory'] | undefined {
  const heap = Math.min(left?.max_heap_mb ?? DEFAULT_HEAP_MB, right?.max_heap_mb ?? DEFAULT_HEAP_MB);
  const workers = Math.min(left?.max_workers ?? DEFAULT_WORKERS, right?.max_workers ?? DEFAULT_WORKERS);
  if (heap === DEFAULT_HEAP_MB && workers === DEFAULT_WORKERS) return undefined;
  return {
    ...(heap !== DEFAULT_HEAP_MB && { max_heap_mb: heap }),
    ...(workers !== DEFAULT_WORKERS && { max_workers: workers }),
  };
}

/** The longer one, if it begins with the other. An empty prefix, which would be any key, grants nothing. */
function intersectPrefixes(left: string | undefined, right: string | undefined): PluginPermissions['kv'] | undefined {
  if (!left || !right) return undefined;
  const [shorter, longer] = left.length < right.length ? [left, right] : [right, left];
  return longer.startsWith(shorter) ? { prefix: longer } : undefined;
}

function common(left: readonly string[] = [], right: readonly string[] = []): string[] {
  return [...new Set(left).intersection(new Set(right))].sort();
}

function filled<Value>(list: Value[]): Value[] | undefined {
  return list.length === 0 ? undefined : list;
}
