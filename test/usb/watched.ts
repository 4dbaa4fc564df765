import type { Device } from '../../actors/device-watcher/identity.ts';
import { reconcile } from '../../actors/device-watcher/reconcile.ts';
import { startWatcher, type Watcher, type WatcherOptions } from '../../actors/device-watcher/watcher.ts';
import type { Snapshot, UsbHealth } from '../../actors/device-watcher/watcher-protocol.ts';

/** A watcher, and what its snapshots amount to. */
export interface Watched extends AsyncDisposable {
  readonly watcher: Watcher;
  readonly snapshots: readonly Snapshot[];
  /** All that ever came, in order. */
  readonly attached: readonly Device[];
  readonly detached: readonly Device[];
  /** What is there now. */
  readonly present: readonly Device[];
  readonly health: UsbHealth | undefined;
  /** Resolves as soon as the condition holds: now, or after a message. Rejects after half a minute, saying what is there. */
  until(claim: string, condition: () => boolean): Promise<void>;
}

export async function startWatched(options: Omit<WatcherOptions, 'onSnapshot' | 'onHealth'>): Promise<Watched> {
  const snapshots: Snapshot[] = [];
  const attached: Device[] = [];
  const detached: Device[] = [];
  let present: readonly Device[] = [];
  let health: UsbHealth | undefined;
  const waiting = new Set<() => void>();
  const check = () => {
    for (const one of waiting) one();
  };
  const watcher = await startWatcher({
    ...options,
    onSnapshot(snapshot) {
      snapshots.push(snapshot);
      const change = reconcile(present, snapshot.devices, { host: 'bench', at: Date.parse(snapshot.observedAt) });
      detached.push(...change.detached);
      attached.push(...change.attached);
      present = change.next;
      check();
    },
    onHealth(now) {
      health = now;
      check();
    },
  });
  return {
    watcher,
    snapshots,
    attached,
    detached,
    get present() {
      return present;
    },
    get health() {
      return health;
    },
    async until(claim, condition) {
      const held = Promise.withResolvers<void>();
      const one = () => condition() && held.resolve();
      const deadline = setTimeout(() => {
        const facts = JSON.stringify({
          present: present.map((one) => one.id),
          health,
          attached: attached.length,
          detached: detached.length,
        });
        held.reject(new Error(`Not within ${DEADLINE_MS} ms: ${claim}; ${facts}`));
      }, DEADLINE_MS);
      waiting.add(one);
      one();
      try {
        await held.promise;
      } finally {
        clearTimeout(deadline);
        waiting.delete(one);
      }
    },
    [Symbol.asyncDispose]: () => watcher[Symbol.asyncDispose](),
  };
}

const DEADLINE_MS = 30_000;
