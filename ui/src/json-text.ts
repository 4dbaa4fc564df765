/** So much of a text is shown; a body may be a megabyte. */
const SHOWN_MAX = 20_000;

/** A body for reading: indented when it is JSON, as it came when it is not. */
export function bodyText(body: string): string {
  if (body === '') return '(empty)';
  return shorten(indent(body) ?? body);
}

/** Any value as indented JSON. */
export function valueText(value: unknown): string {
  return shorten(JSON.stringify(value, null, 2) ?? 'undefined');
}

function indent(body: string): string | null {
  // A sequence number beyond 2^53 would not survive being parsed and written again.
  if (body.length > SHOWN_MAX || /\d{16}/.test(body)) return null;
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return null;
  }
}

function shorten(text: string): string {
  if (text.length <= SHOWN_MAX) return text;
  return `${text.slice(0, SHOWN_MAX)}\n… ${text.length - SHOWN_MAX} more characters`;
}
