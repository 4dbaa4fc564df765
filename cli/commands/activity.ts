import type { ActorActivity } from '../../proto/generated/graphql.ts';
import { durationText } from '../duration-text.ts';
import type { Colour } from '../output.ts';

/** What the gateway tells of a key's doing, as the selection of a query. */
export const ACTIVITY = `
  status depth lagMs owner
  current { id type sequence attempt }
  problem { code message }
  timers { id due recurrence missed type data }
`;

const COLOURS: Readonly<Record<string, Colour>> = {
  RUNNING: 'green',
  WAITING: 'yellow',
  PAUSED: 'yellow',
  BLOCKED: 'red',
};

/** The colour of a status in a table. */
export function statusColour(text: string): Colour | undefined {
  return COLOURS[text];
}

/** One line: `PAUSED, 3 messages wait, the oldest for 12 s`. */
export function activityText(activity: ActorActivity | null): string {
  if (activity === null) return 'its owner does not answer';
  const { status, depth, lagMs, problem } = activity;
  const oldest = durationText(lagMs);
  const mailbox = [
    depth === 0 ? 'no message waits' : depth === 1 ? '1 message waits' : `${depth} messages wait`,
    ...(depth === 0 || oldest === '' ? [] : [`the oldest for ${oldest}`]),
  ];
  return [status, ...mailbox, ...(problem === null ? [] : [`${problem.code}: ${problem.message}`])].join(', ');
}
