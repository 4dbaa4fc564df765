import type { AgentConditionNode } from '../../proto/generated/messages.ts';
import { isSameJson } from '../../runtime/actor/same-json.ts';

/** What a condition compares, filled in. */
export type Condition = AgentConditionNode['if'];

/**
 * Whether it holds. Values of different types are never greater or less, and never contain one another; texts are
 * compared by their code units. Nothing, an empty text and an empty list are not present.
 */
export function holds({ value, is, to }: Condition): boolean {
  switch (is) {
    case 'equal':
      return isSameJson(value, to);
    case 'not_equal':
      return !isSameJson(value, to);
    case 'greater':
      return compare(value, to) > 0;
    case 'less':
      return compare(value, to) < 0;
    case 'contains':
      return contains(value, to);
    case 'present':
      return isPresent(value);
  }
}

/** NaN for what has no order. */
function compare(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a !== 'string' || typeof b !== 'string') return Number.NaN;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** A part of a text, an item of a list, a property of an object. */
function contains(whole: unknown, part: unknown): boolean {
  if (Array.isArray(whole)) return whole.some((item) => isSameJson(item, part));
  if (typeof part !== 'string') return false;
  if (typeof whole === 'string') return whole.includes(part);
  return typeof whole === 'object' && whole !== null && Object.hasOwn(whole, part);
}

function isPresent(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return false;
  return !Array.isArray(value) || value.length > 0;
}
