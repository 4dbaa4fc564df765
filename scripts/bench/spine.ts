import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { choosePort } from '../../runtime/bus/broker/free-port.ts';
import { systemRandom } from '../../runtime/clock/random.ts';
import { type Autoweave, brokerPid, startAutoweave } from '../../test/harness/autoweave.ts';
import { openBrowser } from '../../test/harness/browser.ts';
import { ROOT } from '../../test/harness/root.ts';
import { startFakeBus } from '../../test/usb/start-fake-bus.ts';
import { type Figure, percentile, type Report } from './figures.ts';

/** From the plug to the pixel, and what it costs to be there. */

const STARTS = 5;
const PLUGS = 60;
/** Idle long enough that start-up garbage is collected and timers have turned. */
const IDLE_MS = 15_000;

export async function run(report: Report): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  const add = (name: string, value: number, unit: string, rest: Partial<Figure> = {}) => {
    const figure = { benchmark: 'spine', name, value, unit, ...rest };
    figures.push(figure);
    report(figure);
  };

  const starts = await measureStarts();
  add('warm npm start to ready', percentile(starts, 0.5), 'ms', { limit: 2_500, note: `median of ${STARTS}` });
  add('slowest warm npm start', Math.max(...starts), 'ms');

  await using bus = await startFakeBus();
  await using autoweave = await startAutoweave({
    env: { AUTOWEAVE_USB: 'on', AUTOWEAVE_WATCHER_COMMAND: JSON.stringify(bus.watcherCommand) },
  });
  const delays = await measurePixels(autoweave, bus);
  add('USB event to row in the browser, p50', percentile(delays, 0.5), 'ms', {
    note: `${PLUGS} plugs, settle time of 75 ms included`,
  });
  add('USB event to row in the browser, p95', percentile(delays, 0.95), 'ms', {
    limit: 250,
    note: 'Chromium, software rendering',
  });

  await pause(IDLE_MS);
  const watcher = await childrenOf(autoweave.pid);
  const runtimeRss = await rssOf(autoweave.pid);
  const watcherRss = (await Promise.all(watcher.map(rssOf))).reduce((sum, one) => sum + one, 0);
  add('idle RSS of the runtime, watcher included', runtimeRss + watcherRss, 'MB', {
    limit: 200,
    note: `${Math.round(watcherRss)} MB of it the watcher`,
  });
  add('idle RSS of nats-server', await rssOf((await brokerPid(autoweave.dataDirectory))!), 'MB', { limit: 60 });
  add('first load of the UI', await measureFirstLoad(), 'kB gzip', { limit: 60, note: 'HTML, scripts and styles' });
  return figures;
}

/** `npm start` as a person would, on a data directory that was used before. */
async function measureStarts(): Promise<readonly number[]> {
  const data = await mkdtemp(join(tmpdir(), 'autoweave-bench-'));
  const port = await choosePort(systemRandom);
  const times: number[] = [];
  try {
    for (let start = 0; start <= STARTS; start++) {
      const begin = performance.now();
      const child = spawn('npm', ['start'], {
        cwd: ROOT,
        env: { ...process.env, AUTOWEAVE_DATA: data, AUTOWEAVE_PORT: String(port) },
        stdio: ['ignore', 'pipe', 'ignore'],
        detached: true,
      });
      await readyLine(child);
      // The first one is cold: it makes streams and credentials.
      if (start > 0) times.push(performance.now() - begin);
      const exited = once(child, 'exit');
      process.kill(-child.pid!, 'SIGTERM');
      await exited;
    }
  } finally {
    await rm(data, { recursive: true, force: true });
  }
  return times;
}

function readyLine(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    createInterface(child.stdout!).on('line', (line) => line.startsWith('AutoWeave is ready') && resolve());
    child.once('exit', (code) => reject(new Error(`npm start ended with ${code}`)));
  });
}

/** Milliseconds from each plug to the frame that shows its row. */
async function measurePixels(
  autoweave: Autoweave,
  bus: Awaited<ReturnType<typeof startFakeBus>>,
): Promise<readonly number[]> {
  await using browser = await openBrowser();
  const page = await browser.newPage();
  await page.goto(`${autoweave.url}/?token=${autoweave.token}`);
  await page.locator('[data-testid=connection][data-state=live]').waitFor();
  const delays: number[] = [];
  for (let plug = 0; plug < PLUGS; plug++) {
    const begin = Date.now();
    const { name } = await bus.plug({ serial: `P${plug}` });
    const painted = await page.waitForFunction((count) => {
      const marks = performance.getEntriesByName('pixel');
      const last = marks.at(-1);
      return marks.length > count && last ? performance.timeOrigin + last.startTime : undefined;
    }, plug * 2);
    delays.push(((await painted.jsonValue()) as number) - begin);
    await bus.unplug(name);
    await page.waitForFunction((count) => performance.getEntriesByName('pixel').length >= count, plug * 2 + 2);
  }
  return delays;
}

async function measureFirstLoad(): Promise<number> {
  const dist = join(ROOT, 'ui', 'dist');
  const assets = (await readdir(join(dist, 'assets'))).map((name) => join(dist, 'assets', name));
  const loaded = [join(dist, 'index.html'), ...assets].filter((file) => /\.(html|js|css)$/.test(file));
  const sizes = await Promise.all(loaded.map(async (file) => gzipSync(await readFile(file)).length));
  return sizes.reduce((sum, size) => sum + size, 0) / 1024;
}

async function rssOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024;
}

/** Direct children that are not nats-server, which has its own figure. */
async function childrenOf(pid: number): Promise<readonly number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  const pids = children.trim().split(' ').filter(Boolean).map(Number);
  const names = await Promise.all(pids.map((child) => readFile(`/proc/${child}/comm`, 'utf8')));
  return pids.filter((_, index) => !names[index]!.startsWith('nats-server'));
}
