import { setTimeout as pause } from 'node:timers/promises';
import type { Figure } from '../figures.ts';
import { type Processes, rssMb, since } from '../process-cost.ts';
import { type AutoweaveSystem, startAutoweaveSystem } from './start-autoweave.ts';

/** What keys cost that have done something once and sleep since. */

const SLEEPERS = 100_000;
const QUICK_SLEEPERS = 10_000;
const SENDERS = 1_000;
/** So that what starting takes is over. */
const CALM_MS = 5_000;
/** The time after which a key is forgotten, and several times the pace of the upkeep that does it. */
const PATIENCE_MS = 60_000;
const LOOK_MS = 500;
/**
 * V8 gives garbage back only when a process has done nothing for long, the first time after some 80 s; Go looks for it
 * every two minutes, and buffers in its pools outlast the first look.
 */
const REST_MS = 300_000;
const QUICK_REST_MS = 5_000;

export interface SleepersOptions {
  readonly isQuick: boolean;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
}

export async function measureSleepers(options: SleepersOptions): Promise<readonly Omit<Figure, 'benchmark'>[]> {
  const { isQuick, signal, progress } = options;
  const keys = isQuick ? QUICK_SLEEPERS : SLEEPERS;
  await using system = await startAutoweaveSystem(signal);
  const { driver, processes } = system;
  await driver.run({ kind: 'calls', prefix: 'warm', keys: 100, inFlight: 50, ms: 1_000 });
  await pause(CALM_MS, undefined, { signal });
  const measured: Processes = { runtime: processes['runtime']!, 'nats-server': processes['nats-server']! };
  const before = await rssMb(measured);

  progress(`${keys} keys get one command each`);
  const { ms } = await driver.run({ kind: 'fill', prefix: 'sleeper', keys, inFlight: SENDERS });
  const awake = await activeKeys(system);
  progress(`${awake} keys are awake; waiting until they sleep`);
  const begin = performance.now();
  while ((await activeKeys(system)) > 0 && performance.now() - begin < PATIENCE_MS) {
    await pause(LOOK_MS, undefined, { signal });
  }
  const left = await activeKeys(system);
  const asleep = since(before, await rssMb(measured));
  await pause(isQuick ? QUICK_REST_MS : REST_MS, undefined, { signal });
  const added = since(before, await rssMb(measured));
  const sum = (byName: Readonly<Record<string, number>>) => Object.values(byName).reduce((all, mb) => all + mb, 0);
  const parts = Object.entries(added).map(([name, mb]) => `${name} ${Math.round(mb)} MB`);
  return [
    {
      name: `AutoWeave: RSS added by ${keys.toLocaleString('en')} sleeping keys`,
      value: sum(added),
      unit: 'MB',
      limit: 80,
      note: `${parts.join(', ')}; ${Math.round(sum(asleep))} MB when they had just fallen asleep`,
    },
    {
      name: 'AutoWeave: keys that still were awake then',
      value: left,
      unit: '',
      limit: 0,
      note: `${awake} were after one command to each, in ${Math.round(ms / 1_000)} s`,
    },
  ];
}

/** As the health of the actors tells it. */
async function activeKeys({ autoweave }: AutoweaveSystem): Promise<number> {
  const { health } = await autoweave.query<{ health: { components: { name: string; detail: string }[] } }>(
    '{ health { components { name detail } } }',
  );
  const { detail = '' } = health.components.find(({ name }) => name === 'actors') ?? {};
  const [, count] = /^(\d+) keys? awake/.exec(detail) ?? [];
  if (count === undefined)
    throw new Error(`The health of the actors does not tell how many keys are awake: "${detail}"`);
  return Number(count);
}
