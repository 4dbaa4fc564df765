import type { MemoryPage } from '../../proto/generated/graphql.ts';

/** What dashboards ask of what is remembered. A tenant's own; the process that answers has an index of it. */
export interface MemoryService {
  /**
   * Best first for words, the newest first without. Waits a moment for changes that are under way, and says how many it
   * could not wait for.
   *
   * @throws AW_ARGUMENT_INVALID when `after` is not the `next` of a page
   */
  search(request: MemoryRequest): Promise<MemoryPage>;
  /** Of an agent, or of the whole tenant. */
  count(agentId?: string): Promise<number>;
}

export interface MemoryRequest {
  readonly query?: string;
  readonly agentId?: string;
  /** 1 to 100. */
  readonly first: number;
  readonly after?: string;
}
