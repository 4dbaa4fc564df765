import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { PluginManifest } from '../../proto/generated/messages.ts';
import { systemClock } from '../../runtime/clock/system-clock.ts';
import type { Denial, LivePlugin, PluginHost } from '../../runtime/plugins/host-api.ts';
import { startPluginHost } from '../../runtime/plugins/plugin-host.ts';
import { noInstruments } from '../../runtime/telemetry/instruments.ts';
import { noLog } from '../../runtime/telemetry/log.ts';
import { noTracer } from '../../runtime/telemetry/spans.ts';
import { fixture } from './compile-wat.ts';

/** A plugin host with one well-behaved plugin in it, whose answers show how the others fare. */
export interface PluginWorld extends AsyncDisposable {
  readonly host: PluginHost;
  readonly denials: readonly Denial[];
  /** What is kept, by key. */
  readonly kept: Map<string, string>;
  /** Grants whatever the manifest asks for. */
  load(name: string, module: Uint8Array, manifest?: Partial<PluginManifest>): Promise<LivePlugin>;
  /** The output as text. */
  call(name: string, functionName: string, input?: string | Uint8Array): Promise<string>;
  /** While this runs, and when it is done, the neighbour goes on answering. Resolves with what it gave. */
  beside<Result>(run: () => Promise<Result>): Promise<Result>;
  /** Likewise beside what does not end by itself: it is ended once the neighbour has answered, which so waits for nothing. */
  besideEndless<Result>(run: () => Promise<Result>, end: () => void): Promise<Result>;
}

const NEIGHBOUR = 'neighbour';
const ANSWERS = 5;
const utf8 = new TextEncoder();
const decoder = new TextDecoder();

export async function startPluginWorld(): Promise<PluginWorld> {
  const denials: Denial[] = [];
  const kept = new Map<string, string>();
  const host = startPluginHost({
    tenant: 'default',
    clock: systemClock,
    log: noLog,
    tracer: noTracer,
    instruments: noInstruments,
    readKey: async (key) => kept.get(key),
    checkData: () => undefined,
    onDenied: (denial) => denials.push(denial),
    spares: 2,
  });
  const call = async (name: string, functionName: string, input: string | Uint8Array = '') => {
    const { output } = await host.call(name, functionName, typeof input === 'string' ? utf8.encode(input) : input);
    return decoder.decode(output);
  };
  const load = (name: string, module: Uint8Array, manifest: Partial<PluginManifest> = {}) => {
    const whole = { name, version: '1.0.0', entry: 'plugin.wasm', permissions: {}, ...manifest };
    const sha256 = createHash('sha256').update(module).digest('hex');
    const files = { manifest: whole, manifestPath: `/plugins/${name}/plugin.json`, module, sha256, isHashed: false };
    return host.load(files, { granted: whole.permissions });
  };
  await load(NEIGHBOUR, fixture('echo'));
  const greet = async (text: string) => assert.equal(await call(NEIGHBOUR, 'echo', text), text);

  return {
    host,
    denials,
    kept,
    load,
    call,
    async beside(run) {
      const { pending } = host.get(NEIGHBOUR)!.stats;
      assert.equal(pending, 0);
      let isOver = false;
      const running = run().finally(() => (isOver = true));
      running.catch(() => undefined);
      for (let answers = 0; !isOver; answers++) await greet(`during ${answers}`);
      const result = await running;
      await greet('after');
      return result;
    },
    async besideEndless(run, end) {
      let isOver = false;
      const running = run().finally(() => (isOver = true));
      running.catch(() => undefined);
      for (let answers = 0; answers < ANSWERS; answers++) await greet(`during ${answers}`);
      assert.equal(isOver, false);
      end();
      return running;
    },
    [Symbol.asyncDispose]: () => host[Symbol.asyncDispose](),
  };
}
