import type { Outgoing } from '../bus/bus.ts';
import type { Home, WaitingOutcome } from './home.ts';
import { outcomeSubject, type RecordState } from './outcome-record.ts';
import type { OneQueue } from './queue-parts.ts';

/** Outcomes of one home as messages of JOBLOG. */
export interface Write {
  readonly home: Home;
  readonly outcomes: readonly WaitingOutcome[];
}

const MAX_CHAR_BYTES = 3;
/** Of one, beside its body: subject, headers. */
const MAX_EFFECT_BYTES = 8 * 1024;
/** Of the record, beside its outcome and its effects. */
const AROUND_BYTES = 200;

/**
 * Bytes of the message of one outcome that has it for itself.
 *
 * @param most where it is fewer for sure, it is not counted
 */
export function bytesOf({ json, effects }: Pick<WaitingOutcome, 'json' | 'effects'>, most: number): number {
  const lengths = effects.reduce((sum, { body }) => sum + 2 * body.length, json.length);
  const atMost = MAX_CHAR_BYTES * lengths + effects.length * MAX_EFFECT_BYTES + AROUND_BYTES;
  if (atMost <= most) return atMost;
  return Buffer.byteLength(json) + Buffer.byteLength(JSON.stringify(effects)) + AROUND_BYTES;
}

/** Outcomes of one kind share a message; a failed one has its own, since it is kept and tried again by itself. */
export function toMessages(
  { tenant, queue }: OneQueue,
  worker: string,
  { home, outcomes }: Write,
): readonly Outgoing[] {
  const groups: { state: RecordState; outcomes: WaitingOutcome[]; hasEffects: boolean }[] = [];
  for (const outcome of outcomes) {
    const hasEffects = outcome.effects.length > 0;
    const open =
      outcome.state === 'failed'
        ? undefined
        : groups.find((group) => group.state === outcome.state && group.hasEffects === hasEffects);
    if (open) open.outcomes.push(outcome);
    else groups.push({ state: outcome.state, outcomes: [outcome], hasEffects });
  }
  return groups.map(({ state, outcomes: grouped, hasEffects }, index) => {
    const effects = hasEffects ? `,"x":${JSON.stringify(grouped.flatMap((one) => one.effects))}` : '';
    return {
      subject: outcomeSubject(tenant, queue, state, hasEffects, home.name),
      body: Buffer.from(`{"w":"${worker}","j":[${grouped.map(({ json }) => json).join(',')}]${effects}}`),
      // The others follow the first in one piece.
      ...(index > 0
        ? {}
        : { expectLastSequence: home.sequence, expectLastOn: outcomeSubject(tenant, queue, '*', '*', home.name) }),
    };
  });
}
