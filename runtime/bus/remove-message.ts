import type { StreamName } from './bus.ts';
import { type ApiFailure, classifyRefusal, unavailable } from './bus-errors.ts';
import { getFromLeader, type PageParts } from './log-pages.ts';

const ANSWER_MS = 5_000;

/** Removes one message. The server has several errors for one that is not there: look instead of knowing them all. */
export async function removeMessage(parts: PageParts, stream: StreamName, sequence: number): Promise<void> {
  const query = new TextEncoder().encode(JSON.stringify({ seq: sequence }));
  const answer = await parts.requester.request(`$JS.API.STREAM.MSG.DELETE.${stream}`, query, undefined, ANSWER_MS);
  const { error } = answer.json<{ error?: ApiFailure }>();
  if (error === undefined || (await getFromLeader(parts, stream, { seq: sequence })) === undefined) return;
  const refusal = classifyRefusal(stream, error);
  throw typeof refusal === 'string' ? unavailable(error.description) : refusal;
}
