/** A path as a shell takes it in one piece. */
export function quoted(path: string): string {
  return /^[\w./@+-]+$/.test(path) ? path : `"${path}"`;
}
