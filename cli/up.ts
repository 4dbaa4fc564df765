import { join } from 'node:path';
import { DEVICE_WATCHER } from '../actors/device-watcher/device-watcher.ts';
import type { UsbHealth } from '../actors/device-watcher/watcher-protocol.ts';
import type { RunningMemory } from '../actors/memory/memory-child.ts';
import { ACTORS, watcherChild } from '../actors/tree.ts';
import { SCHEMAS, SHARED_SCHEMAS } from '../proto/generated/messages.ts';
import type { ActorSystem } from '../runtime/actor/actor-system.ts';
import type { Broker } from '../runtime/bus/broker/broker.ts';
import type { NatsBus } from '../runtime/bus/nats-bus.ts';
import { systemRandom } from '../runtime/clock/random.ts';
import { systemClock } from '../runtime/clock/system-clock.ts';
import { createContracts, type JsonSchema } from '../runtime/contracts/contracts.ts';
import { AutoWeaveError } from '../runtime/errors/errors.ts';
import { type Gateway, startGateway } from '../runtime/gateway/gateway.ts';
import type { Plugins } from '../runtime/plugins/plugins.ts';
import type { OpenQueues } from '../runtime/queue/queues.ts';
import type { WorkerDefinition } from '../runtime/queue/worker-definition.ts';
import type { Child, ChildSpec } from '../runtime/supervisor/child.ts';
import { startSupervisor } from '../runtime/supervisor/supervisor.ts';
import { createLog, type Log } from '../runtime/telemetry/log.ts';
import { startTelemetry } from '../runtime/telemetry/telemetry.ts';
import type { Config } from './config.ts';
import { openDataDirectory } from './data-directory.ts';
import { agentsChild, memoryChild } from './up/agents.ts';
import { actorsChild, brokerChild, busChild, type CoreParts } from './up/core.ts';
import { createCurrent } from './up/current.ts';
import { watchDisk } from './up/disk-watch.ts';
import { unreadDurability } from './up/durability.ts';
import { createDurabilityReport } from './up/durability-report.ts';
import { loadActors } from './up/load-actors.ts';
import { checkSchemas, loadWorkers } from './up/load-workers.ts';
import { pluginsChild } from './up/plugins.ts';
import { builtInJobsChild, queuesChild, workersChild } from './up/queues.ts';
import { createServices } from './up/services.ts';
import { VERSION } from './version.ts';

/**
 * The composition root: the only place that wires actors to runtime. The supervision tree, in order of start:
 *
 *     root (one_for_one)
 *     ├─ broker             nats-server; absent with AUTOWEAVE_NATS_URL
 *     ├─ core (rest_for_one)
 *     │  ├─ bus
 *     │  ├─ queues
 *     │  ├─ gateway         answers early: /healthz and /readyz tell how far the rest is
 *     │  ├─ actors
 *     │  ├─ plugins          loaded anew in the background
 *     │  ├─ memory           the index of what is remembered
 *     │  ├─ agents           the jobs of agents and memories
 *     │  ├─ workers          those of users
 *     │  └─ jobs             what AutoWeave does about itself, by schedules
 *     └─ devices            never gives up; absent with AUTOWEAVE_USB=off
 *        └─ watcher         a process of its own
 */

/** Restarts within a minute before the whole gives up; a broker that is killed again and again must not reach it. */
const INTENSITY = 30;
const PERIOD_MS = 60_000;

