import { quote } from './quote.ts';

/**
 * A plugin's schemas are compiled by the host, and then check data that the plugin chose as well. So they may only say
 * what is checked in time proportional to the schema and the data: no reference (with which the work may double at each
 * step), no regular expression, no comparison of each item with each other, no format that takes long. And nothing that
 * would name or replace a schema of ours.
 */
export interface Finding {
  /** Schemas seen, those within others included. */
  readonly count: number;
  /** The place within the schema, and what is wrong there. */
  readonly problem: string | undefined;
}

/** @param most schemas that there may be */
export function findUnsafe(schema: unknown, most: number): Finding {
  let count = 0;

  const visit = (value: unknown, place: string, depth: number): string | undefined => {
    count++;
    if (count > most) return `${place} is one schema too many`;
    if (depth > MAX_DEPTH) return `${place} lies too deep`;
    // What is neither is told by the validator.
    if (typeof value !== 'object' || value === null) return undefined;
    for (const [keyword, content] of Object.entries(value)) {
      const at = `${place}/${keyword}`;
      if (keyword === 'format' && !FORMATS.has(content)) return `${at} is not one of ${[...FORMATS].join(', ')}`;
      const kind = KEYWORDS.get(keyword);
      if (kind === undefined) return `${place} has ${quote(keyword)}, which a plugin's schema can't have`;
      if (kind === 'plain' || typeof content !== 'object' || content === null) continue;
      const within: [key: string, schema: unknown][] = kind === 'schema' ? [['', content]] : Object.entries(content);
      for (const [key, inner] of within) {
        const problem = visit(inner, kind === 'schema' ? at : `${at}/${quote(key).slice(1, -1)}`, depth + 1);
        if (problem !== undefined) return problem;
      }
    }
    return undefined;
  };

  const problem = visit(schema, '', 0);
  return { count, problem };
}

const MAX_DEPTH = 16;

/** Each was tried with half a million characters, made to hold it up. */
const FORMATS: ReadonlySet<unknown> = new Set([
  'date',
  'time',
  'date-time',
  'duration',
  'uuid',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
  'uri',
]);

type Kind = 'plain' | 'schema' | 'schemas';

const KEYWORDS: ReadonlyMap<string, Kind> = new Map(
  Object.entries({
    plain: [
      '$schema',
      '$comment',
      'title',
      'description',
      'default',
      'examples',
      'deprecated',
      'readOnly',
      'writeOnly',
      'type',
      'enum',
      'const',
      'format',
      'minimum',
      'maximum',
      'exclusiveMinimum',
      'exclusiveMaximum',
      'multipleOf',
      'minLength',
      'maxLength',
      'required',
      'minProperties',
      'maxProperties',
      'minItems',
      'maxItems',
      'minContains',
      'maxContains',
    ],
    schema: ['additionalProperties', 'propertyNames', 'items', 'contains', 'not', 'if', 'then', 'else'],
    schemas: ['properties', 'prefixItems', 'allOf', 'anyOf', 'oneOf'],
  } satisfies Record<Kind, readonly string[]>).flatMap(([kind, keywords]) =>
    keywords.map((keyword): [string, Kind] => [keyword, kind as Kind]),
  ),
);
