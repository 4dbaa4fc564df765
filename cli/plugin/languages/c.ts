import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { AutoWeaveError } from '../../../runtime/errors/errors.ts';
import type { Compiled, PluginLanguage } from './language.ts';

/** C without a library, by clang and its linker `wasm-ld`: every `.c` of the plugin's folder and of its `src`. */
export const C: PluginLanguage = {
  name: 'c',
  matches: (files) => files.some(isSource),
  async compile(folder) {
    const compiler = await findCompiler();
    return await compile(compiler, folder, await listSources(folder));
  },
};

const SDK = join(import.meta.dirname, '..', '..', '..', 'plugins-wasm', 'sdk', 'c');

/** The folders are Homebrew's, whose LLVM stays off the path since the system's own clang knows no WebAssembly. */
const COMPILERS: readonly string[] = [
  'clang',
  ...[19, 18, 17, 16, 15, 14].map((version) => `clang-${version}`),
  '/opt/homebrew/opt/llvm/bin/clang',
  '/usr/local/opt/llvm/bin/clang',
];

const FLAGS: readonly string[] = [
  // One set of instructions, whatever a compiler of this age takes by default.
  ...['--target=wasm32', '-mcpu=mvp', '-mbulk-memory', '-msign-ext', '-mnontrapping-fptoint', '-mmutable-globals'],
  ...['-std=c11', '-Oz', '-ffreestanding', '-nostdlib', '-nostdlibinc', '-fvisibility=hidden'],
  ...['-Wall', '-Wextra', '-fno-color-diagnostics'],
  // The time of a build would make each another one.
  '-Werror=date-time',
  // The stack lies below everything else: one that overflows traps, and overwrites nothing.
  ...['-Wl,--no-entry', '-Wl,--stack-first', '-Wl,-z,stack-size=65536', '-Wl,--gc-sections', '-Wl,--strip-all'],
  ...[`-ffile-prefix-map=${SDK}=autoweave`, '-I', '.', '-isystem', SDK],
];

/** Needs what a plugin needs: the headers of the compiler itself, bulk copies, and the linker. */
const PROBE = `#include <stdint.h>
extern char __heap_base;
__attribute__((export_name("probe"))) void probe(uint32_t n) { __builtin_memcpy(&__heap_base, &__heap_base + n, n); }
`;

const OF_NPM = join('node_modules', '.bin');
const run = promisify(execFile);
let found: Promise<string> | undefined;

/** The first that builds a small module; that there is a `clang` is not enough. A search in vain is made again. */
function findCompiler(): Promise<string> {
  return (found ??= searchCompiler().catch((error: unknown) => {
    found = undefined;
    throw error;
  }));
}

async function searchCompiler(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'autoweave-c-'));
  const reasons: string[] = [];
  try {
    await writeFile(join(folder, 'probe.c'), PROBE);
    for (const compiler of COMPILERS) {
      try {
        const { module } = await compile(compiler, folder, ['probe.c']);
        if (WebAssembly.validate(new Uint8Array(module))) return compiler;
        reasons.push(`${compiler} makes no valid module`);
      } catch (error) {
        if (!isAbsent(error)) reasons.push(`${compiler} can't: ${firstError(messageOf(error))}`);
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const why = reasons.length > 0 ? reasons.join('; ') : 'there is no clang';
  throw new AutoWeaveError('AW_TOOLCHAIN_MISSING', `Cannot build plugins in C: ${why}`, {
    hint: 'install clang and its linker: "apt-get install clang lld" on Debian and Ubuntu, "brew install llvm lld" on macOS',
  });
}

/** Source paths from the folder on, so that where it lies changes nothing. */
async function compile(compiler: string, folder: string, sources: readonly string[]): Promise<Compiled> {
  const output = await mkdtemp(join(tmpdir(), 'autoweave-c-'));
  try {
    const file = join(output, 'plugin.wasm');
    const env = { PATH: systemPath(), TMPDIR: output };
    const { stderr } = await run(compiler, [...FLAGS, '-o', file, ...sources], { cwd: folder, env });
    return { module: await readFile(file), warnings: stderr.trim() };
  } catch (error) {
    if (isAbsent(error)) throw error;
    throw new AutoWeaveError('AW_PLUGIN_BUILD_FAILED', `Cannot build "${folder}"\n${messageOf(error)}`, {
      cause: error,
    });
  } finally {
    await rm(output, { recursive: true, force: true });
  }
}

/** Without what npm and npx put at its head: an older clang would have its module rewritten by a `wasm-opt` in there. */
function systemPath(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.filter((folder) => !folder.endsWith(OF_NPM)).join(delimiter);
}

/** In one order everywhere, since that of the functions in the module follows it. */
async function listSources(folder: string): Promise<readonly string[]> {
  const read = async (below: string) => {
    const entries = await readdir(join(folder, below), { withFileTypes: true });
    return entries.filter((entry) => entry.isFile() && isSource(entry.name)).map(({ name }) => join(below, name));
  };
  const inner = await read('src').catch(() => []);
  return [...(await read('.')), ...inner].sort();
}

function isSource(file: string): boolean {
  return file.endsWith('.c');
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** What the compiler printed, or why it could not be run. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause !== undefined) return messageOf(cause);
  return 'stderr' in error && typeof error.stderr === 'string' && error.stderr !== ''
    ? error.stderr.trim()
    : error.message;
}

function firstError(text: string): string {
  return text.split('\n').find((line) => line.includes('error')) ?? text.split('\n', 1)[0]!;
}
