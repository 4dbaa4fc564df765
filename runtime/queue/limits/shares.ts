/**
 * Who may run how many jobs of a queue at once: the division of its global concurrency over processes. Pure.
 *
 * The record stands in the log and changes by compare-and-set only. Its sum is at most its limit, except for a while
 * after the limit was lowered. Three rules keep that true for what runs, too:
 *
 * - Only a process itself lowers its share, and it stops before it writes. So what it has read is never too much.
 * - Anybody may raise anybody's share, as far as something is free.
 * - Anybody may remove a process whose lease is gone; see `lease.ts` for what that process then has to do.
 */

/** What one process has; or one of its workers, where it has several for a queue. */
export interface Portion {
  readonly process: string;
  /** Jobs that it may have at work. */
  readonly share: number;
  /** Jobs that it would have at work if it could, when it last wrote. */
  readonly want: number;
}

export interface Shares {
  readonly limit: number;
  /** In the order of service: who comes first gets what can't be divided, who has had its turn goes to the end. */
  readonly portions: readonly Portion[];
}

/** What a process knows of itself when it plans. */
export interface Situation {
  readonly process: string;
  /** What the limit shall be; that of the record when absent. */
  readonly limit?: number;
  /** Jobs at work now. */
  readonly running: number;
  readonly want: number;
  /** It has had its turn: others that have nothing come first. */
  readonly isYielding?: boolean;
  /** Processes whose lease is gone. */
  readonly gone?: ReadonlySet<string>;
}

export interface Plan {
  /** At most so many at work here from now on, whether or not the record says so already. */
  readonly ceiling: number;
  readonly next: Shares;
  /** Whether there is anything to write. */
  readonly isNeeded: boolean;
  /** Somebody else has less than its due. */
  readonly othersLack: boolean;
  /** Somebody else has nothing, and gets nothing until somebody ends its turn. */
  readonly othersStarve: boolean;
}

export function shareOf(shares: Shares | undefined, process: string): number {
  return shares?.portions.find((portion) => portion.process === process)?.share ?? 0;
}

/** What each should have: as much as it wants, and equal parts where that is too much. The sum is at most the limit. */
export function divide(limit: number, portions: readonly Portion[]): ReadonlyMap<string, number> {
  const due = new Map(portions.map(({ process }) => [process, 0]));
  let waiting = portions.filter(({ want }) => want > 0);
  let left = limit;
  while (waiting.length > 0) {
    const equal = Math.floor(left / waiting.length);
    const modest = waiting.filter(({ want }) => want <= equal);
    const served = modest.length > 0 ? modest : waiting;
    for (const { process, want } of served) {
      due.set(process, Math.min(want, equal));
      left -= Math.min(want, equal);
    }
    waiting = waiting.filter((portion) => !served.includes(portion));
  }
  for (const { process, want } of portions) {
    const part = due.get(process) ?? 0;
    if (left === 0 || part >= want) continue;
    due.set(process, part + 1);
    left--;
  }
  return due;
}

/** What a process does about its share, and about what is free. Planning again after it is written changes nothing. */
export function planShares(shares: Shares, me: Situation): Plan {
  const limit = me.limit ?? shares.limit;
  const portions = place(shares, me, Math.min(me.want, limit));
  const due = divide(limit, portions);
  const dueOf = ({ process }: Portion) => due.get(process) ?? 0;

  const mine = portions.find(({ process }) => process === me.process);
  const held = mine?.share ?? 0;
  const spare = Math.max(0, held - (mine ? dueOf(mine) : 0));
  const others = portions.filter(({ process }) => process !== me.process);
  const lack = sum(others.map((portion) => Math.max(0, dueOf(portion) - portion.share)));
  const free = limit - sum(portions.map(({ share }) => share));
  // What nobody else needs is kept, so that a pause in the work costs no writes.
  const ceiling = held - Math.min(spare, Math.max(0, lack - free));

  const lowered = Math.max(ceiling, Math.min(me.running, held));
  const granted = grant(
    portions.map((portion) => (portion === mine ? { ...portion, share: lowered } : portion)),
    dueOf,
    free + held - lowered,
    me.process,
  );
  const next = { limit, portions: granted.filter(({ share, want }) => share > 0 || want > 0) };
  return {
    ceiling,
    next,
    isNeeded: isNeeded(shares, next, due, me),
    othersLack: others.some((portion) => portion.want > portion.share),
    othersStarve: others.some((portion) => portion.want > 0 && portion.share === 0 && dueOf(portion) === 0),
  };
}

