import { fnv1a32 } from '../clock/seeded-random.ts';
import { compileFilter } from './subject-filter.ts';

/**
 * What the server's subject transform does, as far as {@link import('../bus/streams.ts').STREAMS} uses it:
 * `{{wildcard(n)}}` and `{{partition(count,n,…)}}` in place of whole tokens.
 */
export function compileTransform(transform: {
  readonly src: string;
  readonly dest: string;
}): (subject: string) => string {
  const applies = compileFilter(transform.src);
  const wildcards = transform.src.split('.').flatMap((token, index) => (token === '*' ? [index] : []));
  const parts = transform.dest.split(/\.(?![^{]*\}\})/).map(compileToken);
  return (subject) => {
    if (!applies(subject)) return subject;
    const tokens = subject.split('.');
    const values = wildcards.map((index) => tokens[index]!);
    return parts.map((part) => part(values)).join('.');
  };
}

/** The partition that the server gives: FNV-1a, 32 bits, over the tokens put together. */
export function partitionOf(count: number, tokens: readonly string[]): number {
  return fnv1a32(tokens.join('')) % count;
}

function compileToken(token: string): (values: readonly string[]) => string {
  const call = /^\{\{(wildcard|partition)\(([\d,\s]+)\)\}\}$/.exec(token);
  if (call === null) return () => token;
  const numbers = call[2]!.split(',').map(Number);
  if (call[1] === 'wildcard') return (values) => values[numbers[0]! - 1] ?? '';
  const [count, ...which] = numbers;
  return (values) =>
    String(
      partitionOf(
        count!,
        which.map((at) => values[at - 1] ?? ''),
      ),
    );
}
