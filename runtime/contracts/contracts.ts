import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormatsModule from 'ajv-formats';
import { AutoWeaveError } from '../errors/errors.ts';
import type { Message } from '../message/message.ts';

/** A JSON Schema, draft 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Schemas of the data of messages, by message type. */
export interface Contracts {
  /** Makes a type known. The same schema again is harmless; another one for a known type is refused. */
  add(type: string, schema: JsonSchema): void;
  /** Makes a type known under this schema, whatever it had before. @throws AW_SCHEMA_INVALID */
  put(type: string, schema: JsonSchema): void;
  /** Makes a type unknown. */
  remove(type: string): void;
  has(type: string): boolean;
  types(): readonly string[];
  /**
   * @throws AW_TYPE_UNKNOWN when no schema is known for the type, AW_DATA_INVALID with the places that are wrong.
   */
  validate(type: string, data: unknown): void;
}

/** Errors shown of one message; the first few say enough. */
const MAX_SHOWN_ERRORS = 3;

// The package is CommonJS whose types say `default`: at run time the function is one of the two.
const addFormats = ('default' in addFormatsModule ? addFormatsModule.default : addFormatsModule) as (
  ajv: Ajv2020,
) => void;

/**
 * @param schemas by message type
 * @param shared schemas that others refer to by their `$id`
 */
export function createContracts(
  schemas: Readonly<Record<string, JsonSchema>>,
  shared: Readonly<Record<string, JsonSchema>> = {},
): Contracts {
  const ajv = new Ajv2020({
    allErrors: false,
    strict: false,
    addUsedSchema: false,
    logger: false,
    discriminator: true,
  });
  addFormats(ajv);
  // Messages refer to shared schemas by file, from the folder beside theirs; the validator takes that literally.
  for (const schema of Object.values(shared)) ajv.addSchema(schema, `../${String(schema['$id'])}`);
  const sources = new Map<string, JsonSchema>(Object.entries(schemas));
  // Compiled at first use: start-up pays only for what comes in.
  const validators = new Map<string, ValidateFunction>();

  const compile = (type: string, schema: JsonSchema): ValidateFunction => {
    try {
      return ajv.compile(schema);
    } catch (cause) {
      throw new AutoWeaveError('AW_SCHEMA_INVALID', `Cannot use schema of "${type}": ${(cause as Error).message}`, {
        hint: 'write a JSON Schema of draft 2020-12',
        cause,
      });
    }
  };

  return {
    add(type, schema) {
      const known = sources.get(type);
      if (known === undefined) {
        validators.set(type, compile(type, schema));
        sources.set(type, schema);
      } else if (JSON.stringify(known) !== JSON.stringify(schema)) {
        throw new AutoWeaveError('AW_SCHEMA_CONFLICT', `Cannot add schema of "${type}": another one has this type`, {
          hint: 'choose another message type',
        });
      }
    },
    put(type, schema) {
      if (validators.has(type) && JSON.stringify(sources.get(type)) === JSON.stringify(schema)) return;
      validators.set(type, compile(type, schema));
      sources.set(type, schema);
    },
    remove(type) {
      validators.delete(type);
      sources.delete(type);
    },
    has: (type) => sources.has(type),
    types: () => [...sources.keys()],
    validate(type, data) {
      let validator = validators.get(type);
      if (validator === undefined) {
        const schema = sources.get(type);
        if (schema === undefined)
          throw new AutoWeaveError('AW_TYPE_UNKNOWN', `Cannot check data: type "${type}" is unknown`);
        validator = compile(type, schema);
        validators.set(type, validator);
      }
      if (!validator(data)) {
        throw new AutoWeaveError(
          'AW_DATA_INVALID',
          `Data of "${type}" breaks its schema: ${describe(validator.errors)}`,
        );
      }
    },
  };
}

/** Checks the data of a message that has just come in. */
export function validateMessage(contracts: Contracts, message: Message): Message {
  contracts.validate(message.type, message.data);
  return message;
}

function describe(errors: readonly ErrorObject[] | null | undefined): string {
  const shown = (errors ?? []).slice(0, MAX_SHOWN_ERRORS).map((error) => {
    const extra = error.params['additionalProperty'];
    const found = typeof extra === 'string' ? ` ("${extra.slice(0, 64)}")` : '';
    return `${error.instancePath || '/'} ${error.message ?? error.keyword}${found}`;
  });
  return shown.join('; ') || 'no reason given';
}
