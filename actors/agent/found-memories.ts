import { checkSize, MAX_BYTES } from './value-size.ts';

/** Characters of a text that a run takes over: enough to go on with, and no whole document. */
const MAX_TEXT = 2_000;

/**
 * What a search gave, as far as it has room in a run: long texts are cut, and what has no room is left out from the
 * end. `total` still says how many there are. What is no result of a search is left as it is.
 */
export function fitMemories(result: unknown): unknown {
  const { memories } = (result ?? {}) as { readonly memories?: unknown };
  if (!Array.isArray(memories)) return result;
  const cut = memories.map(cutText);
  for (let count = cut.length; count > 0; count--) {
    const fitted = { ...(result as object), memories: cut.slice(0, count) };
    if (fits(fitted)) return fitted;
  }
  return { ...(result as object), memories: [] };
}

function cutText(memory: unknown): unknown {
  const { text } = (memory ?? {}) as { readonly text?: unknown };
  if (typeof text !== 'string' || text.length <= MAX_TEXT) return memory;
  return { ...(memory as object), text: `${text.slice(0, MAX_TEXT).toWellFormed()}…` };
}

function fits(value: unknown): boolean {
  try {
    checkSize('it', value, MAX_BYTES.output);
    return true;
  } catch {
    return false;
  }
}
