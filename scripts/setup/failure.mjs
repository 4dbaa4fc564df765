/**
 * A set-up step that cannot go on. It carries what a person needs and nothing else: each way that was tried with the
 * reason why it failed, and the one thing to do next.
 */
export class SetupFailure extends Error {
  /**
   * @param {`AW_SETUP_${string}`} code stable, for searching and for scripts
   * @param {string} message sentence case, no final period
   * @param {{ tried?: readonly Tried[], next: string, cause?: unknown }} details
   */
  constructor(code, message, { tried = [], next, cause }) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'SetupFailure';
    this.code = code;
    this.tried = tried;
    this.next = next;
  }
}

/** @typedef {{ readonly way: string, readonly why: string }} Tried one way that was tried and the reason it failed */

/**
 * The text for the terminal. Reasons of several lines (the end of npm's output, say) are indented below their way.
 *
 * @param {SetupFailure} failure
 */
export function formatFailure({ code, message, tried, next }) {
  const ways = tried.map(({ way, why }) => `  - ${way}: ${why.trim().replaceAll('\n', '\n      ')}`);
  return [`${code}: ${message}`, ...(ways.length > 0 ? ['Tried:', ...ways] : []), `Do this: ${next}`].join('\n');
}

/** The innermost reason of an error: `fetch` hides "getaddrinfo ENOTFOUND" behind "fetch failed". */
export function reasonOf(/** @type {unknown} */ error) {
  let innermost = error;
  while (innermost instanceof Error && innermost.cause instanceof Error) innermost = innermost.cause;
  return innermost instanceof Error ? innermost.message || innermost.name : String(innermost);
}
