/**
 * Metadata on its way to the index's thread and back, and in its file, is JSON as text: it costs nothing to hand over,
 * and no depth of it can fail there.
 */
export type Packed<Memory extends { readonly metadata?: unknown }> = Omit<Memory, 'metadata'> & {
  readonly metadata?: string;
};

export function pack<Memory extends { readonly metadata?: unknown }>(memory: Memory): Packed<Memory> {
  const { metadata, ...rest } = memory;
  return metadata === undefined ? rest : { ...rest, metadata: JSON.stringify(metadata) };
}

export function unpack<Rest extends object>(packed: Rest & { readonly metadata?: string }) {
  const { metadata, ...rest } = packed;
  return metadata === undefined ? rest : { ...rest, metadata: JSON.parse(metadata) as Record<string, unknown> };
}
