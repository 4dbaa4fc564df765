/** A piece of a text; a found one is one of the words that were looked for. */
export interface ExcerptPart {
  readonly text: string;
  readonly isFound: boolean;
}

/** An excerpt, in which the found words stand between `[` and `]`, as its pieces. */
export function excerptParts(excerpt: string): readonly ExcerptPart[] {
  return excerpt
    .split(/(\[[^[\]]+\])/)
    .filter((text) => text !== '')
    .map((text) => {
      const isFound = text.length > 2 && text.startsWith('[') && text.endsWith(']');
      return { text: isFound ? text.slice(1, -1) : text, isFound };
    });
}
