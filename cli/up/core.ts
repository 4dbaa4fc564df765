import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ActorSystem, startActorSystem } from '../../runtime/actor/actor-system.ts';
import type { ActorDefinition } from '../../runtime/actor/definition.ts';
import { type Broker, startBroker } from '../../runtime/bus/broker/broker.ts';
import { replicasOf, syncIntervalOf } from '../../runtime/bus/broker/durability-dial.ts';
import { findServer } from '../../runtime/bus/broker/find-server.ts';
import { connectNatsBus, type NatsBus, type NatsBusOptions } from '../../runtime/bus/nats-bus.ts';
import type { Clock } from '../../runtime/clock/clock.ts';
import type { Random } from '../../runtime/clock/random.ts';
import type { Contracts } from '../../runtime/contracts/contracts.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import type { OpenQueues } from '../../runtime/queue/queues.ts';
import type { Child, ChildSpec } from '../../runtime/supervisor/child.ts';
import type { Log } from '../../runtime/telemetry/log.ts';
import type { Telemetry } from '../../runtime/telemetry/telemetry.ts';
import type { Config } from '../config.ts';
import type { Current } from './current.ts';
import { type Durability, readDurability, watchDurability } from './durability.ts';

/** The child specs of broker, bus and actors. */

export interface CoreParts {
  readonly config: Config;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly telemetry: Telemetry;
  readonly contracts: Contracts;
  readonly definitions: readonly ActorDefinition[];
  readonly broker: Current<Broker>;
  readonly bus: Current<NatsBus>;
  readonly queues: Current<OpenQueues>;
  readonly actors: Current<ActorSystem>;
  /** Called each time the broker was asked. */
  readonly onDurability: (durability: Durability) => void;
}

/** The embedded nats-server; a supervisor starts it again on the same port, and the bus connects again by itself. */
export function brokerChild({ config, clock, random, log, broker, telemetry }: CoreParts): ChildSpec {
  return {
    id: 'broker',
    restart: 'permanent',
    shutdownMs: 12_000,
    async start({ signal }): Promise<Child> {
      const started = await startBroker({
        dataDirectory: config.data,
        serverPath: findServer({ root: config.root, env: process.env }).path,
        configFile: join(config.root, 'nats.conf'),
        syncInterval: syncIntervalOf(config.durability),
        clock,
        random,
        log,
        signal,
        minFreeBytes: config.minFreeDiskMb * 1024 ** 2,
      });
      broker.set(started);
      telemetry.instruments.brokerConnected.set(1);
      void started.exited.then(() => telemetry.instruments.brokerConnected.set(0));
      return started;
    },
  };
}

/** The connection. It outlives every outage of the broker; it ends only when the broker is another one. */
export function busChild(parts: CoreParts): ChildSpec {
  const { config, clock, bus, broker, telemetry, onDurability } = parts;
  return {
    id: 'bus',
    restart: 'permanent',
    shutdownMs: 2_000,
    async start(): Promise<Child> {
      const options = await busOptions(parts);
      const durability = watchDurability(() => readDurability(config, broker.value, options, clock), {
        clock,
        isConnected: () => bus.value?.status.isConnected === true,
        onReading: onDurability,
      });
      const connected = await connectNatsBus({
        ...options,
        onConnection(isConnected) {
          telemetry.instruments.brokerConnected.set(isConnected ? 1 : 0);
          if (isConnected) telemetry.instruments.brokerReconnects.add(1);
          if (isConnected) void durability.look();
        },
      });
      bus.set(connected);
      await durability.look();
      const exit = Promise.withResolvers<{ kind: 'normal' } | { kind: 'error'; error: unknown }>();
      const moved = watchPort(parts, options.url, () =>
        exit.resolve({ kind: 'error', error: new Error('The broker has moved') }),
      );
      return {
        exited: exit.promise,
        async [Symbol.asyncDispose]() {
          moved();
          durability[Symbol.dispose]();
          bus.set(undefined);
          await connected[Symbol.asyncDispose]();
          exit.resolve({ kind: 'normal' });
        },
      };
    },
  };

  /** A broker whose port was taken while it was away comes back on another one. */
  function watchPort({ clock }: CoreParts, url: string, onMoved: () => void): () => void {
    let cancel = () => {};
    const look = () => {
      if (broker.value !== undefined && broker.value.url !== url) return onMoved();
      cancel = clock.schedule(1_000, look);
    };
    if (parts.config.natsUrl === null) look();
    return () => cancel();
  }
}

export function actorsChild(parts: CoreParts): ChildSpec {
  const { bus, queues, actors, definitions, contracts, clock, random, log, telemetry } = parts;
  return {
    id: 'actors',
    restart: 'permanent',
    shutdownMs: 8_000,
    async start(): Promise<Child> {
      const system = await startActorSystem({
        bus: bus.get(),
        definitions,
        contracts,
        clock,
        random,
        log,
        instruments: telemetry.instruments,
        tracer: telemetry.tracer,
        prepareJobs: (items) => queues.get().prepareJobs(items),
      });
      actors.set(system);
      return {
        exited: system.exited,
        async [Symbol.asyncDispose]() {
          actors.set(undefined);
          await system[Symbol.asyncDispose]();
        },
      };
    },
  };
}

async function busOptions({ config, clock, random, log, broker }: CoreParts): Promise<NatsBusOptions> {
  const replicas = replicasOf(config.durability);
  const shared = { name: `autoweave ${config.hostname}`, replicas, clock, random, log };
  if (config.natsUrl === null) {
    const { url, user, password } = broker.get();
    return { ...shared, url, user, password };
  }
  const credentials = config.natsCreds === null ? undefined : await readCredentials(config.natsCreds);
  return {
    ...shared,
    url: config.natsUrl,
    ...(credentials === undefined ? {} : { credentials }),
    ...(config.natsUser === null ? {} : { user: config.natsUser, password: config.natsPassword ?? '' }),
  };
}

async function readCredentials(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new AutoWeaveError('AW_CONFIG_INVALID', `Cannot read "${file}": ${(cause as Error).message}`, {
      hint: 'set AUTOWEAVE_NATS_CREDS to a credentials file that this user may read',
      cause,
    });
  }
}
