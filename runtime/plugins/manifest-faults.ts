import { SHARED_SCHEMAS } from '../../proto/generated/messages.ts';
import { didYouMean } from '../errors/did-you-mean.ts';
import { quote } from './quote.ts';
import { faultOfText, type TextSchema, wordsOf } from './text-words.ts';

/**
 * Where a manifest that breaks its schema does so, in words for whoever wrote it, one after the other: who reads on pays
 * for no more than that. The validator decides; this only says why, and knows the keywords that the two schemas have.
 */
export function findManifestFaults(value: unknown): Iterable<string> {
  return faultsIn('', value, { $ref: 'plugin-manifest.schema.json' });
}

interface Schema extends TextSchema {
  readonly $ref?: string;
  readonly type?: Kind;
  readonly enum?: readonly string[];
  readonly oneOf?: readonly Schema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Schema;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly propertyNames?: Schema;
  readonly additionalProperties?: Schema | false;
  readonly maxProperties?: number;
}

type Kind = keyof typeof KINDS;
const KINDS = {
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  null: 'null',
  array: 'a list',
  object: 'an object',
} as const;

function* faultsIn(place: string, value: unknown, schema: Schema): Iterable<string> {
  const at = place === '' ? 'it' : place;
  const kind = kindOf(value);
  if (schema.$ref !== undefined) yield* faultsIn(place, value, sharedSchema(schema.$ref));
  else if (schema.oneOf !== undefined) {
    const meant = schema.oneOf.find(({ type }) => type === kind);
    if (meant !== undefined) yield* faultsIn(place, value, meant);
    else yield wrongKind(at, kind, schema.oneOf);
  } else if (schema.enum !== undefined) {
    if (kind !== 'string') yield wrongKind(at, kind, [{ type: 'string' }]);
    else if (!schema.enum.includes(value as string)) {
      yield `${at} is ${quote(value as string)}, and should be ${listChoices(schema.enum)}`;
    }
  } else if (schema.type !== kind) yield wrongKind(at, kind, [schema]);
  else if (kind === 'string') {
    const fault = faultOfText(value as string, schema);
    if (fault !== undefined) yield `${at} ${fault}`;
  } else if (kind === 'integer') {
    const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = schema;
    const number = value as number;
    if (number < minimum || number > maximum) yield `${at} is ${number}, and should be ${minimum} to ${maximum}`;
  } else if (kind === 'array') yield* faultsInList(place, value as readonly unknown[], schema);
  else yield* faultsInObject(place, value as Readonly<Record<string, unknown>>, schema);
}

function* faultsInList(place: string, list: readonly unknown[], schema: Schema): Iterable<string> {
  const { maxItems = Number.POSITIVE_INFINITY, items } = schema;
  if (list.length > maxItems) yield `${place} has ${list.length} items of at most ${maxItems}`;
  if (items === undefined) return;
  for (const [index, item] of list.entries()) yield* faultsIn(`${place}/${index}`, item, items);
}

function* faultsInObject(place: string, object: Readonly<Record<string, unknown>>, schema: Schema): Iterable<string> {
  const { properties = {}, required = [], propertyNames, additionalProperties, maxProperties } = schema;
  const at = place === '' ? 'it' : place;
  const names = Object.keys(object);
  if (maxProperties !== undefined && names.length > maxProperties) {
    yield `${at} has ${names.length} fields of at most ${maxProperties}`;
  }
  const absent = Object.keys(properties).filter((name) => !Object.hasOwn(object, name));
  /** Fields that are there under a name that is not quite theirs. */
  const meant = new Set<string>();
  for (const name of names) {
    const within = `${place}/${quote(name).slice(1, -1)}`;
    if (Object.hasOwn(properties, name)) yield* faultsIn(within, object[name], properties[name]!);
    else if (additionalProperties === false) {
      const near = didYouMean(name, absent);
      yield `${at} has an unknown field ${quote(name)}${near === undefined ? '' : ` (did you mean "${near}"?)`}`;
      if (near === undefined) continue;
      meant.add(near);
      yield* faultsIn(within, object[name], properties[near]!);
    } else {
      const fault = propertyNames && faultOfText(name, propertyNames);
      if (fault !== undefined) yield `${at} has a field ${quote(name)}, and its name should be ${wordsOfName(schema)}`;
      else if (additionalProperties !== undefined) yield* faultsIn(within, object[name], additionalProperties);
    }
  }
  for (const name of required) {
    if (!Object.hasOwn(object, name) && !meant.has(name)) yield `${at} has no ${quote(name)}`;
  }
}

function wordsOfName({ propertyNames = {} }: Schema): string {
  return wordsOf(propertyNames.pattern ?? '', propertyNames);
}

function kindOf(value: unknown): Kind {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (Number.isInteger(value)) return 'integer';
  return typeof value as Kind;
}

function wrongKind(at: string, found: Kind, allowed: readonly Schema[]): string {
  const kinds = allowed.map(({ type }) => (type === undefined ? 'something else' : KINDS[type]));
  return `${at} is ${KINDS[found]}, and should be ${listChoices(kinds)}`;
}

function listChoices(choices: readonly string[]): string {
  return choices.length < 2 ? choices.join() : `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`;
}

function sharedSchema(file: string): Schema {
  const schemas: readonly unknown[] = Object.values(SHARED_SCHEMAS);
  return schemas.find((schema) => (schema as { readonly $id: string }).$id === `schemas/${file}`) as Schema;
}
