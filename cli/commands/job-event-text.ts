import type { JobEvent, JobEventType, JobResult } from '../../proto/generated/graphql.ts';
import { durationText } from '../duration-text.ts';
import type { Colour, Output } from '../output.ts';
import { sanitize } from '../text.ts';

const COLOURS: Readonly<Partial<Record<JobEventType, Colour>>> = {
  ACTIVE: 'cyan',
  COMPLETED: 'green',
  FAILED: 'red',
  RETRYING: 'yellow',
  STALLED: 'yellow',
  CANCELLED: 'yellow',
  REMOVED: 'yellow',
};
/** As long as the longest of them. */
const WIDTH = 'completed'.length;

/** One line: `2026-11-22T10:00:00.000Z  completed  3f-0  mail.send  attempt 2, 120 ms`. */
export function renderJobEvent(event: JobEvent, paint: Output['paint']): string {
  const word = event.type.toLowerCase().padEnd(WIDTH);
  const colour = COLOURS[event.type];
  const fields = [event.at, colour === undefined ? word : paint(colour, word), event.id, event.jobType];
  const detail = describeJobEvent(event);
  return [...fields.slice(0, 2), ...fields.slice(2).map(sanitize), ...(detail === '' ? [] : [detail])].join('  ');
}

/** What an event says beside its type: attempt, result, error, data. */
export function describeJobEvent({ attempt, result, data }: JobEvent): string {
  const parts = [
    ...(attempt === null ? [] : [`attempt ${attempt}`]),
    ...(result === null ? [] : [describeResult(result)]),
    ...(data === null ? [] : [typeof data === 'string' ? data : JSON.stringify(data)]),
  ];
  return sanitize(parts.filter((part) => part !== '').join(', '));
}

function describeResult({ success, error, duration }: JobResult): string {
  const took = durationText(duration);
  return success ? took : [took, error ?? ''].filter((part) => part !== '').join(', ');
}
