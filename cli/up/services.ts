import type { UsbHealth } from '../../actors/device-watcher/watcher-protocol.ts';
import type { RunningMemory } from '../../actors/memory/memory-child.ts';
import { JOB_TYPES, SCHEMAS } from '../../proto/generated/messages.ts';
import { createInspector } from '../../runtime/actor/inspector.ts';
import { replayKey } from '../../runtime/actor/replay.ts';
import { resendDeadLetter } from '../../runtime/actor/resend.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import { PARTITIONS } from '../../runtime/bus/streams.ts';
import type { GatewayServices } from '../../runtime/gateway/services.ts';
import type { Plugins } from '../../runtime/plugins/plugins.ts';
import type { Queues } from '../../runtime/queue/queue-api.ts';
import { VERSION } from '../version.ts';
import { currentMemories } from './agents.ts';
import { currentControl } from './control.ts';
import type { CoreParts } from './core.ts';
import type { Current } from './current.ts';
import type { DiskWatch } from './disk-watch.ts';
import type { Durability } from './durability.ts';
import { type Condition, createHealthBoard, worstOf } from './health.ts';
import { currentPlugins, pluginPolicyOf } from './plugins.ts';
import { schedulesOf } from './queues.ts';

type ShownJobType = ReturnType<GatewayServices['jobTypes']>[number];

/** The types that come with AutoWeave. */
const JOB_TYPES_SHOWN: readonly ShownJobType[] = JOB_TYPES.map((type) => ({
  type,
  description: String(SCHEMAS[type]['description'] ?? ''),
  schema: SCHEMAS[type],
}));

/** What changes while it runs. */
export interface Live {
  readonly durability: Durability;
  readonly usb: UsbHealth | undefined;
}

