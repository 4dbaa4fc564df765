import { type Failure, TerminalError } from '../../runtime/errors/errors.ts';

/** Levels that a JSON value may have: whoever writes it as text goes down as many calls. */
export const MAX_DEPTH = 64;

/** Largest of what runs carry, in bytes of JSON. A run, with all it sends in one turn, is one entry of the log. */
export const MAX_BYTES = {
  graph: 128 * 1024,
  trigger: 64 * 1024,
  /** Of one step. */
  output: 64 * 1024,
  /** Of all steps of a run. */
  outputs: 256 * 1024,
  /** What a step gives to its job, once it is filled in. */
  value: 128 * 1024,
  /** Of a memory: the actor `memory` takes no more. */
  metadata: 64 * 1024,
} as const;

/**
 * The size of a JSON value in bytes, as far as it is looked at: it ends as soon as more is found than may be.
 *
 * @throws AW_AGENT_VALUE_TOO_LARGE, which begins with `what`
 */
export function checkSize(what: string, value: unknown, maxBytes: number): number {
  let bytes = 0;
  const add = (more: number): void => {
    bytes += more;
    if (bytes > maxBytes) throw tooLarge(`${what} has more than ${maxBytes} bytes`);
  };
  const look = (part: unknown, depth: number): void => {
    if (depth > MAX_DEPTH) throw tooLarge(`${what} has more than ${MAX_DEPTH} levels`);
    if (typeof part === 'string') add(textBytes(part));
    else if (typeof part !== 'object' || part === null) add(String(part ?? null).length);
    else if (Array.isArray(part)) {
      add(2 + part.length);
      for (const item of part) look(item, depth + 1);
    } else {
      add(2);
      for (const [name, item] of Object.entries(part)) {
        add(textBytes(name) + 2);
        look(item, depth + 1);
      }
    }
  };
  look(value, 0);
  return bytes;
}

export function tooLarge(why: string): TerminalError {
  return new TerminalError('AW_AGENT_VALUE_TOO_LARGE', `Cannot go on: ${why}`, {
    hint: 'keep large data elsewhere, and pass what finds it',
  });
}

/** A failure of whatever size, as a message or a run holds it. */
export function shortened({ code, message }: Failure): Failure {
  return { code: code.slice(0, MAX_CODE) || NO_CODE, message: message.slice(0, MAX_MESSAGE) };
}

const MAX_CODE = 128;
const MAX_MESSAGE = 4_096;
const NO_CODE = 'AW_JOB_FAILED';

/** With its quotes and escapes. */
function textBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text));
}
