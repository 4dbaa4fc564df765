import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { plugin } from '../../actors/plugin/plugin.ts';
import { HOOKED_DEVICES, type PluginHooksState, pluginHooks } from '../../actors/plugin/plugin-hooks.ts';
import { pluginKv } from '../../actors/plugin/plugin-kv.ts';
import {
  type Device,
  type PluginManifest,
  type PluginPermissions,
  SCHEMAS,
  SHARED_SCHEMAS,
} from '../../proto/generated/messages.ts';
import { startActorSystem } from '../../runtime/actor/actor-system.ts';
import { defineActor } from '../../runtime/actor/definition.ts';
import { createInspector } from '../../runtime/actor/inspector.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import { systemRandom } from '../../runtime/clock/random.ts';
import { systemClock } from '../../runtime/clock/system-clock.ts';
import { createContracts, type JsonSchema } from '../../runtime/contracts/contracts.ts';
import { decodeMessage, type Message } from '../../runtime/message/message.ts';
import { type Plugins, startPlugins } from '../../runtime/plugins/plugins.ts';
import type { JobDetail } from '../../runtime/queue/job.ts';
import type { JobQueue, Queues } from '../../runtime/queue/queue-api.ts';
import { openQueues } from '../../runtime/queue/queues.ts';
import { noInstruments } from '../../runtime/telemetry/instruments.ts';
import { noLog } from '../../runtime/telemetry/log.ts';
import { noTracer } from '../../runtime/telemetry/spans.ts';
import { connectTestBus, readAll, stateOf, TENANT } from '../harness/actor-world.ts';
import { DEVICE } from '../harness/device.ts';
import { startTestServer } from '../harness/nats-server.ts';
import { until } from '../harness/until.ts';
import { type Version, WORKS, worksModule } from './gated-host.ts';

/** Plugins on a real broker, with queues and the actors that remember them; the plugin `works` in folders of its own. */
export interface PluginsWorld extends AsyncDisposable {
  /** Those that run now; others after each {@link restart}. */
  readonly plugins: Plugins;
  readonly queues: Queues;
  /** That is looked through for plugins. */
  readonly folder: string;
  /** Writes `works` under another name into a folder of its own, and gives the path of its manifest. */
  write(name: string, changed?: Partial<PluginManifest>, version?: Version): Promise<string>;
  /** Writes it, and loads it with all that it asks for. */
  load(name: string, changed?: Partial<PluginManifest>): Promise<string>;
  /** Ends the plugins, lets that be done which is to happen meanwhile, and starts them anew. */
  restart(options?: { readonly allowsUnsigned?: boolean; readonly meanwhile?: () => Promise<unknown> }): Promise<void>;
  /** What would be remembered waits until what this gives is disposed of. `asked` resolves when something waits. */
  hold(): Disposable & { readonly asked: Promise<void> };
  /** Unloads a plugin and ends all, which takes until the next ones have been started and have loaded theirs. */
  restartBeforeEnd(name: string): Promise<void>;
  execute(name: string, functionName: string, input?: unknown): Promise<unknown>;
  add(queue: string, type: string, data: unknown, options?: Parameters<JobQueue['add']>[2]): Promise<string>;
  /** Adds a job that runs once, and gives what has become of it. */
  run(queue: string, type: string, data: unknown): Promise<JobDetail>;
  /** Resolves when a job has ended. */
  ended(queue: string, id: string): Promise<JobDetail>;
  /** Data of all events of a type, oldest first; of one key, or of all. */
  events(type: string, key?: string): Promise<readonly Message[]>;
  untilEvent(type: string, key: string): Promise<Message>;
  /** Resolves when the actor that hears of devices knows that the plugin is to be told, or is not any more. */
  untilHooked(name: string, isHooked: boolean): Promise<unknown>;
  happen(what: 'attached' | 'detached', device?: Partial<Device>, traceparent?: string): Promise<void>;
}

/** Says what happens to devices. */
const watcher = defineActor({
  name: 'watcher',
  init: () => ({}),
  schemas: { 'watcher.say': { type: 'object' } },
  commands: {
    'watcher.say'(ctx, _state, { data }) {
      const { what, device } = data as { readonly what: string; readonly device: Device };
      ctx.emit(`device.${what}`, { device, reason: 'hint' }, { key: device.id });
    },
  },
});

interface Gate {
  opened: Promise<void>;
  onAsked?: () => void;
}

/** As long as a test waits for anything. */
const CALL_MS = 30_000;
const ENDED = ['completed', 'failed'];

