import type { Plugin, PluginState } from '../../proto/generated/graphql.ts';
import type { CommandContext } from '../command.ts';
import { durationText } from '../duration-text.ts';
import type { Colour, Output } from '../output.ts';
import { sanitize } from '../text.ts';

/** What the gateway tells of a plugin, as the selection of a query. */
export const PLUGIN = `
  id name version description manifestPath state functions hooks integrity sha256 size loadedAt loadDurationMs options
  error { code message }
  permissions {
    requested granted effective grantedAt changedAt items { capability name sentence isGranted isAvailable }
  }
  limits { callTimeoutMs maxOutputBytes maxHeapBytes maxWorkers }
  stats {
    calls failures timeouts denials instances pending lastCallAt p50Ms p99Ms recentDenials { capability subject at }
  }
  jobTypes { type description schema }
`;

const COLOURS: Readonly<Partial<Record<PluginState, Colour>>> = {
  LOADED: 'green',
  LOADING: 'cyan',
  AWAITING_CONSENT: 'yellow',
  FAILED: 'red',
};

/** Of the names of permissions; a longer one pushes its sentence aside. */
const MAX_NAME_WIDTH = 30;

/** `awaiting consent` */
export function stateText(state: PluginState): string {
  return state.toLowerCase().replaceAll('_', ' ');
}

export function pluginColour(text: string): Colour | undefined {
  return COLOURS[text.toUpperCase().replaceAll(' ', '_') as PluginState];
}

/** One line: `label-printer@1.0.0: loaded in 12 ms`. */
export function pluginText(plugin: Plugin): string {
  const { id, state, loadDurationMs } = plugin;
  const error = goesOnWithout(plugin) ? null : plugin.error;
  const took = state === 'LOADED' && loadDurationMs !== null ? ` in ${durationText(loadDurationMs) || '0 ms'}` : '';
  const why = error === null ? '' : `, ${error.code}: ${error.message}`;
  return sanitize(`${id}: ${stateText(state)}${took}${why}`);
}

/** True where it runs, and is refused what it could not be linked without: that is no failure, but the next load would be. */
export function goesOnWithout({ state, error }: Plugin): boolean {
  return state === 'LOADED' && error?.code === 'AW_PLUGIN_IMPORT_DENIED';
}

export function showPlugin({ isJson, output }: CommandContext, plugin: Plugin): void {
  if (isJson) {
    output.json(plugin);
    return;
  }
  const { id, description, manifestPath, state, error, functions, hooks, integrity, sha256, size, options } = plugin;
  const { permissions, limits, stats, loadedAt, loadDurationMs, jobTypes } = plugin;
  const line = (field: string, value: unknown) => output.line(`${field.padEnd(14)}${sanitize(String(value))}`);
  line('id', id);
  if (description !== null) line('for', description);
  line('from', manifestPath);
  line('state', stateText(state));
  if (goesOnWithout(plugin)) line('note', `it goes on, but cannot be loaded again: ${error?.message}`);
  else if (error !== null) line('error', `${error.code}: ${error.message}`);
  if (loadedAt !== null) line('loaded', `${loadedAt}, in ${durationText(loadDurationMs ?? 0) || '0 ms'}`);
  line('integrity', integrity === 'UNSIGNED' ? 'unsigned' : 'its SHA-256 fits; who has made it is not known');
  if (sha256 !== null) line('sha256', sha256);
  if (size !== null) line('size', bytesText(size));
  if (functions.length > 0) line('functions', functions.join(', '));
  for (const [hook, name] of Object.entries((hooks ?? {}) as Record<string, string>)) line(hook, name);
  if (options !== null && Object.keys(options as object).length > 0) line('options', JSON.stringify(options));
  line(
    'limits',
    `${durationText(limits.callTimeoutMs)} a call, ${bytesText(limits.maxOutputBytes)} of output, `.concat(
      `${bytesText(limits.maxHeapBytes)} of memory, ${limits.maxWorkers} at once`,
    ),
  );
  for (const { type, description: text } of jobTypes) line('job type', text === '' ? type : `${type}: ${text}`);
  output.line();
  showPermissions(output, permissions);
  if (state === 'LOADED' || stats.calls > 0) showStats(output, stats);
}

/** Each of what it asks for, a line in a sentence. */
export function permissionLines({ items }: Plugin['permissions']): readonly string[] {
  return items.map(({ sentence, isAvailable }) => {
    return sanitize(isAvailable ? sentence : `${sentence} (changes nothing: this version has none of it to give)`);
  });
}

function showPermissions(output: Output, permissions: Plugin['permissions']): void {
  const { items, granted, grantedAt, changedAt } = permissions;
  if (items.length === 0) {
    output.line('It asks for nothing');
    return;
  }
  const since = [...(grantedAt ? [`granted at ${grantedAt}`] : []), ...(changedAt ? [`changed at ${changedAt}`] : [])];
  output.line(output.paint('bold', ['permissions', ...since].join(', ')));
  const names = items.map(({ name }) => sanitize(name));
  const width = Math.min(MAX_NAME_WIDTH, Math.max(...names.map(({ length }) => length)));
  permissionLines(permissions).forEach((text, index) => {
    const isGranted = items[index]!.isGranted;
    const word = isGranted ? 'granted' : granted === null ? 'asked for' : 'not granted';
    const state = output.paint(isGranted ? 'green' : 'yellow', word.padEnd('not granted'.length));
    output.line(`  ${state}  ${names[index]!.padEnd(width)}  ${text}`);
  });
}

function showStats(output: Output, stats: Plugin['stats']): void {
  const { calls, failures, timeouts, denials, instances, pending, lastCallAt, p50Ms, p99Ms, recentDenials } = stats;
  output.line();
  output.line(output.paint('bold', 'since it was loaded here'));
  const numbers = [`${calls} calls`, `${failures} failed`, `${timeouts} took too long`, `${denials} denied`];
  output.line(`  ${numbers.join(', ')}`);
  output.line(`  instances: ${instances}, calls at work or in wait: ${pending}`);
  if (p50Ms !== null && p99Ms !== null) output.line(`  p50 ${p50Ms.toFixed(2)} ms, p99 ${p99Ms.toFixed(2)} ms`);
  if (lastCallAt !== null) output.line(`  last call at ${lastCallAt}`);
  for (const { capability, subject, at } of recentDenials) {
    output.line(`  ${output.paint('red', 'denied')} ${sanitize(`${capability} ${subject}`)} at ${at}`);
  }
}

/** `640 B`, `12 KiB`, `1.5 MiB` */
export function bytesText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const [size, unit] = bytes < 1024 ** 2 ? [bytes / 1024, 'KiB'] : [bytes / 1024 ** 2, 'MiB'];
  return `${Number.isInteger(size) ? size : size.toFixed(1)} ${unit}`;
}
