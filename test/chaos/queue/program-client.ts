import type { AdderOrder, ChaosData, WorkerOrder } from './words.ts';

/** What the programs need of a queueing system. */
export interface ProgramClient {
  openAdder(order: AdderOrder): Promise<Adder>;
  /** Resolves when it takes jobs. */
  startWorker(order: WorkerOrder, process: Process): Promise<StartedWorker>;
}

export interface NewChaosJob {
  readonly data: ChaosData;
  /** Chosen by the caller. */
  readonly id?: string;
  readonly delayMs?: number;
  readonly priority?: number;
  readonly isLifo?: boolean;
}

export interface Adder {
  /** Resolves when it is stored. @throws what has a `code` */
  add(job: NewChaosJob): Promise<{ readonly id: string; readonly isDuplicate: boolean }>;
}

export interface RunningJob {
  readonly id: string;
  readonly data: ChaosData;
  readonly attempt: number;
  /** Does what the job is for, so that it is counted: once per job, where all is well. */
  effect(): Promise<void> | void;
}

export type Process = (job: RunningJob) => Promise<void>;

export interface StartedWorker {
  stop(): Promise<void>;
}
