import type { AutoWeaveError } from '../../runtime/errors/errors.ts';
import type { Config } from '../config.ts';
import type { Running } from './running.ts';

export type CheckStatus = 'ok' | 'warn' | 'fail';

/** What `autoweave doctor` found out about one thing. */
export interface Finding {
  readonly name: string;
  readonly status: CheckStatus;
  /** In a sentence without a final period. */
  readonly detail: string;
  /** What to do, when there is something to do. */
  readonly next?: string;
}

/** What every check may look at. */
export interface CheckContext {
  /** Defaults where the configuration is wrong. */
  readonly config: Config;
  readonly configError: AutoWeaveError | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly running: Running;
}

export interface Check {
  readonly name: string;
  /** What it throws makes it fail. */
  readonly look: (ctx: CheckContext) => Promise<Omit<Finding, 'name'>>;
}
