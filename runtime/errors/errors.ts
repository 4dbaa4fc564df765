/**
 * The class of an error decides what happens to the message whose handler threw it:
 * {@link TerminalError} sends it to the dead letters, {@link RetryableError} tries again after a stated time,
 * anything else tries again with back-off.
 */

export interface ErrorOptionsWithHint {
  /** The one thing to do next, as an imperative sentence without a final period. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** An error that a person may see: a stable code, what happened, and what to do next. */
export class AutoWeaveError extends Error {
  override readonly name: string = 'AutoWeaveError';
  /** Stable, of the form `AW_NOUN_PROBLEM`; every code is listed in docs/operations/errors.md. */
  readonly code: string;
  readonly hint: string | undefined;

  constructor(code: string, message: string, options: ErrorOptionsWithHint = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}

/** The message can never be handled: it becomes a dead letter at once. */
export class TerminalError extends AutoWeaveError {
  override readonly name = 'TerminalError';
}

/** The message may be handled later: it is tried again after `retryAfterMs`. */
export class RetryableError extends AutoWeaveError {
  override readonly name = 'RetryableError';
  readonly retryAfterMs: number;

  constructor(code: string, message: string, options: ErrorOptionsWithHint & { readonly retryAfterMs: number }) {
    super(code, message, options);
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** What is stored and shown of a failure. */
export interface Failure {
  readonly code: string;
  readonly message: string;
}

/** Any thrown value as a code and a sentence; a value that carries no code of its own gets `AW_UNEXPECTED`. */
export function toFailure(thrown: unknown): Failure {
  if (thrown instanceof AutoWeaveError) return { code: thrown.code, message: thrown.message };
  if (thrown instanceof Error) return { code: 'AW_UNEXPECTED', message: thrown.message || thrown.name };
  return { code: 'AW_UNEXPECTED', message: `Thrown value is not an error: ${describeValue(thrown)}` };
}

/** One line for a terminal: `AW_PORT_IN_USE: Cannot listen on … Next: …`. */
export function formatError(thrown: unknown): string {
  const { code, message } = toFailure(thrown);
  const hint = thrown instanceof AutoWeaveError && thrown.hint !== undefined ? `. Next: ${thrown.hint}` : '';
  return `${code}: ${message}${hint}`;
}

function describeValue(value: unknown): string {
  try {
    return typeof value === 'string' ? `"${value.slice(0, 200)}"` : String(value).slice(0, 200);
  } catch {
    return typeof value;
  }
}
