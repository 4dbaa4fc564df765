import { execFile } from 'node:child_process';
import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../../../test/harness/root.ts';

const SERVER = '1.7.12';
const SDK = '1.17.2';
const INSTALL_MS = 120_000;
const FLAGS = [
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--loglevel=error',
  // Left alone npm waits minutes on a machine without network.
  '--fetch-retry-mintimeout=1000',
  '--fetch-retry-maxtimeout=5000',
];

export interface InstalledRestate {
  /** Where packages are found from. */
  readonly folder: string;
  /** The server's program. */
  readonly program: string;
}

/** Installs Restate from npm into the cache of the checkout, once for each version. */
export async function installRestate(signal: AbortSignal): Promise<InstalledRestate> {
  const folder = join(ROOT, '.autoweave', 'cache', 'bench', `restate-${SERVER}-sdk-${SDK}`);
  const isThere = await access(folder).then(
    () => true,
    () => false,
  );
  if (!isThere) await install(folder, signal);
  return { folder, program: findProgram(folder) };
}

/** Beside, then renamed: a folder that is there is complete. */
async function install(folder: string, signal: AbortSignal): Promise<void> {
  const beside = `${folder}.${process.pid}`;
  const dependencies = { '@restatedev/restate-server': SERVER, '@restatedev/restate-sdk': SDK };
  try {
    await mkdir(beside, { recursive: true });
    await writeFile(join(beside, 'package.json'), JSON.stringify({ private: true, dependencies }));
    await promisify(execFile)('npm', ['install', ...FLAGS], { cwd: beside, signal, timeout: INSTALL_MS });
    await rename(beside, folder);
  } catch (cause) {
    const { stderr = '' } = cause as { readonly stderr?: string };
    const why = stderr.split('\n').find((line) => line.startsWith('npm error')) ?? String(cause);
    throw new Error(`Cannot install Restate from npm: ${why}`, { cause });
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
}

function findProgram(folder: string): string {
  const server = createRequire(join(folder, 'package.json')).resolve('@restatedev/restate-server/package.json');
  const platform = `@restatedev/restate-server-${process.platform}-${process.arch}`;
  return join(dirname(createRequire(server).resolve(`${platform}/package.json`)), 'bin', 'restate-server');
}
