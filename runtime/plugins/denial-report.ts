import type { MessageData } from '../../proto/generated/messages.ts';
import type { Clock } from '../clock/clock.ts';
import type { Denial } from './host-api.ts';

/** Gathers denials for a second and tells them together: a plugin that tries a thousand times a second is one event. */
export interface DenialReport extends Disposable {
  add(denial: Denial): void;
}

const REPORT_MS = 1_000;
/** Different ones of one plugin within that time; further ones are counted with the last. */
const MAX_KINDS = 100;

type Told = MessageData['plugin.deny']['denials'];

export function createDenialReport(clock: Clock, tell: (plugin: string, denials: Told) => void): DenialReport {
  const gathered = new Map<string, Map<string, Told[number]>>();
  let cancel: (() => void) | undefined;

  const flush = (): void => {
    cancel = undefined;
    for (const [plugin, kinds] of gathered) tell(plugin, [...kinds.values()]);
    gathered.clear();
  };

  return {
    add({ plugin, capability, subject }) {
      const kinds = gathered.get(plugin) ?? new Map<string, Told[number]>();
      gathered.set(plugin, kinds);
      const own = `${capability} ${subject}`;
      const kind = kinds.has(own) || kinds.size < MAX_KINDS ? own : [...kinds.keys()].at(-1)!;
      const known = kinds.get(kind) ?? { capability, subject, count: 0 };
      kinds.set(kind, { ...known, count: known.count + 1 });
      cancel ??= clock.schedule(REPORT_MS, flush);
    },
    [Symbol.dispose]() {
      cancel?.();
      flush();
    },
  };
}
