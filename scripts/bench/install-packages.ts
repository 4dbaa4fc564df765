import { execFile } from 'node:child_process';
import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../../test/harness/root.ts';

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

/**
 * Installs from npm into the cache of the checkout what is not there yet.
 *
 * @param what for people
 * @param name of the folder; what it holds stays until the folder is removed
 * @param packages names to versions
 * @returns where the packages are found from
 */
export async function installPackages(
  what: string,
  name: string,
  packages: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<string> {
  const folder = join(ROOT, '.autoweave', 'cache', 'bench', name);
  const isThere = await access(folder).then(
    () => true,
    () => false,
  );
  if (!isThere) await install(what, folder, packages, signal);
  return folder;
}

/** Beside, then renamed: a folder that is there is complete. */
async function install(
  what: string,
  folder: string,
  dependencies: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<void> {
  const beside = `${folder}.${process.pid}`;
  try {
    await mkdir(beside, { recursive: true });
    await writeFile(join(beside, 'package.json'), JSON.stringify({ private: true, dependencies }));
    await promisify(execFile)('npm', ['install', ...FLAGS], { cwd: beside, signal, timeout: INSTALL_MS });
    await rename(beside, folder);
  } catch (cause) {
    const { stderr = '' } = cause as { readonly stderr?: string };
    const why = stderr.split('\n').find((line) => line.startsWith('npm error')) ?? String(cause);
    throw new Error(`Cannot install ${what} from npm: ${why}`, { cause });
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
}
