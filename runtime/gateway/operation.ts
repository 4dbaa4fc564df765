import {
  type ASTVisitor,
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  type OperationTypeNode,
  parse,
  type SelectionSetNode,
  specifiedRules,
  type ValidationContext,
  validate,
} from 'graphql';
import { AutoWeaveError } from '../errors/errors.ts';
import type { GatewayLimits } from './limits.ts';

/** What a client sends, over HTTP or a websocket. */
export interface OperationRequest {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
}

/** Ready to be executed. */
export interface PreparedOperation {
  readonly document: DocumentNode;
  readonly operation: OperationTypeNode;
}

/** Reads and checks a document: its size, its shape against the schema, its depth and breadth. */
export function prepareOperation(
  schema: GraphQLSchema,
  { query, operationName }: OperationRequest,
  limits: GatewayLimits,
): PreparedOperation | readonly GraphQLError[] {
  let document: DocumentNode;
  try {
    document = parse(query, { maxTokens: limits.documentTokens, noLocation: false });
  } catch (error) {
    if (error instanceof GraphQLError) return [error];
    throw error;
  }
  const errors = validate(schema, document, [...specifiedRules, (context) => boundSelections(context, limits)]);
  if (errors.length > 0) return errors;
  const operation = getOperationAST(document, operationName ?? undefined);
  if (operation) return { document, operation: operation.operation };
  return [new GraphQLError('Cannot tell which operation to run: give `operationName`')];
}

/**
 * A request from parsed JSON.
 *
 * @throws AW_QUERY_INVALID
 */
export function readOperationRequest(body: unknown): OperationRequest {
  const { query, operationName, variables } = isObject(body) ? body : {};
  if (typeof query !== 'string') throw invalid('`query` is no text');
  if (operationName != null && typeof operationName !== 'string') throw invalid('`operationName` is no text');
  if (variables != null && !isObject(variables)) throw invalid('`variables` is no object');
  return { query, operationName: operationName ?? null, variables: variables ?? null };
}

/** Operations are as deep and broad as what they select, fragments included. */
function boundSelections(context: ValidationContext, limits: GatewayLimits): ASTVisitor {
  return {
    OperationDefinition(operation) {
      const { depth, breadth } = measure(operation.selectionSet, context, new Map());
      if (depth > limits.depth) {
        context.reportError(new GraphQLError(`Operation is ${depth} fields deep, at most ${limits.depth} are allowed`));
      }
      if (breadth > limits.rootFields) {
        context.reportError(
          new GraphQLError(`Operation asks for ${breadth} root fields, at most ${limits.rootFields} are allowed`),
        );
      }
    },
  };
}

interface Measure {
  readonly depth: number;
  /** Fields of the outermost level. */
  readonly breadth: number;
}

/** @param known fragments that were measured, or are being measured (a cycle is another rule's to report) */
function measure(
  set: SelectionSetNode,
  context: ValidationContext,
  known: Map<FragmentDefinitionNode, Measure>,
): Measure {
  let depth = 0;
  let breadth = 0;
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) {
      const below = selection.selectionSet === undefined ? 0 : measure(selection.selectionSet, context, known).depth;
      depth = Math.max(depth, below + 1);
      breadth++;
      continue;
    }
    const inner =
      selection.kind === Kind.INLINE_FRAGMENT
        ? measure(selection.selectionSet, context, known)
        : measureFragment(context.getFragment(selection.name.value) ?? undefined, context, known);
    depth = Math.max(depth, inner.depth);
    breadth += inner.breadth;
  }
  return { depth, breadth };
}

function measureFragment(
  fragment: FragmentDefinitionNode | undefined,
  context: ValidationContext,
  known: Map<FragmentDefinitionNode, Measure>,
): Measure {
  if (fragment === undefined) return { depth: 0, breadth: 0 };
  const before = known.get(fragment);
  if (before !== undefined) return before;
  known.set(fragment, { depth: 0, breadth: 0 });
  const measured = measure(fragment.selectionSet, context, known);
  known.set(fragment, measured);
  return measured;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(what: string): AutoWeaveError {
  return new AutoWeaveError('AW_QUERY_INVALID', `Cannot read request: ${what}`, {
    hint: 'send {"query": "…", "variables": {…}} as JSON',
  });
}
