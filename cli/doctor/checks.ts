import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, statfsSync } from 'node:fs';
import { connect } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { findServer } from '../../runtime/bus/broker/find-server.ts';
import { isPortFree } from '../../runtime/bus/broker/free-port.ts';
import { checkServerVersion, MINIMUM_VERSION } from '../../runtime/bus/broker/server-version.ts';
import { formatError } from '../../runtime/errors/errors.ts';
import type { Check, CheckContext, Finding } from './check.ts';
import { checkDurability } from './durability-check.ts';
import { findLeftOverBroker } from './left-over-broker.ts';
import { fail, type Look, ok, warn } from './look.ts';

/** What `autoweave doctor` looks at, in order: what is needed first, what only tests need last. */
export const CHECKS: readonly Check[] = [
  { name: 'configuration', look: checkConfiguration },
  { name: 'node', look: checkNode },
  { name: 'nats-server', look: checkServer },
  { name: 'ui', look: checkUi },
  { name: 'data directory', look: checkData },
  { name: 'disk', look: checkDisk },
  { name: 'autoweave', look: checkRunning },
  { name: 'port', look: checkPort },
  { name: 'broker', look: checkBroker },
  { name: 'durability', look: checkDurability },
  { name: 'usb', look: checkUsb },
  { name: 'chromium', look: checkChromium },
  { name: 'namespaces', look: checkNamespaces },
];

const MINIMUM_NODE = 24;
/** Below this, start warns: the log of an ordinary week is larger. */
const COMFORTABLE_MB = 1024;
const CONNECT_MS = 2_000;
const NO_USB_NEXT = 'plug a virtual device instead: autoweave device plug 1209:0001';
const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const MAC_BROWSERS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

async function checkConfiguration({ configError }: CheckContext): Promise<Look> {
  if (configError === undefined) return ok('Every value is allowed');
  return fail(configError.message, configError.hint ?? 'correct it');
}

async function checkNode(): Promise<Look> {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= MINIMUM_NODE) return ok(`Node.js ${process.versions.node}`);
  return fail(
    `Node.js ${process.versions.node}, at least ${MINIMUM_NODE} is needed`,
    'run "npm start", which provides one',
  );
}

async function checkServer({ config, env }: CheckContext): Promise<Look> {
  if (config.natsUrl !== null) return ok('Not needed: AUTOWEAVE_NATS_URL names a server');
  const { path, origin } = findServer({ root: config.root, env });
  const version = await checkServerVersion(path);
  return ok(`${version} from ${origin}: ${path} (at least ${MINIMUM_VERSION})`);
}

async function checkUi({ config }: CheckContext): Promise<Look> {
  if (existsSync(join(config.root, 'ui', 'dist', 'index.html'))) return ok('Built');
  return warn('Not built', 'run "npm start", which builds it');
}

