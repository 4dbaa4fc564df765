import type { PluginPermissions } from '../../proto/generated/messages.ts';
import { didYouMean } from '../errors/did-you-mean.ts';
import { AutoWeaveError } from '../errors/errors.ts';
import { excessive } from './consent.ts';
import { intersect } from './intersect.ts';
import { divide, exceeds, type Grain } from './permission-items.ts';

/**
 * What is left of a grant when some of it is taken back. A name takes what bears it and all that is below it: of
 * `queue:labels:add`, `queue:labels` and `queue` each takes more than the one before. Names that nothing bears take nothing.
 */
export function takeBack(granted: PluginPermissions, names: readonly string[]): PluginPermissions {
  const left = divide(granted).filter((grain) => !names.some((name) => isBelow(grain, name)));
  // With what there was: a default that is more than what was granted is not to take its place.
  return intersect(joinAll(left), granted);
}

/** Of what is asked for, what bears one of these names or stands below it. */
export function pick(requested: PluginPermissions, names: readonly string[]): PluginPermissions {
  return intersect(joinAll(divide(requested).filter((grain) => names.some((name) => isBelow(grain, name)))), requested);
}

/**
 * What is granted when these names are granted, too.
 *
 * @throws AW_PLUGIN_GRANT_EXCESSIVE for a name that is not asked for
 */
export function addTo(
  granted: PluginPermissions,
  plugin: string,
  requested: PluginPermissions,
  names: readonly string[],
): PluginPermissions {
  const beyond = names.filter((name) => notAskedFor(requested, name));
  if (beyond.length > 0) throw excessive(plugin, beyond);
  const before = intersect(granted, requested);
  const added = pick(requested, names);
  // What is part of what is added would narrow it: the lists of a device's products, say.
  const kept = divide(before).filter(({ permissions }) => exceeds(permissions, added).length > 0);
  const { memory, ...rest } = join(joinAll(kept), added);
  // A limit below the default has no name, and stays unless memory is granted.
  const limits = added.memory === undefined ? before.memory : memory;
  return intersect(limits === undefined ? rest : { ...rest, memory: limits }, requested);
}

/** True for a name that nothing bears, and nothing stands below. */
export function notAskedFor(requested: PluginPermissions, name: string): boolean {
  return !Object.hasOwn(requested, name) && !divide(requested).some((grain) => isBelow(grain, name));
}

/** The names, of these, that take something; each as it was given. */
export function takenBy(granted: PluginPermissions, names: readonly string[]): readonly string[] {
  const grains = divide(granted);
  return names.filter((name) => grains.some((grain) => isBelow(grain, name)));
}

/** The names of what is granted, or asked for, and of all that they stand below. */
export function namesOf(permissions: PluginPermissions): readonly string[] {
  return [...new Set(divide(permissions).flatMap(({ name }) => withParents(name)))];
}

/** @throws AW_PLUGIN_NOT_GRANTED for the first name that takes nothing of any of these */
export function checkTakeBack(plugin: string, granted: readonly PluginPermissions[], names: readonly string[]): void {
  const grains = granted.flatMap(divide);
  const missing = names.find((name) => !grains.some((grain) => isBelow(grain, name)));
  if (missing === undefined) return;
  const known = [...new Set(grains.map(({ name }) => name))];
  const meant = didYouMean(missing, [...new Set(granted.flatMap(namesOf))]);
  const guess = meant === undefined ? '' : `did you mean "${meant}"? `;
  const all = known.length === 0 ? 'nothing' : known.join(', ');
  throw new AutoWeaveError('AW_PLUGIN_NOT_GRANTED', `Plugin "${plugin}" was not granted "${missing}"`, {
    hint: `${guess}granted to it: ${all}`,
  });
}

function isBelow({ name }: Grain, taken: string): boolean {
  return name === taken || name.startsWith(`${taken}:`);
}

/** `queue:labels:add`, `queue:labels`, `queue` */
function withParents(name: string): readonly string[] {
  const parts = name.split(':');
  return parts.map((_, index) => parts.slice(0, parts.length - index).join(':'));
}

function joinAll(grains: readonly Grain[]): PluginPermissions {
  return grains.reduce<PluginPermissions>((sum, { permissions }) => join(sum, permissions), {});
}

/** Of parts of one grant: lists are joined, and so is what is below; anything else is the same in both. */
function join<Value>(left: Value, right: Value): Value {
  if (Array.isArray(left) && Array.isArray(right)) return [...left, ...right] as Value;
  if (!isObject(left) || !isObject(right)) return right;
  const joined: Record<string, unknown> = { ...left };
  for (const [name, value] of Object.entries(right)) {
    joined[name] = Object.hasOwn(joined, name) ? join(joined[name], value) : value;
  }
  return joined as Value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
