import { isRecord } from './gateway-error.ts';
import type { PluginFieldsFragment } from './generated/operations.ts';

/** A plugin that somebody is asked about, and to what end. */
export interface ConsentAsked {
  readonly plugin: PluginFieldsFragment;
  readonly purpose: 'load' | 'change';
}

/** Why a load was refused. */
interface Refusal {
  readonly code: string;
  readonly message: string;
}

const IMPORT_DENIED = 'AW_PLUGIN_IMPORT_DENIED';

type Asked = Pick<PluginFieldsFragment['permissions'], 'requested' | 'items'>;
type Item = Asked['items'][number];

/** One thing that can be granted or not. */
export interface Choice {
  readonly id: string;
  readonly capability: string;
  /** What granting it means. */
  readonly sentences: readonly string[];
  readonly isGranted: boolean;
  readonly isAvailable: boolean;
  /** What of `requested` it stands for: an entry of the capability's list, or all of the capability. */
  readonly part: unknown;
  readonly isEntry: boolean;
}

/**
 * What a plugin asks for, as things to choose. A list, such as that of its queues, can be granted entry by entry where
 * each sentence names just one of them; anything else as a whole, so that a tick never grants more than it says.
 */
export function choicesOf({ requested, items }: Asked): readonly Choice[] {
  const asked = isRecord(requested) ? requested : {};
  const capabilities = [...new Set(items.map(({ capability }) => capability))];
  return capabilities.flatMap((capability) => {
    const said = items.filter((item) => item.capability === capability);
    const whole = asked[capability];
    const entries: readonly unknown[] = Array.isArray(whole) ? whole : [];
    const byEntry = entries.length > 1 ? itemsByEntry(entries, said) : null;
    if (byEntry === null) return [choiceOf(capability, said, whole, null)];
    return [...byEntry].map(([at, ofEntry]) => choiceOf(capability, ofEntry, entries[at], at));
  });
}

/** The permissions that the chosen ones make, in the words of the manifest. */
export function grantOf(choices: readonly Choice[], chosen: ReadonlySet<string>): Readonly<Record<string, unknown>> {
  const grant: Record<string, unknown> = {};
  for (const { id, capability, part, isEntry, isAvailable } of choices) {
    if (!isAvailable || !chosen.has(id)) continue;
    if (!isEntry) grant[capability] = part;
    else {
      const before = grant[capability];
      grant[capability] = [...(Array.isArray(before) ? before : []), part];
    }
  }
  return grant;
}

/** The capability without which the plugin's module can't be linked, as the refusal of its load names it. */
export function lackingCapability(error: Refusal | null | undefined): string | null {
  if (error?.code !== IMPORT_DENIED) return null;
  return /permission `([^`]+)`/.exec(error.message)?.[1] ?? null;
}

/** Whether all of the capability that the last load was refused for has been granted since. */
export function isGrantedSince({ error, permissions }: Pick<PluginFieldsFragment, 'error' | 'permissions'>): boolean {
  const lacking = lackingCapability(error);
  const asked = permissions.items.filter(({ capability }) => capability === lacking);
  return asked.length > 0 && asked.every(({ isGranted }) => isGranted);
}

/**
 * The items of each entry, by its place in the list, in the order in which the page lists them. Null unless each sentence
 * names one entry, in quotes, and each entry has a sentence.
 */
function itemsByEntry(
  entries: readonly unknown[],
  items: readonly Item[],
): ReadonlyMap<number, readonly Item[]> | null {
  const names = entries.map(nameOf);
  const byEntry = new Map<number, Item[]>();
  for (const item of items) {
    const named = names.flatMap((name, at) => (name !== null && item.sentence.includes(`"${name}"`) ? [at] : []));
    const [at] = named;
    if (at === undefined || named.length !== 1) return null;
    byEntry.set(at, [...(byEntry.get(at) ?? []), item]);
  }
  return byEntry.size === entries.length ? byEntry : null;
}

function nameOf(entry: unknown): string | null {
  if (typeof entry === 'string') return entry;
  const name = isRecord(entry) ? (entry.name ?? entry.path) : null;
  return typeof name === 'string' ? name : null;
}

/** @param at place in the capability's list, or null for all of it */
function choiceOf(capability: string, said: readonly Item[], part: unknown, at: number | null): Choice {
  // Of what was granted in part, the sentence about the whole says what a tick would mean.
  const open = said.filter(({ isGranted }) => !isGranted);
  return {
    id: at === null ? capability : `${capability} ${at}`,
    capability,
    sentences: (open.length > 0 && at !== null ? open : said).map(({ sentence }) => sentence),
    isGranted: open.length === 0,
    isAvailable: said.some(({ isAvailable }) => isAvailable),
    part,
    isEntry: at !== null,
  };
}
