import { parseArgs } from 'node:util';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';

/** How the watcher's process is told what to do: by arguments. */
export interface WatchOptions {
  /** From the first hint to the look. */
  readonly settleMs: number;
  readonly pollMs: number;
  readonly sysRoot: string;
}

/** Long enough for a hub's children to come with it, short enough to be "at once". */
export const DEFAULT_SETTLE_MS = 75;
export const DEFAULT_POLL_MS = 5_000;
export const DEFAULT_SYS_ROOT = '/sys';

export function watchArguments(options: WatchOptions): string[] {
  return ['--settle-ms', `${options.settleMs}`, '--poll-ms', `${options.pollMs}`, '--sys-root', options.sysRoot];
}

/** @throws AW_USB_WATCHER_OPTION when an argument is unknown or out of range. */
export function parseWatchArguments(argv: readonly string[]): WatchOptions {
  let values: { readonly [name in 'settle-ms' | 'poll-ms' | 'sys-root']?: string };
  try {
    ({ values } = parseArgs({
      args: [...argv],
      options: { 'settle-ms': { type: 'string' }, 'poll-ms': { type: 'string' }, 'sys-root': { type: 'string' } },
    }));
  } catch (cause) {
    throw new AutoWeaveError('AW_USB_WATCHER_OPTION', `Cannot start device watcher: ${(cause as Error).message}`, {
      cause,
    });
  }
  const sysRoot = values['sys-root'] ?? DEFAULT_SYS_ROOT;
  if (!sysRoot.startsWith('/')) throw refusal('sys-root', sysRoot, 'an absolute path');
  return {
    settleMs: milliseconds('settle-ms', values['settle-ms'], DEFAULT_SETTLE_MS, 0, 10_000),
    pollMs: milliseconds('poll-ms', values['poll-ms'], DEFAULT_POLL_MS, 50, 600_000),
    sysRoot,
  };
}

function milliseconds(name: string, text: string | undefined, fallback: number, least: number, most: number): number {
  if (text === undefined) return fallback;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most)) throw refusal(name, text, `${least} to ${most}`);
  return value;
}

function refusal(name: string, found: string, expected: string): AutoWeaveError {
  return new AutoWeaveError(
    'AW_USB_WATCHER_OPTION',
    `Cannot start device watcher: --${name} is "${found}", not ${expected}`,
  );
}
