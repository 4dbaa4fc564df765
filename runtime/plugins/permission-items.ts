import { type PluginPermissions, SCHEMAS } from '../../proto/generated/messages.ts';
import { DEFAULT_HEAP_MB, intersect } from './intersect.ts';
import { quote } from './quote.ts';
import type { UsbPermission } from './usb-permission.ts';

/** `filesystem`, `network`, `usb`, `memory`, `queue`, `kv`, `events`, `secrets`. */
export type Capability = keyof PluginPermissions;

export interface PermissionItem {
  readonly capability: Capability;
  /** By which it can be taken back: `kv`, `queue:labels:add`, `events:label.printed`. */
  readonly name: string;
  /** What the plugin then does. */
  readonly sentence: string;
  readonly isGranted: boolean;
  /** False where this version has nothing to grant: it changes nothing. */
  readonly isAvailable: boolean;
}

/** Each of what a plugin asks for. Where only a part was granted, the part has an item, and the whole another. */
export function describePermissions(
  requested: PluginPermissions,
  granted: PluginPermissions = {},
): readonly PermissionItem[] {
  return divide(requested).flatMap(({ capability, name, sentence, permissions }) => {
    const item = { capability, name, sentence, isAvailable: !UNAVAILABLE.has(capability) };
    const part = partOf(permissions, granted);
    if (isSame(part, permissions)) return [{ ...item, isGranted: true }];
    const parts = divide(part).map((grain) => {
      return { ...item, name: grain.name, sentence: grain.sentence, isGranted: true };
    });
    return [...parts, { ...item, isGranted: false }];
  });
}

/** What is asked for beyond a consent, each in a sentence; empty when the consent covers it all. */
export function exceeds(requested: PluginPermissions, consented: PluginPermissions): readonly string[] {
  return divide(requested)
    .filter(({ permissions }) => !isSame(partOf(permissions, consented), permissions))
    .map(({ sentence }) => sentence);
}

const UNAVAILABLE: ReadonlySet<Capability> = new Set<Capability>(['filesystem', 'network', 'secrets']);

/** The least that can be granted, or taken back, by itself. */
export interface Grain {
  readonly capability: Capability;
  /** Unlike that of any other of the same permissions. */
  readonly name: string;
  readonly sentence: string;
  /** In normal form, and of one capability. */
  readonly permissions: PluginPermissions;
}

function partOf(grain: PluginPermissions, granted: PluginPermissions): PluginPermissions {
  const both = intersect(grain, granted);
  if (both.memory === undefined) return both;
  // An absent number is not unlimited but the default: so the other one would come from the grant.
  const { memory, ...rest } = both;
  const asked = Object.entries(memory).filter(([name]) => Object.hasOwn(grain.memory ?? {}, name));
  return asked.length === 0 ? rest : { memory: Object.fromEntries(asked) };
}

/** Of permissions in normal form. */
export function isSame(left: PluginPermissions, right: PluginPermissions): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

/** What was granted, or asked for, in its smallest parts. */
export function divide(permissions: PluginPermissions): readonly Grain[] {
  const { usb, queue, kv, events, memory, filesystem, network, secrets } = intersect(permissions, permissions);
  const vendors = usb?.vendor_ids ?? [];
  return [
    ...vendors.map((vendor) =>
      grain(ofUsb({ ...usb, vendor_ids: [vendor] }), 'usb', { ...usb, vendor_ids: [vendor] }, vendor),
    ),
    ...(queue ?? []).flatMap(divideQueue),
    ...(kv ? [grain(`Reads and writes keys that begin with ${quote(kv.prefix)}`, 'kv', kv)] : []),
    ...(events ?? []).map((type) => grain(ofEvent(type), 'events', [type], type)),
    ...divideMemory(memory),
    ...(filesystem ?? []).map((file) => {
      return grain(`${FILE_VERBS[file.mode]} ${quote(file.path)}`, 'filesystem', [file], file.path);
    }),
    ...divideNetwork(network),
    ...(secrets ?? []).map((name) => grain(`Uses the secret ${quote(name)}`, 'secrets', [name], name)),
  ];
}

function grain<Name extends Capability>(
  sentence: string,
  capability: Name,
  value: NonNullable<PluginPermissions[Name]>,
  detail?: string,
): Grain {
  const name = detail === undefined ? capability : `${capability}:${detail}`;
  return { capability, name, sentence, permissions: { [capability]: value } };
}

const FILE_VERBS = { read: 'Reads', write: 'Writes', readwrite: 'Reads and writes' } as const;
/** Of a list in a sentence. */
const MAX_SHOWN = 5;

function ofUsb({ vendor_ids: [vendor] = [], product_ids: products, serials }: UsbPermission): string {
  const which = vendor === '*' ? 'any USB device' : `each USB device of vendor ${vendor}`;
  const narrowed = [
    ...(products ? [`is product ${enumerate(products)}`] : []),
    ...(serials ? [`has serial number ${enumerate(serials.map(quote))}`] : []),
  ];
  const only = narrowed.length === 0 ? '' : `, if it ${narrowed.join(' and ')}`;
  return `Is told of ${which} that is attached or detached${only}`;
}

function enumerate(values: readonly string[]): string {
  const shown = values.slice(0, MAX_SHOWN).join(' or ');
  return values.length > MAX_SHOWN ? `${shown} or one of ${values.length - MAX_SHOWN} more` : shown;
}

type QueueEntry = NonNullable<PluginPermissions['queue']>[number];

function divideQueue(entry: QueueEntry): Grain[] {
  if (typeof entry === 'string') throw new TypeError('A queue in normal form has its mode');
  const { name, mode } = entry;
  return [
    ...(mode === 'work'
      ? []
      : [grain(`Adds jobs to queue ${quote(name)}`, 'queue', [{ name, mode: 'add' }], `${name}:add`)]),
    ...(mode === 'add'
      ? []
      : [grain(`Works on jobs of queue ${quote(name)}`, 'queue', [{ name, mode: 'work' }], `${name}:work`)]),
  ];
}

function ofEvent(type: string): string {
  const isOurs = Object.hasOwn(SCHEMAS, type);
  return `Emits events of type ${quote(type)}${isOurs ? ', as if they came from AutoWeave itself' : ''}`;
}

function divideMemory(memory: PluginPermissions['memory'] = {}): Grain[] {
  const { max_heap_mb, max_workers } = memory;
  return [
    // Less than what any plugin has needs no grant, and a grant of it can't be taken back.
    ...(max_heap_mb !== undefined && max_heap_mb > DEFAULT_HEAP_MB
      ? [grain(`Uses up to ${max_heap_mb} MiB of memory for each call`, 'memory', { max_heap_mb }, 'max_heap_mb')]
      : []),
    ...(max_workers
      ? [grain(`Does up to ${max_workers} calls at once`, 'memory', { max_workers }, 'max_workers')]
      : []),
  ];
}

function divideNetwork(network: PluginPermissions['network'] = {}): Grain[] {
  const { outbound = [], inbound } = network;
  const from = inbound?.interface === 'all' ? 'any machine' : 'this machine';
  return [
    ...outbound.map((uri) => grain(`Connects to ${quote(uri)}`, 'network', { outbound: [uri] }, uri)),
    ...(inbound ? [grain(`Is reached at port ${inbound.port} from ${from}`, 'network', { inbound }, 'inbound')] : []),
  ];
}
