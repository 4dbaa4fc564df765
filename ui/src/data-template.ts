import { isRecord } from './gateway-error.ts';

/** Deep enough for data of jobs; a schema that refers to itself ends here too. */
const DEPTH_MAX = 4;

/** Data to begin with, from a JSON Schema: what is required, with the simplest values that it names. */
export function dataTemplate(schema: unknown, depth = 0): unknown {
  if (!isRecord(schema) || depth > DEPTH_MAX) return {};
  if ('const' in schema) return schema.const;
  if ('default' in schema) return schema.default;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  if (Array.isArray(schema.examples) && schema.examples.length > 0) return schema.examples[0];
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  switch (type) {
    case 'string':
      return '';
    case 'integer':
    case 'number':
      return typeof schema.minimum === 'number' ? schema.minimum : 0;
    case 'boolean':
      return false;
    case 'null':
      return null;
    case 'array':
      return typeof schema.minItems === 'number' && schema.minItems > 0 ? [dataTemplate(schema.items, depth + 1)] : [];
    default:
      return requiredOf(schema, depth);
  }
}

function requiredOf(schema: Readonly<Record<string, unknown>>, depth: number): Readonly<Record<string, unknown>> {
  const properties = isRecord(schema.properties) ? schema.properties : {};
  const required = Array.isArray(schema.required) ? schema.required : [];
  return Object.fromEntries(required.map((name) => [String(name), dataTemplate(properties[String(name)], depth + 1)]));
}
