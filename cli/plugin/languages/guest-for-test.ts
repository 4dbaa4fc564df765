/** For tests of SDKs: a module with the functions of AutoWeave beside it, in this thread and without any of its care. */
export interface Guest {
  /** Calls an exported function. Rejects with the guest's error text, or with what the engine throws. */
  call(name: string, input?: string | Uint8Array): string;
  readonly logged: string[];
  readonly sent: unknown[];
  readonly kv: Map<string, string>;
  /** What `queue_add` and `event_emit` answer when they refuse. */
  refusal: string | undefined;
  /** Bytes of linear memory. */
  readonly memoryBytes: number;
}

const LEVELS = ['debug', 'info', 'warn', 'error'];

export function startGuest(module: Uint8Array): Guest {
  const state = { input: new Uint8Array(), output: '', error: '', reply: new Uint8Array() };
  const encoder = new TextEncoder();
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const bytes = (at: number, length: number) => new Uint8Array(memory.buffer, at, length);
  const text = (at: number, length: number) => decoder.decode(bytes(at, length));
  const reply = (answer: string, isRefused = false) => {
    state.reply = encoder.encode(answer);
    return isRefused ? -2 - state.reply.length : state.reply.length;
  };
  const send = (at: number, length: number) => {
    if (guest.refusal !== undefined) return reply(guest.refusal, true);
    const request = JSON.parse(text(at, length)) as { id?: string };
    guest.sent.push(request);
    return reply(request.id ?? '');
  };
  const imports = {
    autoweave: {
      input_length: () => state.input.length,
      input_read: (at: number) => bytes(at, state.input.length).set(state.input),
      output_write: (at: number, length: number) => void (state.output = text(at, length)),
      error_write: (at: number, length: number) => void (state.error = text(at, length)),
      log: (level: number, at: number, length: number) =>
        void guest.logged.push(`${LEVELS[level]}: ${text(at, length)}`),
      kv_get(at: number, length: number) {
        const value = guest.kv.get(text(at, length));
        return value === undefined ? -1 : reply(value);
      },
      kv_set(at: number, length: number, valueAt: number, valueLength: number) {
        guest.kv.set(text(at, length), text(valueAt, valueLength));
        return reply('');
      },
      kv_delete(at: number, length: number) {
        guest.kv.delete(text(at, length));
        return reply('');
      },
      queue_add: send,
      event_emit: send,
      reply_read: (at: number) => bytes(at, state.reply.length).set(state.reply),
    },
  };
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(module)), imports);
  const memory = exports['memory'] as WebAssembly.Memory;
  const guest = {
    logged: [] as string[],
    sent: [] as unknown[],
    kv: new Map<string, string>(),
    refusal: undefined as string | undefined,
    get memoryBytes() {
      return memory.buffer.byteLength;
    },
    call(name: string, input: string | Uint8Array = '') {
      Object.assign(state, { input: typeof input === 'string' ? encoder.encode(input) : input, output: '', error: '' });
      try {
        (exports[name] as () => void)();
      } catch (cause) {
        throw state.error === '' ? cause : new Error(state.error, { cause });
      }
      if (state.error !== '') throw new Error(state.error);
      return state.output;
    },
  };
  return guest;
}
