import { compile } from 'json-schema-to-typescript';
import { type ContractSchema, type ContractSchemas, resolveRef } from './schemas.ts';

/**
 * The TypeScript of messages and jobs: a type for each schema, the maps from their types to their data, and the schemas
 * themselves, so that a validator needs no file at run time.
 */
export async function generateMessages(schemas: ContractSchemas): Promise<string> {
  return [await generateTypes(schemas), generateConstants(schemas)].join('\n');
}

/**
 * One document goes to the compiler, with every schema as a definition and references inside it: a definition that
 * two messages share then becomes one type.
 */
async function generateTypes({ envelope, messages, jobs, shared }: ContractSchemas): Promise<string> {
  const all = [...shared.values(), envelope, ...messages.values(), ...jobs.values()];
  const titles = new Map(all.map((schema) => [schema.$id, schema.title]));
  const document = {
    title: 'MessageData',
    description: 'The data of each message, by its type.',
    ...asMap(messages),
    definitions: {
      ...Object.fromEntries(all.map((schema) => [schema.title, asDefinition(schema, titles)])),
      JobData: { description: 'The data of each job, by its type.', ...asMap(jobs) },
    },
  };
  const types = await compile(document, 'MessageData', {
    bannerComment: '',
    format: false,
    ignoreMinAndMaxItems: true,
    unknownAny: true,
    unreachableDefinitions: true,
  });
  // The compiler notes for every definition which document it was in: here always the one that we made up.
  return types
    .replaceAll(ORIGIN_NOTE, '')
    .replaceAll('/**\n */\n', '')
    .replaceAll(/^}\n(?=\/\*\*|export)/gm, '}\n\n');
}

const ORIGIN_NOTE =
  /(?:^ \*\n)?^ \* This interface was referenced by `MessageData`'s JSON-Schema\n \* via the `definition` "\w+"\.\n/gm;

function asMap(schemas: ReadonlyMap<string, ContractSchema>) {
  return {
    type: 'object' as const,
    properties: Object.fromEntries([...schemas].map(([type, { title }]) => [type, { $ref: `#/definitions/${title}` }])),
    required: [...schemas.keys()],
    additionalProperties: false,
  };
}

/** A schema without its own identity, with its references turned to the document's definitions. */
function asDefinition({ $id, $schema, ...schema }: ContractSchema, titles: ReadonlyMap<string, string>): object {
  const text = JSON.stringify(schema, (key, value: unknown) => {
    if (isAnything(value)) return { ...value, tsType: 'unknown' };
    if (key !== '$ref' || typeof value !== 'string' || value.startsWith('#')) return value;
    const title = titles.get(resolveRef(value, $id));
    if (title === undefined) throw new Error(`Schema "${$id}" refers to "${value}", which no schema has as its $id`);
    return `#/definitions/${title}`;
  });
  return JSON.parse(text);
}

/** A schema that allows any value; the compiler would make an object of it. */
function isAnything(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const [only, ...more] = Object.keys(value);
  return (
    only === 'description' && more.length === 0 && typeof (value as { description: unknown }).description === 'string'
  );
}

function generateConstants({ envelope, messages, jobs, shared }: ContractSchemas): string {
  return `/** A JSON Schema as \`proto/\` has it; references lead to another schema's \`$id\`. */
export interface JsonSchema {
  readonly $id: string;
  readonly [keyword: string]: unknown;
}

/** By type, of messages and of jobs. */
export const SCHEMAS: Readonly<Record<keyof MessageData | keyof JobData, JsonSchema>> = ${JSON.stringify(Object.fromEntries([...messages, ...jobs]))};

/** Those of {@link SCHEMAS} that are jobs. */
export const JOB_TYPES: readonly (keyof JobData)[] = ${JSON.stringify([...jobs.keys()])};

/** What they refer to, by \`$id\`. */
export const SHARED_SCHEMAS: Readonly<Record<string, JsonSchema>> = ${JSON.stringify(Object.fromEntries(shared))};

export const ENVELOPE_SCHEMA: JsonSchema = ${JSON.stringify(envelope)};
`;
}
