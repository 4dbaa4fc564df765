import { setTimeout as pause } from 'node:timers/promises';
import type { Bus } from '../../../runtime/bus/bus.ts';
import { packedId, parsePackHome } from '../../../runtime/message/job-message.ts';
import { decodeKey } from '../../../runtime/message/key.ts';
import { decodeOutcome } from '../../../runtime/queue/outcome-record.ts';
import { readAll } from '../observer.ts';
import { EFFECT_TYPE, TENANT } from './autoweave-client.ts';
import { findJobViolations, type JobHistory, type JobViolation, mayHeal, type Outcome } from './job-violations.ts';
import type { QueueProcess } from './queue-process.ts';
import type { Added, ChaosData } from './words.ts';

/** After the last fault: many times a lease. */
const PATIENCE_MS = 40_000;
const STEP_MS = 100;
const ENDS = new Set(['completed', 'failed', 'cancelled', 'removed']);

/** Waits until nothing is missing any more; gives what is wrong at last, at once where no waiting helps. */
export async function settleJobs(
  bus: Bus,
  processes: readonly QueueProcess[],
  patienceMs = PATIENCE_MS,
): Promise<readonly JobViolation[]> {
  const end = performance.now() + patienceMs;
  while (true) {
    const found = findJobViolations(await readHistory(bus, acknowledgedBy(processes)));
    if (!found.every(mayHeal) || found.length === 0 || performance.now() > end) return found;
    await pause(STEP_MS);
  }
}

export function acknowledgedBy(processes: readonly QueueProcess[]): readonly Added[] {
  return processes.flatMap(({ words }) => words.filter((word) => word.kind === 'added'));
}

/** From the log alone, whatever the queue's own code says. */
export async function readHistory(bus: Bus, acknowledged: readonly Added[]): Promise<JobHistory> {
  const outcomes: Outcome[] = [];
  for await (const { subject, body } of readAll(bus, 'JOBLOG', `aw.${TENANT}.out.>`, 1)) {
    const [, , , , state = '', , token = ''] = subject.split('.');
    if (!ENDS.has(state)) continue;
    const home = decodeKey(token) ?? '';
    for (const { i, u = '', e, d, job } of decodeOutcome(body)?.j ?? []) {
      const { by, n } = (d ?? job?.d ?? {}) as Partial<ChaosData>;
      outcomes.push({
        id: i === undefined ? home : packedId(parsePackHome(home) ?? 0, i),
        incarnation: u,
        state,
        name: `${by} ${n}`,
        ...(e === undefined ? {} : { code: e.code }),
      });
    }
  }
  const effects = new Map<string, number>();
  for await (const { body } of readAll(bus, 'EVENTS', `aw.${TENANT}.evt.${EFFECT_TYPE}.>`, 1)) {
    const { id } = JSON.parse(new TextDecoder().decode(body)) as { id: string };
    effects.set(id, (effects.get(id) ?? 0) + 1);
  }
  const left = await bus.count('JOBS', `aw.${TENANT}.job.>`, 1);
  return { acknowledged, outcomes, effects, left };
}
