import type { PluginPermissions } from '../../proto/generated/messages.ts';

/** Permissions that name things, each with a mode: a mode is a set of rights, so that what two modes allow is a set too. */
export type Rights = ReadonlySet<string>;
export type RightsByName = ReadonlyMap<string, Rights>;

export const QUEUE_MODES = {
  add: new Set(['add']),
  work: new Set(['work']),
  both: new Set(['add', 'work']),
} as const satisfies Record<string, Rights>;

export const FILE_MODES = {
  read: new Set(['read']),
  write: new Set(['write']),
  readwrite: new Set(['read', 'write']),
} as const satisfies Record<string, Rights>;

/** A name alone means both. One that is there twice has the rights of both entries. */
export function queueRights(queues: PluginPermissions['queue'] = []): RightsByName {
  return collect(
    queues.map((queue) =>
      typeof queue === 'string' ? [queue, QUEUE_MODES.both] : [queue.name, QUEUE_MODES[queue.mode] ?? NONE],
    ),
  );
}

export function fileRights(files: PluginPermissions['filesystem'] = []): RightsByName {
  return collect(files.map(({ path, mode }) => [path, FILE_MODES[mode] ?? NONE]));
}

/** By name; a name without a right in common is left out. */
export function commonRights(left: RightsByName, right: RightsByName): readonly (readonly [string, Rights])[] {
  return [...left]
    .map(([name, rights]) => [name, rights.intersection(right.get(name) ?? NONE)] as const)
    .filter(([, rights]) => rights.size > 0)
    .sort(([one], [other]) => (one < other ? -1 : 1));
}

/** The mode that has just these rights. */
export function modeOf<Mode extends string>(modes: Readonly<Record<Mode, Rights>>, rights: Rights): Mode {
  const names = Object.keys(modes) as Mode[];
  return names.find((name) => modes[name].symmetricDifference(rights).size === 0)!;
}

const NONE: Rights = new Set();

function collect(entries: readonly (readonly [name: string, rights: Rights])[]): RightsByName {
  const collected = new Map<string, Rights>();
  for (const [name, rights] of entries) collected.set(name, rights.union(collected.get(name) ?? NONE));
  return collected;
}
