/** The guest interface in its plainest form, in this thread: for what an SDK does by itself. */
export interface BareHost {
  /** @throws WebAssembly.RuntimeError when it traps */
  call(functionName: string, input: string): BareOutcome;
  /** Memory that it has, in pages of 64 KiB. */
  pages(): number;
}

export interface BareOutcome {
  readonly output?: string;
  readonly error?: string;
  /** Jobs and events, as they were said. */
  readonly sent: readonly unknown[];
  /** Level and text. */
  readonly log: readonly string[];
}

export interface BareHostOptions {
  readonly kv?: Readonly<Record<string, string>>;
  /** Keys that are denied. */
  readonly refuse?: readonly string[];
}

export function startBareHost(module: WebAssembly.Module, { kv = {}, refuse = [] }: BareHostOptions = {}): BareHost {
  const utf8 = new TextEncoder();
  let call: { input: Uint8Array; output?: string; error?: string; sent: unknown[]; log: string[] };
  let reply = new Uint8Array(0);
  const memory = () => instance.exports['memory'] as WebAssembly.Memory;
  const text = (pointer: number, length: number) =>
    new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array(memory().buffer, pointer, length));
  const copy = (target: number, bytes: Uint8Array) => new Uint8Array(memory().buffer).set(bytes, target);
  const answer = (given: string) => {
    reply = utf8.encode(given);
    return reply.length;
  };
  const say = (pointer: number, length: number) => {
    call.sent.push(JSON.parse(text(pointer, length)));
    return answer('');
  };

  const autoweave = {
    input_length: () => call.input.length,
    input_read: (target: number) => copy(target, call.input),
    output_write: (source: number, length: number) => void (call.output = text(source, length)),
    error_write: (source: number, length: number) => void (call.error = text(source, length)),
    log: (level: number, source: number, length: number) => void call.log.push(`${level} ${text(source, length)}`),
    kv_get(pointer: number, length: number) {
      const key = text(pointer, length);
      if (refuse.includes(key)) return -2 - answer(`AW_PLUGIN_DENIED: ${key}`);
      const value = kv[key];
      return value === undefined ? -1 : answer(value);
    },
    queue_add: say,
    event_emit: say,
    reply_read: (target: number) => copy(target, reply),
  };
  const instance = new WebAssembly.Instance(module, { autoweave });
  return {
    call(functionName: string, input: string): BareOutcome {
      call = { input: utf8.encode(input), sent: [], log: [] };
      (instance.exports[functionName] as () => void)();
      const { input: _, ...outcome } = call;
      return outcome;
    },
    pages: () => memory().grow(0),
  };
}
