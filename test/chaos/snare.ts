import { writeSync } from 'node:fs';
import type { Bus, Outgoing, StreamName } from '../../runtime/bus/bus.ts';

/** Stops a process right before one of its batches leaves: what it has decided on takes effect when it goes on, or not. */
export interface Snare {
  readonly stream: StreamName;
  /** Batches that pass before. */
  readonly skip: number;
  /** It catches nothing after this time: whoever set it has given up waiting. */
  readonly forMs: number;
  /** For the control: the batch goes out without its conditions. */
  readonly isUnguarded: boolean;
}

/** What a worker says on its standard output, a line each. */
export type Word =
  | { readonly kind: 'ready' }
  | { readonly kind: 'status'; readonly partitions: number; readonly members: number }
  | { readonly kind: 'stopping'; readonly stream: StreamName }
  /** What became of the batch; `failed`: the connection was gone. */
  | { readonly kind: 'resumed'; readonly stream: StreamName; readonly outcome: string };

export interface SnaredBus {
  readonly bus: Bus;
  set(snare: Snare): void;
}

/** At once, and not when the event loop comes to it: the process may be about to stop. */
export function say(word: Word): void {
  writeSync(1, `${JSON.stringify(word)}\n`);
}

export function createSnaredBus(bus: Bus): SnaredBus {
  let snare: Snare | undefined;
  let passed = 0;
  let until = 0;
  return {
    set(next) {
      snare = next;
      passed = 0;
      until = performance.now() + next.forMs;
    },
    bus: {
      ...bus,
      get status() {
        return bus.status;
      },
      async commit(stream, messages) {
        const isSet = snare?.stream === stream && performance.now() < until;
        if (!isSet || !messages.some(isOfActor)) {
          return await bus.commit(stream, messages);
        }
        if (passed++ < snare!.skip) return await bus.commit(stream, messages);
        const { isUnguarded } = snare!;
        snare = undefined;
        say({ kind: 'stopping', stream });
        process.kill(process.pid, 'SIGSTOP');
        try {
          const result = await bus.commit(stream, isUnguarded ? messages.map(withoutCondition) : messages);
          say({ kind: 'resumed', stream, outcome: result.outcome });
          return result;
        } catch (error) {
          say({ kind: 'resumed', stream, outcome: 'failed' });
          throw error;
        }
      },
    },
  };
}

/** Neither a fence, nor a mark, nor a cursor alone. */
function isOfActor({ subject }: Outgoing): boolean {
  return /^aw\.\w+\.(state\.\d+|evt|cmd)\.(ledger|account|listener)\./.test(subject);
}

function withoutCondition({ expectLastSequence: _sequence, expectLastOn: _subject, ...rest }: Outgoing): Outgoing {
  return rest;
}