/** Runs until a signal, the launcher's end, or a part that can't be kept running. Resolves with the exit code. */
export async function up(config: Config): Promise<number> {
  const clock = systemClock;
  const log = createProcessLog(config);
  await using data = await openDataDirectory(config.data);
  const token = config.token ?? (await data.readOrCreateToken());
  const definitions = [...ACTORS, ...(await loadActors(config.actors, process.cwd()))];
  const workers = await loadWorkers(config.workers, process.cwd());
  await using telemetry = await startTelemetry({
    serviceName: 'autoweave',
    version: VERSION,
    host: config.hostname,
    env: process.env,
    clock,
  });
  using disk = await watchDisk(data.path, config.minFreeDiskMb * 1024 ** 2, clock, (freeBytes) =>
    telemetry.instruments.diskFree.set(freeBytes),
  );
  const live = {
    broker: createCurrent<Broker>('The broker'),
    bus: createCurrent<NatsBus>('The connection to the broker'),
    queues: createCurrent<OpenQueues>('The job queue'),
    actors: createCurrent<ActorSystem>('The actor system'),
    plugins: createCurrent<Plugins>('The plugin host'),
    memory: createCurrent<RunningMemory>('The memory'),
    durability: unreadDurability(config),
    usb: undefined as UsbHealth | undefined,
  };
  const reportDurability = createDurabilityReport(log, telemetry.instruments);
  const core: CoreParts = {
    config: { ...config, data: data.path },
    clock,
    random: systemRandom,
    log,
    telemetry,
    contracts: createContracts(SCHEMAS as Record<string, JsonSchema>, SHARED_SCHEMAS as Record<string, JsonSchema>),
    definitions,
    ...live,
    onDurability: (durability) => {
      live.durability = durability;
      reportDurability(durability);
    },
  };
  for (const { schemas = {} } of workers) {
    for (const [type, schema] of Object.entries(schemas)) core.contracts.add(type, schema);
  }
  for (const worker of workers) checkSchemas(worker, core.contracts);
  const startedAt = clock.now();
  const services = createServices({
    ...core,
    live,
    plugins: live.plugins,
    memory: live.memory,
    disk,
    startedAt,
    ownJobTypes: shownTypes(workers),
  });

  let gateway: Gateway | undefined;
  const gatewayChild: ChildSpec = {
    id: 'gateway',
    restart: 'permanent',
    shutdownMs: 5_000,
    async start(): Promise<Child> {
      gateway = await startGateway(services(live.bus.get()), {
        host: config.bind,
        port: config.port,
        token,
        uiDirectory: join(config.root, 'ui', 'dist'),
        allowedHosts: config.allowedHosts,
        clock,
        log,
        tracer: telemetry.tracer,
        instruments: telemetry.instruments,
      });
      const started = gateway;
      const { promise: exited, resolve } = Promise.withResolvers<{ kind: 'normal' }>();
      return {
        exited,
        async [Symbol.asyncDispose]() {
          await started[Symbol.asyncDispose]();
          resolve({ kind: 'normal' });
        },
      };
    },
  };
  const coreChild: ChildSpec = {
    id: 'core',
    restart: 'permanent',
    shutdownMs: 20_000,
    start: () =>
      startSupervisor({
        strategy: 'rest_for_one',
        intensity: INTENSITY,
        periodMs: PERIOD_MS,
        children: [
          busChild(core),
          queuesChild({ ...core, disk, isSyncedAlways: () => live.durability.isSynced !== false }),
          gatewayChild,
          actorsChild(core),
          pluginsChild({ ...core, plugins: live.plugins }),
          memoryChild({ ...core, memory: live.memory }),
          agentsChild({ ...core, memory: live.memory }),
          workersChild(core, workers),
          builtInJobsChild(core, () => services(live.bus.get()).health()),
        ],
        clock,
        log,
      }),
  };
  const watcher = watcherChild({
    clock,
    log,
    tracer: telemetry.tracer,
    newId: () => systemRandom.uuid(),
    async send(type, snapshot, options) {
      disk.check();
      telemetry.instruments.usbReconciles.add(1, { reason: snapshot.reason });
      const address = { tenant: config.tenant, actor: DEVICE_WATCHER, key: config.hostname };
      await live.actors.get().send(address, type, snapshot, { ...options, source: `watcher/${config.hostname}` });
    },
    watcher: {
      command: config.watcherCommand,
      compileCache: process.env['NODE_COMPILE_CACHE'] ?? join(config.root, '.autoweave', 'cache', 'compile'),
      settleMs: config.usbSettleMs,
      pollMs: config.usbPollMs,
      onHealth: (health) => {
        telemetry.instruments.usbHints.add(Math.max(0, health.hints - (live.usb?.hints ?? 0)));
        live.usb = health;
      },
    },
  });

  // More than can happen in the time, with a second between: what watches hardware never takes the rest down.
  const watcherSupervisor: ChildSpec = {
    id: 'devices',
    restart: 'permanent',
    shutdownMs: 4_000,
    start: () =>
      startSupervisor({
        strategy: 'one_for_one',
        intensity: Number.MAX_SAFE_INTEGER,
        periodMs: PERIOD_MS,
        children: [watcher],
        clock,
        log,
      }),
  };

  const stop = stopSignal(log);
  const children = [
    ...(config.natsUrl === null ? [brokerChild(core)] : []),
    coreChild,
    ...(config.usb ? [watcherSupervisor] : []),
  ];
  const supervisor = await startSupervisor({
    strategy: 'one_for_one',
    intensity: INTENSITY,
    periodMs: PERIOD_MS,
    children,
    clock,
    log,
  });
  await data.announce(gateway!.url);
  process.stdout.write(`AutoWeave is ready: ${gateway!.url}/?token=${token}\n`);
  log.info('autoweave.ready', { url: gateway!.url, durability: live.durability.level });

  const reason = await Promise.race([stop, supervisor.exited]);
  await supervisor[Symbol.asyncDispose]();
  if (reason === undefined || reason.kind === 'normal') return 0;
  throw reason.error instanceof AutoWeaveError
    ? reason.error
    : new AutoWeaveError('AW_UNEXPECTED', String(reason.error), { cause: reason.error });
}

function shownTypes(workers: readonly WorkerDefinition[]) {
  return workers
    .flatMap(({ schemas = {} }) => Object.entries(schemas))
    .map(([type, schema]) => ({ type, description: String(schema['description'] ?? ''), schema }));
}

/** Signals of one Ctrl-C may come twice, from the terminal and from a supervisor; only a later one is impatience. */
const SAME_SIGNAL_MS = 1_000;

/** Resolves at the first request to stop; the second one ends the process at once. */
function stopSignal(log: Log): Promise<undefined> {
  return new Promise((resolve) => {
    let stoppingSince: number | undefined;
    const stop = (why: string) => {
      if (stoppingSince !== undefined) {
        const isImpatient = why !== 'launcher' && systemClock.monotonic() - stoppingSince > SAME_SIGNAL_MS;
        if (isImpatient) process.exit(130);
        return;
      }
      stoppingSince = systemClock.monotonic();
      log.info('autoweave.stopping', { why });
      resolve(undefined);
    };
    process.on('SIGINT', () => stop('SIGINT'));
    process.on('SIGTERM', () => stop('SIGTERM'));
    process.on('SIGHUP', () => stop('SIGHUP'));
    // The launcher holds this channel open; when it is killed we would be left over, unseen.
    process.on('disconnect', () => stop('launcher'));
    // Listening must not keep a process alive that has nothing else to do.
    process.channel?.unref();
  });
}

function createProcessLog(config: Config): Log {
  const format = config.logFormat === 'auto' ? (process.stderr.isTTY ? 'pretty' : 'json') : config.logFormat;
  return createLog({
    level: config.logLevel,
    format,
    clock: systemClock,
    write: (line) => void process.stderr.write(line),
  });
}
