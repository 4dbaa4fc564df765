import { createHash } from 'node:crypto';
import { readFile, statfs } from 'node:fs/promises';
import type { Clock } from '../../clock/clock.ts';
import type { Random } from '../../clock/random.ts';
import { AutoWeaveError } from '../../errors/errors.ts';
import type { Log } from '../../telemetry/log.ts';
import { type BrokerFile, createCredentials, readBrokerFile, writeBrokerFile } from './broker-file.ts';
import { type BrokerPlaces, prepareBrokerPlaces, readLastWords, readPid } from './broker-places.ts';
import type { SyncInterval } from './durability-dial.ts';
import { choosePort, isPortFree } from './free-port.ts';
import { launchServer } from './launch-server.ts';
import { adoptProcess, findProcess, type ServerProcess } from './server-process.ts';
import { waitUntilReady } from './server-readiness.ts';
import { checkServerVersion, isAtLeast, MINIMUM_VERSION } from './server-version.ts';
import { watchServer } from './server-watch.ts';
import { openSystemAccount } from './system-account.ts';

/**
 * The embedded nats-server as a child of a supervisor. It outlives a runtime that is killed, and the next runtime
 * adopts it: the same process, port, credentials and configuration.
 */
export interface Broker extends AsyncDisposable {
  /** Without credentials. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly systemUser: string;
  readonly systemPassword: string;
  readonly pid: number;
  /** True when an earlier runtime started it. */
  readonly adopted: boolean;
  readonly version: string;
  /** What the server says of a write that failed; undefined while all is well. */
  readonly writeError: string | undefined;
  /** Resolves once when it is gone: `normal` after it was disposed, else with the reason. */
  readonly exited: Promise<{ readonly kind: 'normal' } | { readonly kind: 'error'; readonly error: unknown }>;
}

export interface StartBrokerOptions {
  readonly dataDirectory: string;
  /** The nats-server binary. */
  readonly serverPath: string;
  /** The repository's `nats.conf`. */
  readonly configFile: string;
  /** For `sync_interval` in it; `always` when absent. */
  readonly syncInterval?: SyncInterval;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Stops the start. */
  readonly signal?: AbortSignal;
  /** A server whose disk was full is restarted when so much is free again. */
  readonly minFreeBytes?: number;
}

/** A server that was told to stop gets so long to write its state; a supervisor should grant some seconds more. */
export const BROKER_STOP_MS = 10_000;
/** A server that is left over and does not answer within this time is replaced. */
const ADOPT_MS = 10_000;
/** Recovering some millions of messages takes tens of seconds; there is no use in cutting it short. */
const START_MS = 300_000;
/** A recovery that takes longer than this is told. */
const SLOW_MS = 3_000;
/** Ports can be taken between the look and the start; not so often. */
const PORT_TRIES = 5;
const DEFAULT_MIN_FREE_BYTES = 64 * 1024 * 1024;
/** One block of a stream's file. */
const ROOM_BYTES = 8 * 1024 * 1024;

/**
 * Adopts the server that an earlier runtime left over, or starts one. Resolves when it lets us in and JetStream is up.
 *
 * @throws AW_NATS_MISSING, AW_NATS_TOO_OLD, AW_DATA_UNWRITABLE, AW_DISK_FULL, AW_PORT_IN_USE, AW_BROKER_FAILED
 */
export async function startBroker(options: StartBrokerOptions): Promise<Broker> {
  const { serverPath, random, log, signal = new AbortController().signal } = options;
  const places = await prepareBrokerPlaces(options.dataDirectory);
  const configHash = await hashConfig(options);
  const kept = await readBrokerFile(places.brokerFile);

  const leftOver = findProcess(places.storeDirectory, places.dataDirectory, await readPid(places));
  if (leftOver !== undefined) {
    const server = adoptProcess(leftOver, options.clock);
    if (kept?.configHash === configHash) {
      const adopted = await adopt(server, kept, places, options);
      if (adopted !== undefined) return adopted;
    }
    log.warn('broker.replaced', {
      pid: leftOver,
      why: kept?.configHash === configHash ? 'no answer' : 'configuration',
    });
    await server.stop(BROKER_STOP_MS);
  }

  const version = await checkServerVersion(serverPath);
  let access: BrokerFile = { port: 0, ...createCredentials(random), ...kept, configHash };
  for (let tries = 1; ; tries++) {
    signal.throwIfAborted();
    if (access.port === 0 || !(await isPortFree(access.port))) {
      const port = await choosePort(random);
      if (access.port !== 0) log.warn('broker.port-taken', { taken: access.port, port });
      access = { ...access, port };
    }
    if (JSON.stringify(access) !== JSON.stringify(kept)) await writeBrokerFile(places.brokerFile, access);
    const server = await launchServer(access, places, options);
    try {
      const answered = await becomeReady(server, access, START_MS, options);
      log.info('broker.started', { pid: server.pid, port: access.port, version: answered });
      return await superviseServer(server, access, places, { ...options, version: answered, adopted: false });
    } catch (error) {
      await server.stop(BROKER_STOP_MS);
      if (signal.aborted) throw signal.reason;
      const why = await readLastWords(server.pid, places);
      if (/address already in use/i.test(why ?? '') && tries < PORT_TRIES) continue;
      throw startFailed(version, why, error);
    }
  }
}

