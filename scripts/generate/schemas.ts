import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path/posix';

/** A JSON Schema of the contract, as it is written. */
export interface ContractSchema {
  readonly $id: string;
  readonly title: string;
  readonly [keyword: string]: unknown;
}

/** The JSON Schemas below `proto/`. Messages and the data of jobs by type, shared definitions by `$id`. */
export interface ContractSchemas {
  readonly envelope: ContractSchema;
  readonly messages: ReadonlyMap<string, ContractSchema>;
  readonly jobs: ReadonlyMap<string, ContractSchema>;
  readonly shared: ReadonlyMap<string, ContractSchema>;
}

const ENDING = '.schema.json';

/** Reads the schemas; throws where one does not say who it is, since types and validators are found by that. */
export function readSchemas(proto: string): ContractSchemas {
  const messages = readFolder(join(proto, 'messages'));
  const jobs = readFolder(join(proto, 'jobs'));
  for (const [type, schema] of [...messages, ...jobs]) {
    if (schema.$id !== type) throw new Error(`Schema of "${type}" has $id "${schema.$id}"; they must agree`);
  }
  // One registry holds both, and a type says by itself what its data is.
  const twice = [...jobs.keys()].find((type) => messages.has(type));
  if (twice !== undefined) throw new Error(`"${twice}" is both a message and a job; choose another type for one`);
  const shared = [...readFolder(join(proto, 'schemas')).values()].map((schema) => [schema.$id, schema] as const);
  return { envelope: readSchema(join(proto, `envelope${ENDING}`)), messages, jobs, shared: new Map(shared) };
}

/**
 * The `$id` that a `$ref` means: it is relative to the `$id` of the schema that holds it, as a link to its page. Steps
 * above the root stay at the root (RFC 3986, 5.2.4), so that one reference serves both files and identifiers.
 */
export function resolveRef(ref: string, from: string): string {
  return join(dirname(from), ref).replace(/^(\.\.\/)+/, '');
}

function readFolder(folder: string): Map<string, ContractSchema> {
  const files = readdirSync(folder).filter((name) => name.endsWith(ENDING));
  return new Map(files.sort().map((name) => [basename(name, ENDING), readSchema(join(folder, name))]));
}

function readSchema(file: string): ContractSchema {
  const schema: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (typeof schema !== 'object' || schema === null || !('$id' in schema) || !('title' in schema)) {
    throw new Error(`Schema "${file}" lacks $id or title`);
  }
  if (typeof schema.$id !== 'string' || typeof schema.title !== 'string' || !/^[A-Z]\w*$/.test(schema.title)) {
    throw new Error(`Schema "${file}" needs a title that can name a type, such as "DeviceAttached"`);
  }
  return { ...schema, $id: schema.$id, title: schema.title };
}
