import { checkSize, MAX_BYTES, MAX_DEPTH, tooLarge } from './value-size.ts';

/**
 * Values with places in them: a text that is `{{path}}` alone becomes the value at that path, with its type; within a
 * text it becomes text, objects and lists as JSON. What is missing becomes null, or no text. Names of properties are
 * left alone, and so is what was filled in: nothing is looked up twice.
 */

/** What paths begin with, and what is there. */
export type Scope = Readonly<Record<string, unknown>>;

/** A place in a value. */
export interface Placeholder {
  /** JSON pointer to the text that it stands in. */
  readonly at: string;
  /** As it is written between the braces. */
  readonly text: string;
  /** Undefined when it is none. */
  readonly path: readonly string[] | undefined;
}

const PLACEHOLDER = /\{\{([^{}]*)\}\}/g;
const ALONE = /^\{\{([^{}]*)\}\}$/;
const SEGMENT = /^[^\s.[\]{}]{1,256}$/;
const INDEX = /^(0|[1-9]\d{0,8})$/;
const MAX_SEGMENTS = 32;

/** @throws AW_AGENT_VALUE_TOO_LARGE */
export function fill(value: unknown, scope: Scope): unknown {
  const budget = { left: MAX_BYTES.value };
  return fillPart(value, scope, budget, 0);
}

/** The names of a path such as `describe.output.items[0].title`; undefined for what is none. */
export function parsePath(text: string): readonly string[] | undefined {
  const segments = text
    .trim()
    .replace(/\[(\d+)\]/g, '.$1')
    .split('.');
  return segments.length <= MAX_SEGMENTS && segments.every((segment) => SEGMENT.test(segment)) ? segments : undefined;
}

/** What stands at a path: own properties and items alone, so that nothing of JavaScript's can be reached. */
export function lookUp(path: readonly string[], scope: Scope): unknown {
  let found: unknown = scope;
  for (const segment of path) {
    if (typeof found !== 'object' || found === null) return undefined;
    if (Array.isArray(found)) {
      if (segment === 'length') found = found.length;
      else found = INDEX.test(segment) ? found[Number(segment)] : undefined;
    } else found = Object.hasOwn(found, segment) ? (found as Scope)[segment] : undefined;
  }
  return found;
}

/** All places in a value, in its order. Goes down as far as a value may go. */
export function placeholdersIn(value: unknown, at = '', depth = 0): readonly Placeholder[] {
  if (typeof value === 'string') {
    return Array.from(value.matchAll(PLACEHOLDER), ([, text = '']) => ({ at, text, path: parsePath(text) }));
  }
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return [];
  return Object.entries(value).flatMap(([name, part]) =>
    placeholdersIn(part, `${at}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, depth + 1),
  );
}

interface Budget {
  left: number;
}

function fillPart(value: unknown, scope: Scope, budget: Budget, depth: number): unknown {
  if (depth > MAX_DEPTH) throw tooLarge(`what a step is given has more than ${MAX_DEPTH} levels`);
  if (typeof value === 'string') return fillText(value, scope, budget);
  if (typeof value !== 'object' || value === null) return spend(value, budget);
  if (Array.isArray(value)) return value.map((item) => fillPart(item, scope, budget, depth + 1));
  // Not by assignment, with which a property of the name `__proto__` would be the prototype.
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [spend(name, budget), fillPart(part, scope, budget, depth + 1)]),
  );
}

function fillText(text: string, scope: Scope, budget: Budget): unknown {
  const alone = parsePath(ALONE.exec(text)?.[1] ?? '');
  if (alone !== undefined) return spend(lookUp(alone, scope) ?? null, budget);
  let end = 0;
  let filled = '';
  for (const match of text.matchAll(PLACEHOLDER)) {
    const path = parsePath(match[1] ?? '');
    if (path === undefined) continue;
    filled += spend(text.slice(end, match.index), budget) + spend(toText(lookUp(path, scope)), budget);
    end = match.index + match[0].length;
  }
  return filled + spend(text.slice(end), budget);
}

function toText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  checkSize('a text of a step', value, MAX_BYTES.value);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Counts while it grows: a few places can stand for much. */
function spend<Value>(value: Value, budget: Budget): Value {
  budget.left -= checkSize('what a step is given', value, budget.left);
  return value;
}
