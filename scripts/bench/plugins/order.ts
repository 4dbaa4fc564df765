import type { ContestantName, GuestFolders } from './guest.ts';

/** What a driver is told first: which contestant it is. */
export interface Target {
  readonly name: ContestantName;
  readonly folders: GuestFolders;
}

export type Order =
  /** Callers that wait for their result before they call again. */
  | { readonly part: 'calls'; readonly bytes: number; readonly inFlight: number; readonly ms: number }
  /** What a call costs that asks its host for the value of a key, beyond one that does not. */
  | { readonly part: 'asking'; readonly ms: number }
  | { readonly part: 'loading'; readonly count: number }
  /** Endless loops, one after the other, beside another plugin that is called all the time. */
  | { readonly part: 'looping'; readonly count: number; readonly deadlineMs: number }
  /** What each further instance adds to the process; to be the only order of it. */
  | { readonly part: 'memory'; readonly instances: number };

/** Of one turn, by name; a contestant leaves out what it does not have. */
export type Result = Readonly<Record<string, number>>;