export interface ServicesParts extends CoreParts {
  readonly live: Live;
  readonly plugins: Current<Plugins>;
  readonly memory: Current<RunningMemory>;
  readonly disk: DiskWatch;
  /** Of users' workers. */
  readonly ownJobTypes: readonly ShownJobType[];
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

/** What the gateway asks of the rest. It takes the bus, since the gateway starts anew with each. */
export function createServices(parts: ServicesParts): (bus: Bus) => GatewayServices {
  const { config, clock, telemetry, actors, live, disk } = parts;
  const isReady = () => parts.bus.value?.status.isConnected === true && actors.value?.isReading === true;
  const board = createHealthBoard(conditions(parts), clock);

  return (bus) => ({
    bus,
    contracts: parts.contracts,
    tenant: config.tenant,
    host: config.hostname,
    async call(address, type, data, options) {
      disk.check();
      return actors.get().call(address, type, data, { ...options, source: 'gateway' });
    },
    async send(address, type, data, options) {
      disk.check();
      return actors.get().send(address, type, data, { ...options, source: 'gateway' });
    },
    ...createInspector(bus, config.tenant),
    control: currentControl(actors),
    replay: (address, to) =>
      replayKey({ ...parts, bus, definitions: new Map(parts.definitions.map((one) => [one.name, one])) }, address, to),
    async resendDeadLetter(id, options) {
      disk.check();
      return resendDeadLetter({ ...parts, bus, tenant: config.tenant }, id, options);
    },
    queues: parts.queues.get(),
    schedules: schedulesOf(parts),
    plugins: currentPlugins(parts.plugins, config),
    memories: currentMemories(parts.memory),
    jobTypes: () => [...JOB_TYPES_SHOWN, ...parts.ownJobTypes, ...typesOfPlugins(parts)],
    health() {
      const components = board.components();
      return {
        status: worstOf(components.filter(({ name }) => name !== 'usb')),
        ready: isReady(),
        version: VERSION,
        host: config.hostname,
        startedAt: new Date(parts.startedAt).toISOString(),
        components,
        durability: live.durability,
        plugins: pluginPolicyOf(config),
      };
    },
    isReady,
    traces: telemetry.traces,
    async metricsText() {
      await countQueues(parts.queues.get());
      return telemetry.metricsText();
    },
  });
}

function typesOfPlugins({ plugins }: ServicesParts): readonly ShownJobType[] {
  return (plugins.value?.host.list() ?? []).flatMap(({ files }) =>
    Object.entries(files.manifest.jobs ?? {}).map(([type, schema]) => ({
      type,
      description: `Of plugin "${files.manifest.name}".`,
      schema,
    })),
  );
}

/** Queues that are counted each time somebody reads the metrics. */
const MAX_COUNTED = 100;

/** What queues hold is read where it is asked for, and not kept: counting sets the metrics. */
async function countQueues(queues: Queues): Promise<void> {
  const names = (await queues.list()).slice(0, MAX_COUNTED);
  // Metrics of the rest are worth more than none at all.
  await Promise.all(names.map(async (name) => (await queues.get(name)).counts())).catch(() => undefined);
}

function conditions({ config, broker, bus, actors, live, disk }: ServicesParts): Record<string, () => Condition> {
  return {
    broker() {
      const status = bus.value?.status;
      if (!status?.isConnected) {
        return { status: 'DOWN', code: 'BROKER_AWAY', detail: 'The broker is away; what is sent waits for it' };
      }
      const writeError = broker.value?.writeError;
      if (writeError !== undefined) {
        return { status: 'DOWN', code: 'BROKER_CANNOT_WRITE', detail: `nats-server can't write: ${writeError}` };
      }
      const { isMet, wanted, detail } = live.durability;
      if (isMet === false) {
        return { status: 'DEGRADED', code: 'DURABILITY_WEAKER', detail: `${wanted} was asked for. ${detail}` };
      }
      const whose = config.natsUrl === null ? 'embedded' : status.url;
      return { status: 'OK', detail: `nats-server ${status.serverVersion}, ${whose}` };
    },
    actors() {
      const system = actors.value;
      if (!system?.isReading) {
        return { status: 'DOWN', code: 'ACTORS_NOT_READING', detail: 'Mailboxes are not being read' };
      }
      const { activeKeys, backlog, members, partitions } = system.status;
      const share =
        members === 1 ? '' : `; ${partitions} of ${PARTITIONS} partitions, with ${members - 1} more processes`;
      const awake = `${activeKeys} ${activeKeys === 1 ? 'key' : 'keys'} awake`;
      const underWay = `${backlog} ${backlog === 1 ? 'message' : 'messages'} under way`;
      return { status: 'OK', detail: `${awake}, ${underWay}${share}` };
    },
    watcher() {
      if (!config.usb) return { status: 'OK', detail: 'Switched off by AUTOWEAVE_USB' };
      if (live.usb === undefined) {
        return { status: 'DEGRADED', code: 'WATCHER_STARTING', detail: 'The watcher is being started' };
      }
      return { status: 'OK', detail: `${live.usb.reconciles} looks at the bus, ${live.usb.hints} hot-plug hints` };
    },
    usb() {
      if (!config.usb) return { status: 'DEGRADED', code: 'USB_OFF', detail: 'Not watched; virtual devices work' };
      const { state = 'degraded', detail = 'Not looked at yet' } = live.usb ?? {};
      if (state === 'ok') return { status: 'OK', detail };
      return { status: 'DEGRADED', code: state === 'absent' ? 'USB_ABSENT' : 'USB_DEGRADED', detail };
    },
    disk() {
      const free = disk.freeBytes === undefined ? 'unknown' : `${Math.floor(disk.freeBytes / 1024 ** 2)} MB free`;
      if (!disk.isFull) return { status: 'OK', detail: free };
      return {
        status: 'DOWN',
        code: 'DISK_LOW',
        detail: `${free}, ${config.minFreeDiskMb} MB are kept in reserve: commands are refused`,
      };
    },
  };
}
