const UUID = /[0-9a-f]{8}(?=-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;
const DIGEST = /[0-9a-f]{32,}/gi;

/** An id that a row has room for: long random parts are cut to their beginnings, as the command line takes them. */
export function shortId(id: string): string {
  return id.replace(UUID, (uuid) => uuid.slice(0, 8)).replace(DIGEST, (digest) => `${digest.slice(0, 12)}…`);
}
