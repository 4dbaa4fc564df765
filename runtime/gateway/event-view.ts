import type { Event } from '../../proto/generated/graphql.ts';
import { AutoWeaveError } from '../errors/errors.ts';
import { ALL_TYPES, checkFilter, type EventFilter, type LoggedEvent } from './event-filter.ts';
import { traceIdOf } from './trace-id.ts';

/** Events of any kind as the schema shows them. */

/** Each makes every event a little dearer. */
const MAX_TYPES = 20;

/**
 * The filter that a client asks for; all events where it names no type.
 *
 * @throws AW_ARGUMENT_INVALID, AW_NAME_INVALID
 */
export function readEventFilter(tenant: string, types: readonly string[] | null | undefined): EventFilter {
  if (types == null || types.length === 0) return { tenant, types: [ALL_TYPES] };
  if (types.length > MAX_TYPES) {
    throw new AutoWeaveError('AW_ARGUMENT_INVALID', `Cannot look for ${types.length} types: at most ${MAX_TYPES}`, {
      hint: 'give patterns such as "agent.*", or no types at all',
    });
  }
  const filter = { tenant, types: [...new Set(types)] };
  checkFilter(filter);
  return filter;
}

export function toEvent({ key, message }: LoggedEvent, cursor: string): Event {
  const { id, type, source, time, data, traceparent } = message;
  return {
    id,
    cursor,
    type,
    subject: key,
    source,
    at: time,
    data: data ?? null,
    traceId: traceIdOf(traceparent),
  };
}
