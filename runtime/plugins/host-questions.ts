import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { ABSENT, HOST_FUNCTIONS, type HostFunction, refusalOf } from './host-functions.ts';
import type { HostCallMessage, HostReply, SharedCells } from './thread-protocol.ts';

/**
 * What a plugin's thread asks the host, and blocks for. What is too long, or too much for one call, is refused here: the
 * host's thread serves all plugins, and is not to look at it.
 */
export interface HostQuestions {
  /** A call begins: it has asked nothing yet. */
  begin(callNumber: number): void;
  /**
   * Blocks until the host has answered. Gives what the import gives: the length of the reply, {@link ABSENT}, or less.
   *
   * @param given views, which are copied
   */
  ask(name: HostFunction, given: readonly Uint8Array[]): number;
  /** Of the last question. */
  readonly reply: Uint8Array;
}

const MAX_ASKS = 10_000;
const MAX_ASKED_BYTES = 4_194_304;
const NOTHING = new Uint8Array(0);
const encoder = new TextEncoder();

export function createHostQuestions(cells: SharedCells, port: MessagePort): HostQuestions {
  let number = 0;
  let reply: Uint8Array = NOTHING;
  let asks = 0;
  let askedBytes = 0;

  const refuse = (why: string, head = 'AW_PLUGIN_REFUSED: '): number => {
    reply = encoder.encode(`${head}${why}`);
    return refusalOf(reply.length);
  };

  return {
    get reply() {
      return reply;
    },
    begin(callNumber) {
      number = callNumber;
      reply = NOTHING;
      asks = 0;
      askedBytes = 0;
    },
    ask(name, given) {
      for (const [index, most] of HOST_FUNCTIONS[name].entries()) {
        const { length } = given[index]!;
        if (length > most) return refuse(`${name} takes at most ${most} bytes, these are ${length}`);
        askedBytes += length;
      }
      if (++asks > MAX_ASKS) return refuse(`one call asks the host at most ${MAX_ASKS} times`);
      if (askedBytes > MAX_ASKED_BYTES) return refuse(`one call asks the host with at most ${MAX_ASKED_BYTES} bytes`);
      const copies = given.map((bytes) => bytes.slice());
      cells.expect();
      port.postMessage({ number, function: name, arguments: copies } satisfies HostCallMessage);
      cells.wait();
      const answer = receiveMessageOnPort(port)?.message as HostReply;
      if (answer.refusal !== undefined) return refuse(answer.refusal, '');
      if (answer.data === undefined) return ABSENT;
      reply = answer.data;
      return reply.length;
    },
  };
}
