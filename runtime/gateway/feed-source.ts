import type { Stored, StreamName } from '../bus/bus.ts';

/** What a feed is of: which messages of which stream, and what they say. */
export interface FeedSource<Event> {
  /** The same for sources that give the same. */
  readonly name: string;
  /** True for one of the few for which there is always room. */
  readonly isExempt?: boolean;
  readonly stream: StreamName;
  /** The narrowest single subject filter that lets all of it through. */
  readonly subject: string;
  /** The same message always gives the same events, in the same order: cursors count them. */
  decode(stored: Stored): DecodedEvents<Event>;
  /** Sequence of the newest message under the subject; 0 when there is none. The stream ended at `lastSequence` before. */
  newest(lastSequence: number): Promise<number>;
  /** Hears what is told to whoever listens and stored nowhere, where there is such a thing. */
  listen?(onEvent: (event: Event) => void): Disposable;
}

/** `unwanted`: the subject filter also lets other messages through. */
export type DecodedEvents<Event> =
  | { readonly outcome: 'events'; readonly events: readonly Event[] }
  | { readonly outcome: 'unwanted' }
  | { readonly outcome: 'malformed'; readonly code: string };
