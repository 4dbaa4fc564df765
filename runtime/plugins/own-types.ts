import { type PluginManifest, SCHEMAS } from '../../proto/generated/messages.ts';
import { createContracts } from '../contracts/contracts.ts';
import { isMessageType } from '../message/subjects.ts';
import { findUnsafe } from './plain-schema.ts';

/** What is wrong with the job and event types that a plugin brings along, each with its place in the manifest. */
export function* findWrongTypes({ jobs = {}, events = {} }: PluginManifest): Iterable<string> {
  const contracts = createContracts({});
  let left = MAX_SCHEMAS;
  for (const [field, types] of Object.entries({ jobs, events })) {
    for (const [type, schema] of Object.entries(types)) {
      const place = `/${field}/${type}`;
      if (!isMessageType(type)) yield `${place} is not noun.verb`;
      else if (Object.hasOwn(SCHEMAS, type)) yield `${place} is a type of AutoWeave`;
      else if (contracts.has(type)) yield `${place} is a type of \`jobs\` as well`;
      else {
        const { count, problem } = findUnsafe(schema, left);
        left -= count;
        if (problem !== undefined) yield `${place}${problem}`;
        else {
          try {
            contracts.add(type, schema);
          } catch (error) {
            yield `${place} is no JSON Schema: ${(error as Error).message}`;
          }
        }
      }
    }
  }
}

/** Schemas and those within them, of one manifest: compiling takes half a millisecond for each. */
const MAX_SCHEMAS = 500;
