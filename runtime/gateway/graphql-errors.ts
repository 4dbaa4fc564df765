import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { AutoWeaveError } from '../errors/errors.ts';
import type { Log } from '../telemetry/log.ts';

/**
 * An error as clients see it: `extensions.code` is stable, `extensions.hint` says what to do. What nobody foresaw is
 * logged and masked.
 */
export function formatGraphqlError(error: GraphQLError, log: Log): GraphQLFormattedError {
  const { message, path, locations } = error;
  const place = {
    ...(locations === undefined ? {} : { locations }),
    ...(path === undefined ? {} : { path }),
  };
  const cause = causeOf(error);
  if (cause instanceof AutoWeaveError) {
    return { message: cause.message, ...place, extensions: extensionsOf(cause) };
  }
  if (cause !== undefined) {
    log.error('graphql.failed', { path: path?.join('.'), error: cause });
    return { message: 'Something unforeseen went wrong', ...place, extensions: extensionsOf(INTERNAL) };
  }
  return { message, ...place, extensions: { code: 'AW_QUERY_INVALID', ...error.extensions } };
}

/** The same for an answer that no operation stands behind. */
export function formatRefusal(error: AutoWeaveError): { readonly errors: readonly GraphQLFormattedError[] } {
  return { errors: [{ message: error.message, extensions: extensionsOf(error) }] };
}

/** graphql-js wraps what resolvers throw, sometimes twice. */
function causeOf(error: GraphQLError): Error | undefined {
  let cause: Error | undefined = error;
  while (cause instanceof GraphQLError) cause = cause.originalError ?? undefined;
  return cause;
}

function extensionsOf({ code, hint }: { readonly code: string; readonly hint?: string | undefined }) {
  return hint === undefined ? { code } : { code, hint };
}

const INTERNAL = { code: 'AW_INTERNAL', hint: 'look into the log of AutoWeave, at graphql.failed' };
