import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installPackages } from '../install-packages.ts';

/** Remove this folder of the cache for what is newest then. */
const FOLDER = 'bullmq-newest';

export interface InstalledBullmq {
  /** Where packages are found from. */
  readonly folder: string;
  /** For people. */
  readonly versions: string;
}

/** Installs the newest BullMQ from npm into the cache of the checkout, with the client of Redis that it is used with. */
export async function installBullmq(signal: AbortSignal): Promise<InstalledBullmq> {
  const folder = await installPackages('BullMQ', FOLDER, { bullmq: 'latest', ioredis: 'latest' }, signal);
  const versionOf = async (name: string): Promise<string> => {
    const text = await readFile(join(folder, 'node_modules', name, 'package.json'), 'utf8');
    return (JSON.parse(text) as { version: string }).version;
  };
  return { folder, versions: `BullMQ ${await versionOf('bullmq')}, ioredis ${await versionOf('ioredis')}` };
}
