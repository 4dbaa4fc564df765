import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import * as typescriptOperations from '@graphql-codegen/typescript-operations';
import { type DocumentNode, Kind, parse, print, stripIgnoredCharacters } from 'graphql';

const TYPES = {
  avoidOptionals: { field: true },
  defaultScalarType: 'unknown',
  enumsAsTypes: true,
  immutableTypes: true,
  scalars: { DateTime: 'string', ID: 'string', JSON: 'unknown' },
  skipTypename: true,
};

/** The types of the schema, as resolvers see them. */
export async function generateSchemaTypes(sdl: string): Promise<string> {
  return codegen({
    config: TYPES,
    documents: [],
    filename: 'graphql.ts',
    pluginMap: { typescript },
    plugins: [{ typescript: {} }],
    schema: parse(sdl),
  });
}

/** The schema as a constant, so that a bundle or a moved file does not lose it. */
export function generateSdl(sdl: string): string {
  const escaped = sdl.trim().replaceAll(/[\\`]|\$\{/g, '\\$&');
  return `/** \`gateway.graphql\`, word for word. */\nexport const SDL = \`${escaped}\n\`;\n`;
}

/**
 * The operations of a client: for each the types of its result and its variables, and the operation itself as one
 * short line of text, which needs no parser in the browser. Fails where an operation does not fit the schema.
 */
export async function generateOperations(sdl: string, operations: string): Promise<string> {
  const document = parse(operations);
  const types = await codegen({
    config: TYPES,
    documents: [{ document, location: 'operations.graphql' }],
    filename: 'operations.ts',
    pluginMap: { typescriptOperations },
    plugins: [{ typescriptOperations: {} }],
    schema: parse(sdl),
  });
  return `${types}\n${DOCUMENT_TYPE}\n${generateDocuments(document)}`;
}

const DOCUMENT_TYPE = `/** The text of an operation; it remembers the types of its result and its variables. */
export type OperationDocument<Result, Variables> = string & { readonly __operation?: (variables: Variables) => Result };
`;

function generateDocuments(document: DocumentNode): string {
  const lines = document.definitions.map((definition) => {
    if (definition.kind !== Kind.OPERATION_DEFINITION || definition.name === undefined) return '';
    const name = definition.name.value;
    const type = name + definition.operation.charAt(0).toUpperCase() + definition.operation.slice(1);
    const text = stripIgnoredCharacters(withFragments(print(definition), document));
    return `export const ${name}Document: OperationDocument<${type}, ${type}Variables> = ${JSON.stringify(text)};\n`;
  });
  return lines.join('\n');
}

/** The operation with the fragments that it spreads, and those that they spread, in the order of the document. */
function withFragments(operation: string, document: DocumentNode): string {
  const fragments = new Map(
    document.definitions
      .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((definition) => [definition.name.value, print(definition)]),
  );
  const needed = new Set<string>();
  const visit = (text: string): void => {
    for (const [, name = ''] of text.matchAll(/\.\.\.\s*([A-Za-z_]\w*)/g)) {
      if (!fragments.has(name) || needed.has(name)) continue;
      needed.add(name);
      visit(fragments.get(name) ?? '');
    }
  };
  visit(operation);
  return [operation, ...[...fragments].filter(([name]) => needed.has(name)).map(([, text]) => text)].join('\n');
}
