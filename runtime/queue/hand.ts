import type { JobClass } from '../message/job-message.ts';
import { READY_CLASSES } from './consumers.ts';
import type { Home } from './home.ts';

/** Jobs that a worker holds and has not begun: higher classes first, in a class by their place in the stream. */
export interface Hand {
  readonly size: number;
  add(home: Home): void;
  /** The next one to begin; undefined when there is none. */
  next(): { readonly home: Home; readonly place: number } | undefined;
  /** Puts back what {@link next} gave. */
  putBack(held: { readonly home: Home; readonly place: number }): void;
  /** How many of a class, and of those that come before it, are there. */
  countUpTo(jobClass: JobClass): number;
  /** Those that came before a time on the monotonic clock; they are no longer in the hand. */
  takeOlder(than: number): readonly { readonly home: Home; readonly places: readonly number[] }[];
  /** Takes what belongs to a home, or one of its jobs. */
  drop(home: Home, place?: number): void;
}

interface Lot {
  readonly home: Home;
  readonly since: number;
  places: number[];
}

const RANK = new Map(READY_CLASSES.map((jobClass, index) => [jobClass, index]));

export function createHand(monotonic: () => number): Hand {
  const lots: Lot[][] = READY_CLASSES.map(() => []);
  let size = 0;

  const rankOf = (jobClass: JobClass): number => RANK.get(jobClass) ?? 0;

  return {
    get size() {
      return size;
    },
    add(home) {
      const places = home.entries.map((_, place) => place).filter((place) => home.settled[place] === false);
      if (places.length === 0) return;
      size += places.length;
      const rank = lots[rankOf(home.jobClass)]!;
      const lot = { home, since: monotonic(), places };
      const at = rank.findIndex((other) => other.home.delivery.sequence > home.delivery.sequence);
      if (at < 0) rank.push(lot);
      else rank.splice(at, 0, lot);
    },
    next() {
      for (const rank of lots) {
        while (rank.length > 0) {
          const lot = rank[0]!;
          const place = lot.places.shift();
          if (lot.places.length === 0) rank.shift();
          if (place === undefined) continue;
          size--;
          return { home: lot.home, place };
        }
      }
      return undefined;
    },
    putBack({ home, place }) {
      size++;
      const rank = lots[rankOf(home.jobClass)]!;
      const lot = rank.find((one) => one.home === home);
      if (lot) lot.places.unshift(place);
      else rank.unshift({ home, since: monotonic(), places: [place] });
    },
    countUpTo(jobClass) {
      if (size === 0) return 0;
      let count = 0;
      for (let rank = rankOf(jobClass); rank >= 0; rank--) {
        for (const { places } of lots[rank]!) count += places.length;
      }
      return count;
    },
    takeOlder(than) {
      const taken: Lot[] = [];
      for (const [rank, all] of lots.entries()) {
        const old = all.filter(({ since }) => since < than);
        if (old.length === 0) continue;
        lots[rank] = all.filter(({ since }) => since >= than);
        taken.push(...old);
      }
      for (const { places } of taken) size -= places.length;
      return taken;
    },
    drop(home, place) {
      for (const [rank, all] of lots.entries()) {
        for (const lot of all) {
          if (lot.home !== home) continue;
          const left = place === undefined ? [] : lot.places.filter((one) => one !== place);
          size -= lot.places.length - left.length;
          lot.places = left;
        }
        lots[rank] = all.filter(({ places }) => places.length > 0);
      }
    },
  };
}
