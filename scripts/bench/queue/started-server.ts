import type { Target } from './queue-client.ts';

/** A server of the system, with new and empty folders. */
export interface StartedServer {
  readonly target: Target;
  readonly pid: number;
  readonly program: string;
  readonly dataFolder: string;
  readonly versions: string;
}