/** The record without a process, for one that goes; it leaves the places of jobs that still run, if it is told to. */
export function planLeave(shares: Shares, process: string, running: number): Shares {
  const share = Math.min(running, shareOf(shares, process));
  const others = shares.portions.filter((portion) => portion.process !== process);
  const portions = share > 0 ? [...others, { process, share, want: 0 }] : others;
  const due = divide(shares.limit, portions);
  const free = shares.limit - sum(portions.map((portion) => portion.share));
  return { limit: shares.limit, portions: grant(portions, (portion) => due.get(portion.process) ?? 0, free) };
}

/** Those that are there, with what this process wants now, in the order of service. */
function place(shares: Shares, me: Situation, want: number): readonly Portion[] {
  const there = shares.portions.filter(({ process }) => process === me.process || !me.gone?.has(process));
  const known = there.find(({ process }) => process === me.process);
  const mine = { process: me.process, share: known?.share ?? 0, want };
  if (known === undefined) return want > 0 ? [...there, mine] : there;
  if (me.isYielding) return [...there.filter((portion) => portion !== known), mine];
  return there.map((portion) => (portion === known ? mine : portion));
}

/** Gives what is free to those that have less than their due, those first that have least. */
function grant(
  portions: readonly Portion[],
  dueOf: (portion: Portion) => number,
  free: number,
  grower?: string,
): readonly Portion[] {
  let left = Math.max(0, free);
  const added = new Map<string, number>();
  for (const portion of [...portions].sort((one, other) => one.share - other.share)) {
    const more = Math.min(left, Math.max(0, dueOf(portion) - portion.share));
    added.set(portion.process, more);
    left -= more;
  }
  const mine = portions.find(({ process }) => process === grower);
  if (mine !== undefined && mine.want > mine.share) {
    // As much again, while nobody needs it: one that grows step by step should not write at each step.
    const more = added.get(mine.process) ?? 0;
    added.set(mine.process, more + Math.min(left, mine.share + more));
  }
  return portions.map((portion) => ({ ...portion, share: portion.share + (added.get(portion.process) ?? 0) }));
}

function isNeeded(before: Shares, after: Shares, due: ReadonlyMap<string, number>, me: Situation): boolean {
  if (before.limit !== after.limit) return true;
  if (before.portions.some(({ process }) => process !== me.process && me.gone?.has(process))) return true;
  if (after.portions.some(({ process, share }) => share !== shareOf(before, process))) return true;
  // What one wants is news only where there is not enough; else each job would be a write.
  const mineBefore = before.portions.find(({ process }) => process === me.process);
  const mineAfter = after.portions.find(({ process }) => process === me.process);
  if (isLacking(mineAfter) && !isLacking(mineBefore)) return true;
  if (isLacking(mineBefore) && (mineAfter?.want ?? 0) === 0) return true;
  const dueBefore = divide(before.limit, before.portions);
  return after.portions.some(isLacking) && [...due].some(([process, part]) => part !== (dueBefore.get(process) ?? 0));
}

function isLacking(portion: Portion | undefined): boolean {
  return portion !== undefined && portion.want > portion.share;
}

/** The record as it stands in the log; undefined when that is none. */
export function decodeShares(body: Uint8Array): Shares | undefined {
  try {
    const { limit, portions } = JSON.parse(new TextDecoder().decode(body)) as Shares;
    const isWhole = [limit, ...portions.flatMap(({ share, want }) => [share, want])].every(Number.isSafeInteger);
    return isWhole && portions.every(({ process }) => typeof process === 'string') ? { limit, portions } : undefined;
  } catch {
    // Not ours, or of a version that wrote it otherwise: it is replaced.
    return undefined;
  }
}

export function encodeShares(shares: Shares): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(shares));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
