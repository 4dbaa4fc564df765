import type { PluginPermissions } from '../../proto/generated/messages.ts';
import { AutoWeaveError } from '../errors/errors.ts';
import { takeBack } from './take-back.ts';

/**
 * What is being taken back, from the request until every load has ended that may have read the record as it was before.
 * Until then a load gets what the record says without this.
 */
export interface Takings {
  /** All that was granted when `capabilities` is absent. Disposed of, it is over. */
  add(name: string, capabilities?: readonly string[]): Disposable;
  /** To be asked before a grant is looked at that is to hold later. */
  now(): number;
  /** Whether something was taken from it after that moment, also when that is over. */
  hasTaken(name: string, since: number): boolean;
  /** What is left of a grant. @throws AW_PLUGIN_ABORTED when all of it is being taken back */
  leftOf(name: string, granted: PluginPermissions): PluginPermissions;
}

export function createTakings(): Takings {
  const takings = new Set<{ readonly name: string; readonly capabilities: readonly string[] | undefined }>();
  /** When each was last taken something from, counted in takings. */
  const last = new Map<string, number>();
  let count = 0;
  return {
    now: () => count,
    hasTaken: (name, since) => (last.get(name) ?? 0) > since,
    add(name, capabilities) {
      const taking = { name, capabilities };
      takings.add(taking);
      last.set(name, ++count);
      return { [Symbol.dispose]: () => void takings.delete(taking) };
    },
    leftOf(name, granted) {
      let left = granted;
      for (const { name: from, capabilities } of takings) {
        if (from !== name) continue;
        if (capabilities === undefined) throw revoked(name);
        left = takeBack(left, capabilities);
      }
      return left;
    },
  };
}

export function revoked(name: string): AutoWeaveError {
  return new AutoWeaveError('AW_PLUGIN_ABORTED', `What was granted to plugin "${name}" was taken back meanwhile`);
}
