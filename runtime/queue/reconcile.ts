import type { Bus, Stored } from '../bus/bus.ts';
import { readGone } from './gone-notes.ts';
import type { Home } from './home.ts';
import { decodeOutcome, OPERATOR, outcomeSubject, type RecordState } from './outcome-record.ts';

/** What JOBLOG says of a home, seen by one worker. */
export interface Reconciled {
  /** Last sequence under its name; 0 when there is none. */
  readonly sequence: number;
  /** Another worker has written there. */
  readonly isLost: boolean;
  /** Places that this worker has written. */
  readonly ours: ReadonlySet<number>;
  /** Places that an operator has ended, in the pack or as it left it. */
  readonly operators: ReadonlySet<number>;
  /** Places that another worker has ended or moved. */
  readonly others: ReadonlySet<number>;
  /** How often this very message has begun on probation. */
  readonly begun: number;
}

const PAGE = 1_000;
const OF_OPERATORS: readonly RecordState[] = ['cancelled', 'removed'];

/** Reads all records of a home. Those of an earlier job of the same id count for nothing. */
export async function reconcile(
  { bus, tenant, queue }: { readonly bus: Bus; readonly tenant: string; readonly queue: string },
  home: Home,
  worker: string,
): Promise<Reconciled> {
  const filter = outcomeSubject(tenant, queue, '*', '*', home.name);
  const [records, gone] = await Promise.all([
    readAll(bus, filter),
    home.isPack ? readGone({ bus, tenant, queue }, home.delivery.sequence) : [],
  ]);
  const incarnation = home.entries[0]?.u;
  const ours = new Set<number>();
  const operators = new Set<number>(gone);
  const others = new Set<number>();
  let isLost = false;
  let begun = 0;
  for (const stored of records) {
    const record = decodeOutcome(stored.body);
    if (record === undefined) continue;
    if (record.b === home.delivery.sequence) begun++;
    const entries = record.j.filter((entry) => home.isPack || entry.u === incarnation);
    if (!home.isPack && entries.length === 0) continue;
    const state = stored.subject.split('.')[4] as RecordState;
    const isOperators = record.w === OPERATOR || OF_OPERATORS.includes(state);
    const found = isOperators ? operators : record.w === worker ? ours : others;
    for (const { i = 0 } of entries) found.add(i);
    if (!isOperators && record.w !== worker) isLost = true;
  }
  return { sequence: records.at(-1)?.sequence ?? 0, isLost, ours, operators, others, begun };
}

/** Mostly a few; thousands where the same id is used again and again within the time that the log keeps. */
async function readAll(bus: Bus, filter: string): Promise<readonly Stored[]> {
  const found: Stored[] = [];
  while (true) {
    const page = await bus.page('JOBLOG', { from: (found.at(-1)?.sequence ?? 0) + 1, filter, limit: PAGE });
    found.push(...page);
    if (page.length < PAGE) return found;
  }
}
