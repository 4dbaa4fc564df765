import type { Remembered } from './memory.ts';

/**
 * Where memories are found: an index of what the actors keep, made anew from them whenever it is lost. It is told what
 * has changed together with a position, and keeps both or neither. Tenants know nothing of each other. What follows a
 * tenant is never kept waiting by more than one search.
 *
 * Errors: AW_MEMORY_BUSY, AW_MEMORY_INDEX_FAILED, AW_DISK_FULL. After each of them the caller reads the position again.
 */
export interface MemoryIndex extends AsyncDisposable {
  /** Up to where the index follows a tenant, as it was last told; undefined when it knows nothing of it. */
  position(tenant: string): Promise<string | undefined>;
  /**
   * Takes changes in, in their order.
   *
   * @returns false, and nothing is done, when the index is not at `from`
   */
  apply(tenant: string, changes: readonly MemoryChange[], move: Move): Promise<boolean>;
  /** Lets go of all memories of a tenant, and begins at a position. */
  clear(tenant: string, position: string): Promise<void>;
  /**
   * Undefined when it knows nothing of the tenant: it is new, or was lost and begun anew, by this search perhaps.
   *
   * @throws AW_ARGUMENT_INVALID when `after` is not the `next` of a page
   */
  search(search: MemorySearch): Promise<FoundMemories | undefined>;
  /** For each of the agents, in their order; for the whole tenant in place of undefined. Undefined as above. */
  counts(tenant: string, agentIds: readonly (string | undefined)[]): Promise<readonly number[] | undefined>;
}

/** What a memory is now. */
export interface MemoryChange {
  readonly id: string;
  /** When that was, counted upwards. What the index has from later than this stays. */
  readonly at: number;
  /** Absent when it is forgotten. */
  readonly memory?: Remembered;
}

export interface Move {
  readonly from: string;
  readonly to: string;
}

export interface MemorySearch {
  readonly tenant: string;
  /** What a person types. Of nothing but blanks, or absent: all memories, the newest first. */
  readonly query?: string;
  readonly agentId?: string;
  readonly first: number;
  /** The `next` of the page before. */
  readonly after?: string;
}

export interface FoundMemories {
  readonly memories: readonly FoundMemory[];
  readonly total: number;
  /** Absent at the end. */
  readonly next?: string;
}

export interface FoundMemory extends Remembered {
  readonly id: string;
  /** More than 1 where all words were found, less where some were; absent without a query. */
  readonly score?: number;
  /** Around what was found, which stands between `[` and `]`; absent without a query. */
  readonly excerpt?: string;
}
