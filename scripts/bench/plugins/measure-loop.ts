import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { type Autoweave, startAutoweave } from '../../../test/harness/autoweave.ts';
import { openBrowser } from '../../../test/harness/browser.ts';
import { DESCRIBER, deployExample, loadPlugin } from '../../../test/harness/loop-world.ts';
import type { Figures } from '../collector.ts';
import { percentile } from '../figures.ts';

export interface LoopOptions {
  readonly isQuick: boolean;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
}

/** Milliseconds since 1970. */
interface Loop {
  readonly plugged: number;
  readonly painted: number;
}

const PLUGS = 50;
const QUICK_PLUGS = 8;
/** They fill caches, and compile what is run for the first time. */
const WARM_UPS = 3;
const PAINT_MS = 10_000;
/** The run of the last device ends, and its end is painted. */
const REST_MS = 150;
const LIMIT_MS = 500;
const PLUG = 'mutation ($input: VirtualDeviceInput!) { plugVirtualDevice(input: $input) { id } }';
const UNPLUG = 'mutation ($id: ID!) { unplugVirtualDevice(id: $id) { id } }';
const HISTORY = '{ eventHistory(last: 1000, types: ["device.attached", "memory.remembered"]) { type at } }';

/** Plug, agent, job, plugin, memory, pixel: the example agent and the example plugin, devices one after the other. */
export async function measureLoop({ isQuick, signal, progress }: LoopOptions): Promise<Figures> {
  const count = isQuick ? QUICK_PLUGS : PLUGS;
  progress('plug to pixel: start');
  await using autoweave = await startAutoweave();
  await loadPlugin(autoweave, DESCRIBER);
  await deployExample(autoweave);
  await using browser = await openBrowser();
  const page = await browser.newPage();
  await page.goto(`${autoweave.url}/?token=${autoweave.token}#/`);
  await page.locator('[data-testid=connection][data-state=live]').waitFor();
  await page.locator('[data-testid=event-feed][data-live=true]').waitFor();
  await watchMemories(page);
  const loops: Loop[] = [];
  for (let at = 0; at < WARM_UPS + count; at++) {
    signal.throwIfAborted();
    loops.push(await runLoop(autoweave, page, at));
  }
  progress(`plug to pixel: ${count} devices`);
  return figuresOf(loops.slice(WARM_UPS), (await readSteps(autoweave)).slice(WARM_UPS));
}

async function runLoop(autoweave: Autoweave, page: Page, at: number): Promise<Loop> {
  const input = {
    vendorId: 0x1234,
    productId: 1,
    product: 'Bench device',
    manufacturer: 'Acme',
    serial: `BENCH-${at}`,
  };
  const plugged = Date.now();
  const { plugVirtualDevice } = await autoweave.query<{ plugVirtualDevice: { id: string } }>(PLUG, { input });
  const isTooLate = new AbortController();
  const painted = await Promise.race([
    page.evaluate(memoryPainted, at),
    pause(PAINT_MS, undefined, { signal: isTooLate.signal }).then(() => {
      throw new Error(`The memory of device ${at} was not painted within ${PAINT_MS} ms`);
    }),
  ]);
  isTooLate.abort();
  await autoweave.query(UNPLUG, { id: plugVirtualDevice.id });
  await pause(REST_MS);
  return { plugged, painted };
}

/** In the page. Looks when something was marked: to look at each frame would keep it drawing. */
function memoryPainted(place: number): Promise<number> {
  return new Promise((resolve) => {
    const look = () => {
      const mark = performance.getEntriesByName('memory-painted')[place];
      if (mark === undefined) return;
      observer.disconnect();
      resolve(performance.timeOrigin + mark.startTime);
    };
    const observer = new PerformanceObserver(look);
    observer.observe({ type: 'mark' });
    look();
  });
}

/** Marks each frame in which the row of a new memory was painted. */
async function watchMemories(page: Page): Promise<void> {
  await page.evaluate(() => {
    const isMemory = (node: Node) =>
      node instanceof HTMLElement && node.matches('[data-testid=told-row][data-type="memory.remembered"]');
    const mark = () => {
      // Rows are added within a frame: a message sent from there comes when it was painted.
      const channel = new MessageChannel();
      channel.port1.onmessage = () => {
        performance.mark('memory-painted');
        channel.port1.close();
      };
      channel.port2.postMessage(null);
    };
    const list = document.querySelector('[data-testid=event-feed] .event-list')!;
    new MutationObserver((records) => {
      for (const { addedNodes } of records) for (const node of addedNodes) if (isMemory(node)) mark();
    }).observe(list, { childList: true });
  });
}

interface Steps {
  readonly attached: number;
  readonly remembered: number;
}

/** As the events say: which happened when. */
async function readSteps(autoweave: Autoweave): Promise<readonly Steps[]> {
  const { eventHistory } = await autoweave.query<{ eventHistory: readonly { type: string; at: string }[] }>(HISTORY);
  const timesOf = (name: string) => eventHistory.filter(({ type }) => type === name).map(({ at }) => Date.parse(at));
  const remembered = timesOf('memory.remembered');
  return timesOf('device.attached').map((attached, at) => ({ attached, remembered: remembered[at] ?? Number.NaN }));
}

function figuresOf(loops: readonly Loop[], steps: readonly Steps[]): Figures {
  const whole = loops.map(({ plugged, painted }) => painted - plugged);
  const p50 = (difference: (loop: Loop, step: Steps) => number): number =>
    Math.round(
      percentile(
        loops.map((loop, at) => difference(loop, steps[at]!)),
        0.5,
      ),
    );
  const ways = [
    `until attached ${p50(({ plugged }, { attached }) => attached - plugged)}`,
    `remembered ${p50((_, { attached, remembered }) => remembered - attached)}`,
    `painted ${p50(({ painted }, { remembered }) => painted - remembered)} ms after that, p50`,
  ];
  const name = 'AutoWeave: from the plug to the memory in the browser';
  return [
    {
      name: `${name}, p95`,
      value: percentile(whole, 0.95),
      unit: 'ms',
      limit: LIMIT_MS,
      note: `${loops.length} devices; slowest ${Math.round(Math.max(...whole))} ms`,
    },
    { name: `${name}, p50`, value: percentile(whole, 0.5), unit: 'ms', note: ways.join(', ') },
  ];
}
