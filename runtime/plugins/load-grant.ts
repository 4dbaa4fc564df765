import type { PluginPermissions } from '../../proto/generated/messages.ts';
import { intersect } from './permissions.ts';

/** What one load of a plugin may do: it can change from the moment it is asked for until its last call has ended. */
export interface LoadGrant {
  readonly granted: PluginPermissions;
  /** Requested and granted. */
  readonly effective: PluginPermissions;
  change(change: ChangeGrant): void;
}

/** From what was granted before to what is granted now. */
export type ChangeGrant = (granted: PluginPermissions) => PluginPermissions;

export function createLoadGrant(requested: PluginPermissions, granted: PluginPermissions): LoadGrant {
  let effective = intersect(requested, granted);
  return {
    get granted() {
      return granted;
    },
    get effective() {
      return effective;
    },
    change(change) {
      granted = change(granted);
      effective = intersect(requested, granted);
    },
  };
}
