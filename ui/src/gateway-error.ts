/** An error that the reader sees: a stable code, a sentence, and what to do next. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly code: string;
  readonly hint: string | null;

  constructor(
    code: string,
    message: string,
    options: { readonly hint?: string | null; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint ?? null;
  }
}

/** The token is missing or was refused. */
export const REFUSED = 'AW_TOKEN_REFUSED';
export const UNREACHABLE = 'AW_GATEWAY_UNREACHABLE';
export const TIMED_OUT = 'AW_GATEWAY_TIMEOUT';
const UNREADABLE = 'AW_GATEWAY_ANSWER';

/** The first of a GraphQL answer's errors; whatever else comes as `errors` still becomes an error that can be shown. */
export function fromGraphqlErrors(errors: unknown): GatewayError {
  const first: unknown = Array.isArray(errors) ? errors[0] : errors;
  if (!isRecord(first) || typeof first.message !== 'string') return unreadableAnswer('an error without a message');
  const extensions = isRecord(first.extensions) ? first.extensions : {};
  const { code, hint } = extensions;
  return new GatewayError(typeof code === 'string' ? code : 'AW_UNEXPECTED', first.message, {
    hint: typeof hint === 'string' ? hint : null,
  });
}

export function unreadableAnswer(found: string, cause?: unknown): GatewayError {
  return new GatewayError(UNREADABLE, `The gateway's answer cannot be read: ${found}`, {
    hint: 'Reload the page; it may be older than the gateway',
    cause,
  });
}

/** A hint as a sentence of its own; a command at its beginning stays as it is typed. */
export function hintSentence(hint: string): string {
  return hint.startsWith('autoweave ') ? hint : hint.replace(/^[a-z]/, (first) => first.toUpperCase());
}

/** Anything thrown as an error that can be shown. */
export function toGatewayError(thrown: unknown): GatewayError {
  if (thrown instanceof GatewayError) return thrown;
  return new GatewayError('AW_UNEXPECTED', thrown instanceof Error ? thrown.message : String(thrown), {
    cause: thrown,
  });
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
