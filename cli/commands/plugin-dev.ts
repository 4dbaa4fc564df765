import { resolve } from 'node:path';
import type { Plugin } from '../../proto/generated/graphql.ts';
import { systemClock } from '../../runtime/clock/system-clock.ts';
import { AutoWeaveError, formatError, toFailure } from '../../runtime/errors/errors.ts';
import { openClient } from '../client.ts';
import type { CommandContext } from '../command.ts';
import { OK } from '../exit-code.ts';
import { checkManifest, compilePlugin, writeModule } from '../plugin/build-plugin.ts';
import { testPlugin } from '../plugin/test-plugin.ts';
import { watchFolder } from '../plugin/watch-folder.ts';
import { sanitize } from '../text.ts';
import { buildText } from './plugin-build.ts';
import { loadAsking } from './plugin-load.ts';
import { problemLines, summary } from './plugin-test.ts';

/** `plugin dev [DIR]`: rounds of build, test and load, each after a change, until Ctrl-C. */
export async function run(ctx: CommandContext): Promise<number> {
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  for (const signal of SIGNALS) process.once(signal, onSignal);
  try {
    return await develop(ctx, stop.signal);
  } finally {
    for (const signal of SIGNALS) process.removeListener(signal, onSignal);
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Resolves when the signal ends it; the plugin stays loaded. */
export async function develop(ctx: CommandContext, signal: AbortSignal): Promise<number> {
  const folder = resolve(ctx.arguments['DIR'] ?? '.');
  // Where nothing runs there is nothing to load into: said at once, not after a build.
  await openClient(ctx);
  using watch = watchFolder(folder);
  let loadedAt: number | undefined;
  for (let changes: readonly string[] | undefined = []; changes !== undefined; changes = await watch.next(signal)) {
    const outcome = await playRound(ctx, folder, changes);
    if (outcome === 'given up') break;
    if (outcome === 'loaded') loadedAt = systemClock.now();
    else if (loadedAt !== undefined) ctx.output.note(`The version loaded at ${timeOf(loadedAt)} goes on`);
    if (!signal.aborted && !ctx.isJson) ctx.output.note('Waiting for a change; Ctrl-C ends it');
  }
  ctx.output.note('Stopped; what is loaded stays so');
  return OK;
}

/**
 * A round that fails leaves the plugin that is loaded as it is. It is given up when the person was asked and pressed
 * Ctrl-C.
 *
 * @throws when, in the first round, the person refuses what it asks for, or nobody can be asked
 */
async function playRound(
  ctx: CommandContext,
  folder: string,
  changes: readonly string[],
): Promise<'loaded' | 'failed' | 'given up'> {
  const { output, isJson } = ctx;
  if (changes.length > 0 && !isJson) output.line(`\n${sanitize(changes.join(', '))} changed`);
  const startMs = performance.now();
  try {
    const loaded = await buildTestLoad(ctx, folder);
    const durationMs = Math.round(performance.now() - startMs);
    if (isJson) output.json({ changes, durationMs, loaded: loaded?.id ?? null }, { isLine: true });
    else if (loaded !== undefined) {
      output.line(`${output.paint('green', '✔')} ${loaded.id} is loaded, ${(durationMs / 1000).toFixed(1)} s in all`);
    }
    return loaded === undefined ? 'failed' : 'loaded';
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') return 'given up';
    // A later round may ask for more than it got; the next change may take that back.
    if (isRefusedConsent(error) && changes.length === 0) throw error;
    if (isJson) output.json({ changes, error: toFailure(error) }, { isLine: true });
    else output.advise(`${output.paint('red', '✖')} ${formatError(error)}`);
    return 'failed';
  }
}

/** Undefined when a test has failed. */
async function buildTestLoad(ctx: CommandContext, folder: string): Promise<Pick<Plugin, 'id'> | undefined> {
  const { output } = ctx;
  await checkManifest(folder);
  const compiled = await compilePlugin(folder);
  if (compiled.warnings !== '') output.note(compiled.warnings);
  if (!ctx.isJson) output.line(`${output.paint('green', '✔')} ${buildText(compiled)}`);
  if (!(await passesTests(ctx, folder, compiled.module))) return undefined;
  // Not before: a plugin that is loaded is loaded anew when its module changes, whoever has written it.
  await writeModule(compiled);
  // The client is a new one: AutoWeave may have been started again, under another address. The person is asked once; what
  // was granted is remembered, and only a plugin that wants more is asked about again.
  return await loadAsking(ctx, await openClient(ctx), { manifestPath: folder }, '--yes');
}

async function passesTests({ output, isJson }: CommandContext, folder: string, module: Uint8Array): Promise<boolean> {
  const results = await testPlugin(folder, module);
  if (results.length === 0) return true;
  const failed = results.filter(({ problem }) => problem !== undefined);
  const mark = failed.length === 0 ? output.paint('green', '✔') : output.paint('red', '✖');
  if (!isJson) {
    output.line(`${mark} ${summary(results)}`);
    for (const result of failed) {
      output.line(`  ${output.paint('red', '✖')} ${sanitize(result.name)} (${result.file})`);
      for (const line of problemLines(result)) output.line(`      ${line}`);
    }
  }
  return failed.length === 0;
}

/** `14:03:09`, as the clock on the wall. */
function timeOf(ms: number): string {
  return new Date(ms).toTimeString().slice(0, 8);
}

function isRefusedConsent(error: unknown): boolean {
  return error instanceof AutoWeaveError && ['AW_PLUGIN_CONSENT_MISSING', 'AW_NOT_CONFIRMED'].includes(error.code);
}
