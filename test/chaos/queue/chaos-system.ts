import type { Level } from '../../../scripts/bench/queue/system.ts';
import type { Keeper } from '../keeper.ts';
import type { JobHistory } from './job-violations.ts';
import type { QueueServer } from './queue-faults.ts';
import type { Target } from './words.ts';

/** One of those that are compared: its server, and what it says has become of jobs. */
export interface ChaosSystem extends AsyncDisposable {
  readonly target: Target;
  readonly server: QueueServer;
  /** For people: what runs, with versions. */
  readonly versions: string;
  /** What it has recorded. */
  look(): Promise<Omit<JobHistory, 'acknowledged'>>;
}

export interface SystemParts {
  readonly keeper: Keeper;
  readonly level: Level;
  /** Where the server keeps its data. */
  readonly store: string;
  readonly signal: AbortSignal;
}
