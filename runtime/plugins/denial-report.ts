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
/** Those of one trace together: of what was tried several times, the trace of the first. */
export type TellDenials = (plugin: string, denials: Told, traceparent: string | undefined) => void;

interface Kind {
  readonly told: Told[number];
  readonly traceparent: string | undefined;
}

export function createDenialReport(clock: Clock, tell: TellDenials): DenialReport {
  const gathered = new Map<string, Map<string, Kind>>();
  let cancel: (() => void) | undefined;

  const flush = (): void => {
    cancel = undefined;
    for (const [plugin, kinds] of gathered) {
      for (const [traceparent, same] of Map.groupBy(kinds.values(), (kind) => kind.traceparent)) {
        tell(
          plugin,
          same.map(({ told }) => told),
          traceparent,
        );
      }
    }
    gathered.clear();
  };

  return {
    add({ plugin, capability, subject, traceparent }) {
      const kinds = gathered.get(plugin) ?? new Map<string, Kind>();
      gathered.set(plugin, kinds);
      const own = `${capability} ${subject}`;
      const kind = kinds.has(own) || kinds.size < MAX_KINDS ? own : [...kinds.keys()].at(-1)!;
      const known = kinds.get(kind) ?? { told: { capability, subject, count: 0 }, traceparent };
      kinds.set(kind, { ...known, told: { ...known.told, count: known.told.count + 1 } });
      cancel ??= clock.schedule(REPORT_MS, flush);
    },
    [Symbol.dispose]() {
      cancel?.();
      flush();
    },
  };
}
