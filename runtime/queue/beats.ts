import type { Bus } from '../bus/bus.ts';
import type { Clock } from '../clock/clock.ts';

/**
 * Who does something that one process is to do: whoever does it says so, again and again; who hears that from a smaller
 * id gives way, and looks again when all has been silent. Two may do it for a moment, or none: it is a matter of work
 * saved, never of what is right.
 */
export interface Beats extends Disposable {
  /** Says that this process does it, until it is disposed of. Calls when another does it with more right. */
  lead(onOther: () => void): Disposable;
  /** Resolves when nobody has said that he does it for a while, or the signal aborts. */
  whenSilent(): Promise<void>;
}

export interface BeatsParts {
  readonly bus: Bus;
  readonly clock: Clock;
  /** Id of this process. */
  readonly self: string;
  readonly channel: string;
  readonly signal: AbortSignal;
}

const BEAT_MS = 1_000;
const SILENT_MS = 4_000;

export function openBeats({ bus, clock, self, channel, signal }: BeatsParts): Beats {
  const decoder = new TextDecoder();
  const beat = new TextEncoder().encode(self);
  let heardAt = Number.NEGATIVE_INFINITY;
  let giveWay: (() => void) | undefined;
  let cancel = () => {};
  const ear = bus.listen(channel, ({ body }) => {
    const other = decoder.decode(body);
    if (other === self) return;
    heardAt = clock.monotonic();
    if (other < self) giveWay?.();
  });
  return {
    lead(onOther) {
      const say = () => {
        bus.broadcast(channel, beat);
        cancel = clock.schedule(BEAT_MS, say);
      };
      giveWay = onOther;
      say();
      return {
        [Symbol.dispose]() {
          cancel();
          giveWay = undefined;
        },
      };
    },
    async whenSilent() {
      // Who lost to another has heard of him, in a way.
      const since = clock.monotonic();
      while (!signal.aborted) {
        const leftMs = Math.max(since, heardAt) + SILENT_MS - clock.monotonic();
        if (leftMs <= 0) return;
        await clock.sleep(leftMs, signal).catch(() => undefined);
      }
    },
    [Symbol.dispose]() {
      cancel();
      ear[Symbol.dispose]();
    },
  };
}