export async function startPluginsWorld(): Promise<PluginsWorld> {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await startTestServer());
  const bus = stack.use(await connectTestBus(server.url));
  const folder = await mkdtemp(join(tmpdir(), 'autoweave plugins '));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const definitions = [plugin, pluginHooks, pluginKv, watcher];
  const contracts = createContracts(
    SCHEMAS as Readonly<Record<string, JsonSchema>>,
    SHARED_SCHEMAS as Readonly<Record<string, JsonSchema>>,
  );
  for (const { schemas = {} } of definitions)
    for (const type of Object.keys(schemas)) contracts.add(type, schemas[type]!);
  const shared = {
    bus: bus as Bus,
    contracts,
    clock: systemClock,
    log: noLog,
    instruments: noInstruments,
    tracer: noTracer,
  };
  const queues = stack.use(await openQueues({ ...shared, bus, tenant: TENANT, random: systemRandom }));
  const actors = stack.use(
    await startActorSystem({
      ...shared,
      definitions,
      random: systemRandom,
      graceMs: 2_000,
      prepareJobs: (items) => queues.prepareJobs(items),
    }),
  );
  /** @param gate what they would have remembered waits for it */
  const start = (allowsUnsigned = true, gate: Gate = { opened: Promise.resolve() }) =>
    startPlugins({
      ...shared,
      tenant: TENANT,
      queues,
      client: {
        call: (...call) => {
          gate.onAsked?.();
          return gate.opened.then(() => actors.call(...call));
        },
        send: (...sent) => actors.send(...sent),
      },
      inspector: createInspector(bus, TENANT),
      policy: { allowsUnsigned, folders: [folder] },
    });
  let gate: Gate = { opened: Promise.resolve() };
  let plugins = await start(true, gate);
  stack.defer(() => plugins[Symbol.asyncDispose]());
  const owned = stack.move();

  const world: PluginsWorld = {
    get plugins() {
      return plugins;
    },
    queues,
    folder,
    async write(name, changed = {}, version = 'one') {
      const manifest = {
        ...WORKS,
        name,
        permissions: permissionsOf(name),
        events: { [`${name}.done`]: {} },
        ...changed,
      };
      const own = join(folder, name);
      await mkdir(own, { recursive: true });
      await writeFile(join(own, 'plugin.wasm'), worksModule(version));
      await writeFile(join(own, 'plugin.json'), JSON.stringify(manifest));
      return join(own, 'plugin.json');
    },
    async load(name, changed = {}) {
      const path = await world.write(name, changed);
      await plugins.service.load(path, { grant: changed.permissions ?? permissionsOf(name) });
      return path;
    },
    async restart({ allowsUnsigned, meanwhile } = {}) {
      await plugins[Symbol.asyncDispose]();
      await meanwhile?.();
      gate = { opened: Promise.resolve() };
      plugins = await start(allowsUnsigned, gate);
      await plugins.restored;
    },
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      const asked = Promise.withResolvers<void>();
      gate.opened = promise;
      gate.onAsked = asked.resolve;
      return { asked: asked.promise, [Symbol.dispose]: resolve };
    },
    async restartBeforeEnd(name) {
      using held = world.hold();
      const unloading = plugins.service.unload(name);
      await until(() => plugins.host.get(name) === undefined, `${name} to be gone`);
      let isEnded = false;
      const ending = plugins[Symbol.asyncDispose]().then(() => (isEnded = true));
      gate = { opened: Promise.resolve() };
      plugins = await start(true, gate);
      await plugins.restored;
      assert.equal(isEnded, false);
      held[Symbol.dispose]();
      await Promise.all([unloading, ending]);
    },
    execute: (name, functionName, input) => plugins.service.execute(name, functionName, input, { timeoutMs: CALL_MS }),
    async add(queue, type, data, options) {
      const opened = await queues.open(queue);
      return (await opened.add(type, data as object, options)).id;
    },
    async run(queue, type, data) {
      return world.ended(queue, await world.add(queue, type, data, { attempts: 1 }));
    },
    async ended(queue, id) {
      const opened = await queues.get(queue);
      return until(async () => {
        const job = await opened.get(id);
        return job !== undefined && ENDED.includes(job.state) && job;
      }, `job ${id} of ${queue} to end`);
    },
    async events(type, key = '*') {
      const stored = await readAll(bus, 'EVENTS', `aw.${TENANT}.evt.${type}.${key}`);
      return stored.map(({ headers, body }) => decodeMessage(headers, body));
    },
    untilEvent: (type, key) => until(async () => (await world.events(type, key)).at(-1), `${type} of ${key}`),
    untilHooked: (name, isHooked) =>
      until(async () => {
        const state = await stateOf<PluginHooksState>(bus, pluginHooks.name, HOOKED_DEVICES);
        return Object.hasOwn(state?.hooked ?? {}, name) === isHooked;
      }, `hooks of ${name}`),
    async happen(what, changed = {}, traceparent = '') {
      const device = { ...DEVICE, ...changed };
      const address = { tenant: TENANT, actor: watcher.name, key: 'w' };
      const trace = traceparent === '' ? {} : { traceparent };
      await actors.call(address, 'watcher.say', { what, device }, { timeoutMs: CALL_MS, ...trace });
    },
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
  return world;
}

/** What it asks for unless it is written otherwise: each has an event of its own. */
export function permissionsOf(name: string): PluginPermissions {
  return { ...WORKS.permissions, events: [`${name}.done`] };
}

/** What a job gave, which must have completed. */
export function resultOf({ state, result, failures }: JobDetail): unknown {
  assert.equal(state, 'completed', JSON.stringify(failures));
  return result?.data;
}

/** The code of the failure of a job, which must have failed. */
export function failureOf({ state, failures }: JobDetail): string | undefined {
  assert.equal(state, 'failed');
  return failures.at(-1)?.code;
}
