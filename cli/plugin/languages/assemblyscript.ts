import { readdir, readFile } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { AutoWeaveError } from '../../../runtime/errors/errors.ts';
import type { PluginLanguage } from './language.ts';

const ENTRY = 'index.ts';
const SDK = join(import.meta.dirname, '..', '..', '..', 'plugins-wasm', 'sdk', 'assemblyscript');
/** Where the compiler looks for packages: a folder that is not there. What it asks for below is read from the SDK. */
const PACKAGES = resolve('/autoweave-packages');
const PACKAGE = join(PACKAGES, 'autoweave');

const FLAGS: readonly string[] = [
  ENTRY,
  ...['--outFile', 'plugin.wasm'],
  ...['--path', PACKAGES],
  // Nothing but what AutoWeave offers may be imported: no env.abort.
  ...['--use', 'abort=~lib/autoweave/index/abort'],
  // Level 3 takes half as long again and runs no faster; for size, JSON is read four times slower.
  ...['--optimizeLevel', '2', '--shrinkLevel', '0'],
  ...['--runtime', 'incremental'],
  '--noColors',
];

/** Compiled in this process by the npm package; no other program is needed. */
export const ASSEMBLYSCRIPT: PluginLanguage = {
  name: 'assemblyscript',
  matches: (files) => files.includes(ENTRY),

  async compile(folder) {
    const { main } = await loadCompiler();
    const printed = { text: '' };
    let module: Uint8Array | undefined;
    const { error } = await main([...FLAGS, '--baseDir', folder], {
      stdout: { write: () => {} },
      stderr: { write: (chunk) => void (printed.text += chunk.toString()) },
      readFile: (name, base) => readSource(locate(resolve(base, name))),
      listFiles: (name, base) => listSources(locate(resolve(base, name))),
      writeFile: (_name, contents) => {
        if (typeof contents !== 'string') module = contents;
      },
    });
    const report = printed.text.trim();
    if (error !== null || module === undefined) {
      throw new AutoWeaveError('AW_PLUGIN_BUILD_FAILED', `Cannot build "${folder}"\n${report}`, { cause: error });
    }
    refuseImports(folder, module);
    return { module, warnings: report };
  },
};

async function loadCompiler() {
  try {
    return await import('assemblyscript/asc');
  } catch (error) {
    throw new AutoWeaveError('AW_TOOLCHAIN_MISSING', 'The AssemblyScript compiler is not installed', {
      hint: 'run "npm install" in the checkout of AutoWeave',
      cause: error,
    });
  }
}

/** Null where there is no such file: the compiler then tries another name. */
async function readSource(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}

async function listSources(path: string): Promise<string[] | null> {
  try {
    const files = await readdir(path);
    return files.filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'));
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}

/** A package begins with its `index.ts`; ours is named after what it holds. */
function locate(path: string): string {
  if (path === join(PACKAGE, 'index.ts')) return join(SDK, 'autoweave.ts');
  return path.startsWith(PACKAGE + sep) ? join(SDK, path.slice(PACKAGE.length)) : path;
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['ENOENT', 'EISDIR', 'ENOTDIR'].includes(String(error.code));
}

/** `Date.now`, `Math.random` and `console` of the standard library come from the host, and ours has none of them. */
function refuseImports(folder: string, module: Uint8Array): void {
  const strange = WebAssembly.Module.imports(new WebAssembly.Module(new Uint8Array(module))).filter(
    ({ module: from }) => from !== 'autoweave' && from !== 'extism:host/env',
  );
  if (strange.length === 0) return;
  const names = strange.map(({ module: from, name }) => `${from}.${name}`).join(', ');
  throw new AutoWeaveError('AW_PLUGIN_BUILD_FAILED', `Cannot build "${folder}": it needs ${names} from its host`, {
    hint: 'leave out what asks for it: env.seed is Math.random, env.Date.now is Date, env.console.log is console',
  });
}
