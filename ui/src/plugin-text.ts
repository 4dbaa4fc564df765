import type { PluginIntegrity, PluginState, PluginsQuery } from './generated/operations.ts';
import { durationText } from './time-text.ts';

type PluginLine = PluginsQuery['plugins'][number];

const STATE_TEXT: Readonly<Record<PluginState, string>> = {
  FOUND: 'found, not loaded',
  AWAITING_CONSENT: 'awaits consent',
  LOADING: 'loading',
  LOADED: 'loaded',
  UNLOADED: 'unloaded',
  FAILED: 'failed',
};

const INTEGRITY_TEXT: Readonly<Record<PluginIntegrity, string>> = {
  UNSIGNED: 'unsigned',
  HASHED: 'hashed',
};

const INTEGRITY_SENTENCE: Readonly<Record<PluginIntegrity, string>> = {
  UNSIGNED: 'Nothing says what its files should be, nor who has made them.',
  HASHED: 'Its files are those that its SHA-256 names; who has made them is not known.',
};

export function pluginStateText(state: PluginState): string {
  return STATE_TEXT[state];
}

export function integrityText(integrity: PluginIntegrity): string {
  return INTEGRITY_TEXT[integrity];
}

export function integritySentence(integrity: PluginIntegrity): string {
  return INTEGRITY_SENTENCE[integrity];
}

/** What there is to say of a listed plugin beside its name and its state. */
export function pluginLineText({ integrity, stats }: Pick<PluginLine, 'integrity' | 'stats'>): string {
  const parts = [integrityText(integrity), countedText(stats.calls, 'call')];
  if (stats.denials > 0) parts.push(`${stats.denials.toLocaleString()} denied`);
  if (stats.p99Ms !== null) parts.push(`p99 ${durationText(stats.p99Ms)}`);
  return parts.join(' · ');
}

/** `16 MiB`, `1.5 KiB`, `812 B`. */
export function bytesText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const units = ['KiB', 'MiB', 'GiB'];
  let value = bytes / 1024;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${Number(value.toFixed(value < 10 ? 1 : 0))} ${units[unit]}`;
}

/** `1 call`, `1,204 calls`. */
export function countedText(count: number, noun: string): string {
  return `${count.toLocaleString()} ${noun}${count === 1 ? '' : 's'}`;
}
