import { existsSync } from 'node:fs';
import { open, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { BackupAccess } from '../../runtime/bus/backup/backup-server.ts';
import { readBrokerFile } from '../../runtime/bus/broker/broker-file.ts';
import { measurePublish, medianOf, PUBLISH_COUNT } from '../../runtime/bus/broker/publish-cost.ts';
import { systemRandom } from '../../runtime/clock/random.ts';
import { systemClock } from '../../runtime/clock/system-clock.ts';
import type { Config } from '../config.ts';
import type { Running } from './running.ts';

/** Of a small job, and what surrounds it in the log. */
const BLOCK_BYTES = 400;
const GREETING_MS = 2_000;
const NATS_PORT = 4222;

/**
 * What the durability costs here and now, in a sentence: one publish as the broker acknowledges it, and one fsync on
 * the disk of the data directory, which is what `fsync` adds. Undefined where there is nothing to measure yet.
 */
export async function describeCost(config: Config, running: Running, replicas: number): Promise<string | undefined> {
  const isOurs = config.natsUrl === null;
  const publish = isOurs && !running.isHeld ? undefined : await tryToMeasurePublish(config, replicas);
  const fsync = isOurs && existsSync(config.data) ? await measureFsync(config.data).catch(() => undefined) : undefined;
  const parts = [
    publish,
    ...(fsync === undefined
      ? []
      : [`${publish === undefined ? 'A' : 'a'} bare fsync on this disk takes ${inMs(fsync)}`]),
  ];
  const said = parts.filter((part) => part !== undefined);
  return said.length === 0 ? undefined : `${said.join(', ')} (median of ${PUBLISH_COUNT})`;
}

/** Where the streams are; undefined where AutoWeave never ran, or no server there speaks. */
export async function brokerAccess(config: Config): Promise<BackupAccess | undefined> {
  const { natsUrl, natsCreds, natsUser, natsPassword } = config;
  const kept = natsUrl === null ? await readBrokerFile(join(config.data, 'broker.json')) : undefined;
  if (natsUrl === null && kept === undefined) return undefined;
  const url = await findSpeaking(natsUrl ?? `nats://127.0.0.1:${kept!.port}`);
  if (url === undefined) return undefined;
  if (kept !== undefined) return { url, user: kept.user, password: kept.password };
  const credentials = natsCreds === null ? undefined : await readFile(natsCreds, 'utf8').catch(() => undefined);
  return {
    url,
    ...(credentials === undefined ? {} : { credentials }),
    ...(natsUser === null ? {} : { user: natsUser, password: natsPassword ?? '' }),
  };
}

/**
 * Those of the URLs whose servers greet, as every nats-server does. The client would wait in vain for another, and keep
 * its connection open for ever, and us with it.
 */
async function findSpeaking(urls: string): Promise<string | undefined> {
  const all = urls.split(',');
  const speaks = await Promise.all(all.map(hearsGreeting));
  const speaking = all.filter((_, index) => speaks[index]);
  return speaking.length === 0 ? undefined : speaking.join(',');
}

function hearsGreeting(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port || NATS_PORT), timeout: GREETING_MS });
    const end = (isThere: boolean) => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once('data', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
    socket.once('close', () => end(false));
  });
}

async function tryToMeasurePublish(config: Config, replicas: number): Promise<string> {
  try {
    const access = await brokerAccess(config);
    if (access === undefined) return 'What a publish costs is not known: no broker answers';
    const ms = await measurePublish(access, { replicas, clock: systemClock, random: systemRandom });
    return `One publish is acknowledged after ${inMs(ms)}`;
  } catch (error) {
    return `What a publish costs is not known: ${(error as Error).message}`;
  }
}

async function measureFsync(directory: string): Promise<number> {
  const file = join(directory, `fsync-probe.${process.pid}`);
  const handle = await open(file, 'wx', 0o600);
  try {
    const times: number[] = [];
    for (let count = 0; count < PUBLISH_COUNT; count++) {
      const start = systemClock.monotonic();
      await handle.write(new Uint8Array(BLOCK_BYTES));
      await handle.sync();
      times.push(systemClock.monotonic() - start);
    }
    return medianOf(times);
  } finally {
    await handle.close();
    await rm(file, { force: true });
  }
}

function inMs(ms: number): string {
  return `${ms.toFixed(ms < 10 ? 2 : 0)} ms`;
}
