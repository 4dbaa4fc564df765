export const MAX_KEY_BYTES = 256;
export const MAX_VALUE_BYTES = 65_536;
/** Of what one call sends in all: it has to fit into the outcome of a job. */
export const MAX_EFFECT_BYTES = 262_144;

/** Host functions that the host answers: the most bytes of each argument, which is a pointer and a length. */
export const HOST_FUNCTIONS = {
  kv_get: [MAX_KEY_BYTES],
  kv_set: [MAX_KEY_BYTES, MAX_VALUE_BYTES],
  kv_delete: [MAX_KEY_BYTES],
  queue_add: [MAX_EFFECT_BYTES],
  event_emit: [MAX_EFFECT_BYTES],
} as const;

export type HostFunction = keyof typeof HOST_FUNCTIONS;

/** The namespace of our own interface, and that of Extism's. */
export const OWN_NAMESPACE = 'autoweave';
export const CLASSIC_NAMESPACE = 'extism:host/env';

/** What an import of a host function that is answered gives back for "there is no such thing". */
export const ABSENT = -1;

/** Where the length of a refusal's text stands: `-2 - length`. */
export function refusalOf(length: number): number {
  return -2 - length;
}