async function hashConfig({ configFile, syncInterval = 'always' }: StartBrokerOptions): Promise<string> {
  try {
    return createHash('sha256')
      .update(await readFile(configFile))
      .update(syncInterval)
      .digest('hex');
  } catch (cause) {
    throw new AutoWeaveError('AW_BROKER_FAILED', `Cannot read "${configFile}": ${(cause as Error).message}`, {
      hint: 'restore nats.conf from the repository',
      cause,
    });
  }
}

/** The broker, when the left-over server answers to what was kept and is new enough. */
async function adopt(
  server: ServerProcess,
  access: BrokerFile,
  places: BrokerPlaces,
  options: StartBrokerOptions,
): Promise<Broker | undefined> {
  try {
    const version = await becomeReady(server, access, ADOPT_MS, options);
    if (!isAtLeast(version, MINIMUM_VERSION)) return undefined;
    options.log.info('broker.adopted', { pid: server.pid, port: access.port, version });
    return await superviseServer(server, access, places, { ...options, version, adopted: true });
  } catch (error) {
    if (options.signal?.aborted) throw options.signal.reason;
    options.log.debug('broker.not-adopted', { pid: server.pid, error });
    return undefined;
  }
}

/** @throws AW_BROKER_FAILED when it ended, AW_BROKER_TIMEOUT, or the signal's reason */
async function becomeReady(
  server: ServerProcess,
  access: BrokerFile,
  limitMs: number,
  { clock, log, signal }: StartBrokerOptions,
): Promise<string> {
  const inVain = new AbortController();
  server.ended.then((how) => inVain.abort(new AutoWeaveError('AW_BROKER_FAILED', `nats-server ${how}`)));
  const cancelLimit = clock.schedule(limitMs, () =>
    inVain.abort(new AutoWeaveError('AW_BROKER_TIMEOUT', `nats-server did not answer within ${limitMs} ms`)),
  );
  const cancelNotice = clock.schedule(SLOW_MS, () => log.info('broker.recovering', { pid: server.pid }));
  try {
    const either = signal === undefined ? inVain.signal : AbortSignal.any([signal, inVain.signal]);
    return await waitUntilReady(access, { clock, signal: either });
  } finally {
    cancelLimit();
    cancelNotice();
  }
}

async function superviseServer(
  server: ServerProcess,
  access: BrokerFile,
  places: BrokerPlaces,
  options: StartBrokerOptions & { readonly version: string; readonly adopted: boolean },
): Promise<Broker> {
  const { clock, log, version, adopted, minFreeBytes = DEFAULT_MIN_FREE_BYTES } = options;
  const { port, user, password, systemUser, systemPassword } = access;
  const url = `nats://127.0.0.1:${port}`;
  const system = await openSystemAccount({ url, user: systemUser, password: systemPassword });
  /** Set when the end is our doing. */
  let reason: Awaited<Broker['exited']> | undefined;

  const watch = watchServer({
    system,
    async readFreeBytes() {
      const { bavail, bsize } = await statfs(places.storeDirectory);
      return bavail * bsize;
    },
    // Without any room the restart would be in vain, and repeated for ever.
    minFreeBytes: Math.max(minFreeBytes, ROOM_BYTES),
    clock,
    log,
    onRestartNeeded(error) {
      reason ??= { kind: 'error', error };
      void server.stop(BROKER_STOP_MS);
    },
  });

  const exited = server.ended.then(async (how) => {
    watch[Symbol.dispose]();
    await system[Symbol.asyncDispose]();
    if (reason !== undefined) return reason;
    const why = await readLastWords(server.pid, places);
    const error = new AutoWeaveError('AW_BROKER_EXITED', `nats-server ${how}${why === undefined ? '' : `: ${why}`}`);
    return { kind: 'error', error } as const;
  });

  return {
    url,
    user,
    password,
    systemUser,
    systemPassword,
    pid: server.pid,
    adopted,
    version,
    get writeError() {
      return watch.writeError;
    },
    exited,
    async [Symbol.asyncDispose]() {
      reason ??= { kind: 'normal' };
      watch[Symbol.dispose]();
      await server.stop(BROKER_STOP_MS);
      await exited;
    },
  };
}

function startFailed(version: string, why: string | undefined, cause: unknown): AutoWeaveError {
  const what = why ?? (cause instanceof Error ? cause.message : String(cause));
  if (/no space left/i.test(what)) {
    return new AutoWeaveError('AW_DISK_FULL', `Cannot start nats-server: ${what}`, {
      hint: 'free space on the disk of the data directory, then start again',
      cause,
    });
  }
  return new AutoWeaveError('AW_BROKER_FAILED', `Cannot start nats-server ${version}: ${what}`, {
    hint: 'read nats-server.log in the data directory',
    cause,
  });
}
