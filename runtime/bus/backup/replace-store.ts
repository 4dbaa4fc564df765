import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BROKER_STOP_MS, type Broker, type StartBrokerOptions, startBroker } from '../broker/broker.ts';
import { type BrokerPlaces, prepareBrokerPlaces, readPid } from '../broker/broker-places.ts';
import { adoptProcess, findProcess } from '../broker/server-process.ts';
import { fileError, syncDirectory } from './backup-directory.ts';

/** Below the data directory, while a new store is being filled; also what a killed restore leaves. */
const WORKSHOP = 'restoring';
const SYNC_INTERVAL = /^\s*sync_interval\b.*$/m;

/**
 * Fills a new store with a nats-server of its own, and puts it in the place of the data directory's when that is done:
 * whatever happens before, the old one stays as it was. Nothing may run on the data directory.
 *
 * @throws what {@link startBroker} and `fill` throw; AW_BACKUP_UNWRITABLE, AW_DISK_FULL
 */
export async function replaceStore<Result>(
  options: StartBrokerOptions,
  fill: (broker: Broker) => Promise<Result>,
): Promise<Result> {
  const places = await prepareBrokerPlaces(options.dataDirectory);
  const workshop = join(places.dataDirectory, WORKSHOP);
  try {
    await clear(workshop, options);
    const configFile = await writeHastyConfig(options.configFile, workshop);
    const broker = await startBroker({ ...options, dataDirectory: workshop, configFile });
    let result: Result;
    try {
      result = await fill(broker);
    } finally {
      await broker[Symbol.asyncDispose]();
    }
    await stopLeftOver(places, options);
    await putInPlace(join(workshop, 'nats'), places.storeDirectory, join(workshop, 'before'));
    return result;
  } finally {
    await clear(workshop, options);
  }
}

/**
 * The same configuration without a write to the disk for each message, which all are written to at the end: with it a
 * restore takes some milliseconds for each message, and the server gives up on one that takes seconds for a block.
 */
async function writeHastyConfig(configFile: string, workshop: string): Promise<string> {
  const text = await readFile(configFile, 'utf8').catch(() => undefined);
  // What is wrong with it is said by the start.
  if (text === undefined) return configFile;
  const hasty = join(workshop, 'nats.conf');
  await mkdir(workshop, { recursive: true, mode: 0o700 });
  await writeFile(hasty, text.replace(SYNC_INTERVAL, ''), { mode: 0o600 });
  return hasty;
}

async function clear(workshop: string, options: StartBrokerOptions): Promise<void> {
  try {
    await stopLeftOver(await prepareBrokerPlaces(workshop), options);
    await rm(workshop, { recursive: true, force: true });
  } catch (error) {
    throw fileError(workshop, error);
  }
}

/** A nats-server whose runtime was killed goes on by itself. */
async function stopLeftOver(places: BrokerPlaces, { clock }: StartBrokerOptions): Promise<void> {
  const pid = findProcess(places.storeDirectory, places.dataDirectory, await readPid(places));
  if (pid !== undefined) await adoptProcess(pid, clock).stop(BROKER_STOP_MS);
}

/** All of it is on the disk before the old one goes. */
async function putInPlace(made: string, store: string, before: string): Promise<void> {
  try {
    for (const entry of await readdir(made, { recursive: true, withFileTypes: true })) {
      if (entry.isDirectory() || entry.isFile()) await sync(join(entry.parentPath, entry.name));
    }
    await rename(store, before);
    await rename(made, store).catch(async (error) => {
      await rename(before, store);
      throw error;
    });
    await syncDirectory(dirname(store));
  } catch (error) {
    throw fileError(store, error);
  }
}

async function sync(path: string): Promise<void> {
  await using handle = await open(path, 'r');
  await handle.sync();
}