async function checkData({ config, running }: CheckContext): Promise<Look> {
  const isNew = !existsSync(config.data);
  try {
    accessSync(existingAncestor(config.data), constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const next = 'give yourself the right to write there, or set AUTOWEAVE_DATA to another folder';
    return fail(`${config.data} cannot be used: ${(error as Error).message}`, next);
  }
  if (isNew) return ok(`${config.data}, made at the first start`);
  const { isHeld, instance } = running;
  if (!isHeld) return ok(`${config.data}, not in use`);
  const by = instance === undefined ? 'a process that has not announced itself' : `process ${instance.pid}`;
  return ok(`${config.data}, in use by ${by}`);
}

async function checkDisk({ config }: CheckContext): Promise<Look> {
  const { bavail, bsize } = statfsSync(existingAncestor(config.data));
  const freeMb = Math.floor((bavail * bsize) / 1024 ** 2);
  const next = 'free space there, or set AUTOWEAVE_DATA to a folder on another disk';
  if (freeMb < config.minFreeDiskMb) {
    return fail(`${freeMb} MB free, nothing is accepted below ${config.minFreeDiskMb} MB`, next);
  }
  return freeMb < COMFORTABLE_MB ? warn(`${freeMb} MB free`, next) : ok(`${freeMb} MB free`);
}

async function checkRunning({ running }: CheckContext): Promise<Look> {
  const { isHeld, instance, health, problem } = running;
  if (problem !== undefined) {
    const detail = `Runs${instance === undefined ? '' : ` as process ${instance.pid}`}, and does not answer: ${problem}`;
    return fail(detail, isHeld ? 'read its log; stop that process and start again' : 'check AUTOWEAVE_URL');
  }
  if (health === undefined) return ok('Does not run');
  const parts = health.components.filter(({ status }) => status !== 'OK');
  const detail = `${health.version} runs${instance === undefined ? '' : ` at ${instance.url}`}, ${health.status}`;
  const troubles = parts.map(({ name, detail: what }) => `${name}: ${what}`).join('; ');
  if (health.status === 'OK') return ok(detail);
  const look = `${detail} (${troubles})`;
  return health.status === 'DOWN' ? fail(look, 'see its log') : warn(look, 'see its log');
}

async function checkPort({ config, running }: CheckContext): Promise<Look> {
  const { port, bind } = config;
  const own = running.isHeld && running.instance !== undefined ? URL.parse(running.instance.url) : null;
  if (own?.port === String(port)) return ok(`${bind}:${port} is in use by this AutoWeave`);
  // What is configured here may not be what the running one was started with.
  if (own !== null) return ok(`${own.host} is in use by this AutoWeave, which was started with this port`);
  if (port === 0) return ok('Any that is free');
  if (await isPortFree(port, bind)) return ok(`${bind}:${port} is free`);
  const detail = `${bind}:${port} is in use by another program, or not an address of this machine`;
  return fail(detail, 'set AUTOWEAVE_PORT to another port');
}

async function checkBroker({ config, running }: CheckContext): Promise<Look> {
  const broker = running.health?.components.find(({ name }) => name === 'broker');
  if (broker !== undefined) {
    if (broker.status === 'OK') return ok(broker.detail);
    return broker.code === 'DURABILITY_WEAKER'
      ? warn(broker.detail, 'see what durability says below')
      : fail(broker.detail, 'see nats-server.log in the data directory');
  }
  if (config.natsUrl === null) {
    const leftOver = running.isHeld ? undefined : await findLeftOverBroker(config.data);
    if (leftOver === undefined) return ok('Started with AutoWeave, on this machine');
    return ok(
      `nats-server (process ${leftOver}) was left running by an AutoWeave that was killed; the next start adopts it`,
    );
  }
  const urls = config.natsUrl.split(',');
  const reachable = await Promise.all(urls.map(isReachable));
  const count = reachable.filter(Boolean).length;
  const detail = `${count} of ${urls.length} servers of AUTOWEAVE_NATS_URL can be reached`;
  if (count === urls.length) return ok(detail);
  const next = 'start the server there, or unset AUTOWEAVE_NATS_URL';
  return count === 0 ? fail(detail, next) : warn(detail, next);
}

async function checkUsb({ config, running }: CheckContext): Promise<Look> {
  if (!config.usb) return ok('Not watched: AUTOWEAVE_USB is off');
  const usb = running.health?.components.find(({ name }) => name === 'usb');
  if (usb !== undefined) return usb.status === 'OK' ? ok(usb.detail) : warn(usb.detail, NO_USB_NEXT);
  if (process.platform !== 'linux') return ok(`Read through the system’s own interface on ${process.platform}`);
  const bus = '/sys/bus/usb/devices';
  if (!existsSync(bus)) return warn('This machine has no USB', NO_USB_NEXT);
  // Interfaces have a colon in their names, buses no digit in front.
  const devices = readdirSync(bus).filter((name) => /^\d/.test(name) && !name.includes(':'));
  return ok(
    `${devices.length} devices beside ${readdirSync(bus).filter((name) => name.startsWith('usb')).length} buses`,
  );
}

async function checkChromium({ env }: CheckContext): Promise<Look> {
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const candidates = [...folders.flatMap((folder) => BROWSERS.map((name) => join(folder, name))), ...MAC_BROWSERS];
  const found = candidates.find((path) => existsSync(path));
  return found === undefined
    ? warn('Not found; only the browser tests need it', 'install chromium to run them')
    : ok(found);
}

async function checkNamespaces(): Promise<Look> {
  if (process.platform !== 'linux') return ok('Only tests on Linux use them');
  try {
    await promisify(execFile)('unshare', ['--user', '--map-root-user', '--net', '--mount', 'true']);
    return ok('Users may make their own');
  } catch {
    return warn(
      'Users may not make their own; only the tests of USB and of full disks need them',
      'run those tests elsewhere',
    );
  }
}

function isReachable(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 4222), timeout: CONNECT_MS });
    const end = (isThere: boolean) => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });
}

function existingAncestor(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : existingAncestor(dirname(path));
}

/** One finding, whatever happens while looking. */
export async function perform({ name, look }: Check, ctx: CheckContext): Promise<Finding> {
  try {
    return { name, ...(await look(ctx)) };
  } catch (error) {
    return { name, status: 'fail', detail: formatError(error) };
  }
}
