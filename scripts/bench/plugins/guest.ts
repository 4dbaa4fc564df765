/** What a driver asks of its plugin; all contestants do the same work with the same input. */
export type GuestFunction = 'upper' | 'upper_after_get' | 'spin';

/** An instance that is loaded, in whatever the contestant runs it in. */
export interface Guest {
  /**
   * Leaves the input as it is. Several may be on their way.
   *
   * @throws when the deadline is over; the guest is there again for later calls then
   */
  call(name: GuestFunction, input: Uint8Array): Promise<Uint8Array>;
}

export interface LoadOptions {
  readonly deadlineMs?: number;
}

/** One contestant in a process of its own. */
export interface Contestant extends AsyncDisposable {
  /** Loads the plugin under a name; one that has that name already is replaced. */
  load(name: string, options?: LoadOptions): Promise<Guest>;
}

export interface ContestantOptions {
  /** Threads that are ready before somebody needs one. Only AutoWeave's host has them. */
  readonly spares: number;
}

export const CONTESTANT_NAMES = ['AutoWeave', 'JavaScript', 'Extism', 'raw'] as const;
export type ContestantName = (typeof CONTESTANT_NAMES)[number];

/** Where the modules are: two plugins' folders. */
export interface GuestFolders {
  readonly own: string;
  readonly classic: string;
}
