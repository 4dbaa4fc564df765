import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { installPackages } from '../install-packages.ts';

const SERVER = '1.7.12';
const SDK = '1.17.2';

export interface InstalledRestate {
  /** Where packages are found from. */
  readonly folder: string;
  /** The server's program. */
  readonly program: string;
}

/** Installs Restate from npm into the cache of the checkout, once for each version. */
export async function installRestate(signal: AbortSignal): Promise<InstalledRestate> {
  const packages = { '@restatedev/restate-server': SERVER, '@restatedev/restate-sdk': SDK };
  const folder = await installPackages('Restate', `restate-${SERVER}-sdk-${SDK}`, packages, signal);
  return { folder, program: findProgram(folder) };
}

function findProgram(folder: string): string {
  const server = createRequire(join(folder, 'package.json')).resolve('@restatedev/restate-server/package.json');
  const platform = `@restatedev/restate-server-${process.platform}-${process.arch}`;
  return join(dirname(createRequire(server).resolve(`${platform}/package.json`)), 'bin', 'restate-server');
}
