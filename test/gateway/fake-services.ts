import { SCHEMAS, SHARED_SCHEMAS } from '../../proto/generated/messages.ts';
import type { ActorRecord, DeadLetterRecord } from '../../runtime/actor/inspection.ts';
import type { ResendOptions } from '../../runtime/actor/resend.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import { createContracts, type JsonSchema } from '../../runtime/contracts/contracts.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import type { GatewayServices } from '../../runtime/gateway/services.ts';
import { createTraceStore, type TraceRecorder } from '../../runtime/telemetry/trace-store.ts';
import { createFakeControl, type FakeControl } from './fake-control.ts';
import { createFakeMemories, type FakeMemories } from './fake-memories.ts';
import { createFakePlugins, FAKE_POLICY, type FakePlugins } from './fake-plugins.ts';
import { createFakeQueues, type FakeQueues } from './fake-queues.ts';
import { createFakeSchedules, type FakeSchedules } from './fake-schedules.ts';

/** What the gateway asks for, in memory, with what tests want to see or to change. */
export interface FakeServices extends GatewayServices {
  isItReady: boolean;
  readonly actors: ActorRecord[];
  readonly deadLetters: DeadLetterRecord[];
  /** What was sent and called. */
  readonly sent: {
    actor: string;
    key: string;
    type: string;
    data: unknown;
    traceparent: string | undefined;
    timeoutMs?: number;
  }[];
  readonly resent: { readonly id: string; readonly options: ResendOptions }[];
  readonly control: FakeControl;
  readonly queues: FakeQueues;
  readonly schedules: FakeSchedules;
  readonly plugins: FakePlugins;
  readonly memories: FakeMemories;
  /** Answers a call; the default gives back the data. */
  answer: (type: string, data: unknown) => unknown;
  readonly recorder: TraceRecorder;
}

export function createFakeServices(bus: Bus): FakeServices {
  const traces = createTraceStore();
  const services: FakeServices = {
    bus,
    contracts: createContracts(SCHEMAS as Record<string, JsonSchema>, SHARED_SCHEMAS as Record<string, JsonSchema>),
    tenant: 'default',
    host: 'bench',
    isItReady: true,
    actors: [],
    deadLetters: [],
    sent: [],
    resent: [],
    answer: (_type, data) => data,
    recorder: traces,
    traces,
    async call({ actor, key }, type, data, { traceparent, timeoutMs }) {
      services.sent.push({ actor, key, type, data, traceparent, timeoutMs });
      return services.answer(type, data);
    },
    async send({ actor, key }, type, data, { traceparent }) {
      services.sent.push({ actor, key, type, data, traceparent });
      if (actor !== 'device-watcher') throw new AutoWeaveError('AW_ACTOR_UNKNOWN', `Actor "${actor}" is unknown`);
      services.contracts.validate(type, data);
      return `command-${services.sent.length}`;
    },
    async listActors({ name, first, after }) {
      const all = services.actors.filter((actor) => name === undefined || actor.name === name);
      const from = Number(after ?? 0);
      const next = from + first;
      return { actors: all.slice(from, next), ...(next < all.length ? { next: String(next) } : {}) };
    },
    async listNewestActors({ name, prefix = '', first, before = Number.MAX_SAFE_INTEGER }) {
      const all = services.actors
        .map((actor, index) => ({ ...actor, position: index + 1 }))
        .filter(({ position, ...actor }) => position < before && (name === undefined || actor.name === name))
        .filter(({ key }) => key.startsWith(prefix))
        .reverse();
      const actors = all.slice(0, first);
      return { actors, ...(actors.length < all.length ? { next: actors.at(-1)!.position } : {}) };
    },
    async getState(name, key) {
      const state = services.actors.find((actor) => actor.name === name && actor.key === key)?.state;
      return state === undefined ? undefined : { state, bytes: JSON.stringify(state).length };
    },
    getActor: async (name, key) => services.actors.find((actor) => actor.name === name && actor.key === key),
    async listDeadLetters({ first }) {
      return { deadLetters: services.deadLetters.slice(0, first), total: services.deadLetters.length };
    },
    getDeadLetter: async (id) => services.deadLetters.find((letter) => letter.id === id),
    async resendDeadLetter(id, options) {
      if (!services.deadLetters.some((letter) => letter.id === id)) {
        throw new AutoWeaveError('AW_DEAD_LETTER_UNKNOWN', `No dead letter has the id "${id}"`);
      }
      services.resent.push({ id, options });
      return `resent-${services.resent.length}`;
    },
    control: createFakeControl(),
    queues: createFakeQueues(),
    schedules: createFakeSchedules(),
    plugins: createFakePlugins(),
    memories: createFakeMemories(),
    jobTypes: () => [{ type: 'system.cleanup', description: 'Tidies up.', schema: { type: 'object' } }],
    async replay(address, to = 9) {
      if (address.key === 'other') {
        const difference = { sequence: 3, stored: { n: 1 }, rebuilt: { n: 2 } };
        return { upTo: 3, messages: 2, state: { n: 2 }, compared: 1, difference };
      }
      return { upTo: to, messages: 4, state: { n: 1 }, compared: 1 };
    },
    health() {
      const since = '2026-01-02T03:04:05.006Z';
      const status = services.isItReady ? 'OK' : 'DOWN';
      return {
        status,
        ready: services.isItReady,
        version: '1.2.3',
        host: 'bench',
        startedAt: since,
        components: [
          { name: 'broker', status, code: services.isItReady ? null : 'BROKER_AWAY', detail: 'In memory', since },
        ],
        durability: {
          level: 'FSYNC',
          syncIntervalMs: null,
          isSynced: true,
          replicas: 1,
          detail: 'Every message',
          wanted: 'FSYNC',
          isMet: true,
          streams: [{ name: 'EVENTS', replicas: 1, storage: 'file', isAsync: false }],
        },
        plugins: FAKE_POLICY,
      };
    },
    isReady: () => services.isItReady,
    metricsText: async () => 'up 1\n',
  };
  return services;
}

/** A device as events and states carry it. */
export function fakeDevice(id: string, more: Record<string, unknown> = {}) {
  return {
    id,
    session: `1:2:${id}`,
    host: 'bench',
    bus: 1,
    address: 2,
    port: '1-2',
    vendorId: 0x1d6b,
    productId: 0x0104,
    vendor: 'Acme',
    product: 'Label printer',
    path: '/dev/bus/usb/001/002',
    partial: false,
    virtual: false,
    timestamp: Date.UTC(2026, 0, 2),
    ...more,
  };
}

export function fakeActor(name: string, key: string, state: unknown): ActorRecord {
  return { name, key, tenant: 'default', version: 1, lastSeq: 7, attempt: 0, outbox: 0, state, updatedAt: 0 };
}
