/** What all keys of a process hold in memory and do, together. */
export interface Load {
  messages: number;
  /** Keys that have something to do. */
  keys: number;
  /** Handlers at work. */
  handlers: number;
  /** Of messages. */
  bytes: number;
  /** Of states, and of what they have yet to send. */
  stateBytes: number;
  /** Called when some of it has gone. */
  onLess(): void;
}

export function createLoad(): Load {
  return { messages: 0, keys: 0, handlers: 0, bytes: 0, stateBytes: 0, onLess: () => {} };
}
