import { parentPort, workerData } from 'node:worker_threads';
import { type CallContext, createPlugin, type ExtismPluginOptions, type Plugin } from '@extism/extism';
import { createGuestMemory, GuestFault } from './guest-memory.ts';
import { CLASSIC_NAMESPACE, HOST_FUNCTIONS, type HostFunction, OWN_NAMESPACE } from './host-functions.ts';
import { createHostQuestions } from './host-questions.ts';
import {
  type CallMessage,
  type FromThread,
  type LoadMessage,
  type LogLevelNumber,
  openCells,
  type ThreadData,
  type ThreadFailure,
  type ToThread,
} from './thread-protocol.ts';

/**
 * A plugin's thread, and the only file that knows Extism: it instantiates the module, and calls its exports. What comes
 * from the guest is believed nowhere: each pointer is checked against its memory as it is at that moment.
 */

const { cells: buffer, hostCalls } = workerData as ThreadData;
const cells = openCells(buffer);
const questions = createHostQuestions(cells, hostCalls);
const memory = createGuestMemory();
const port = parentPort!;
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
const NOTHING = new Uint8Array(0);
/** What it logs goes through functions of our own. */
const SILENT = { trace() {}, debug() {}, info() {}, warn() {}, error() {} } as unknown as Console;
/** Shorter ones are copied with their message; longer ones are handed over. */
const HAND_OVER_BYTES = 4_096;
/** Lines of one call that are told. */
const MAX_LINES = 100;
const MAX_LINE_BYTES = 4_096;
const MAX_ERROR_BYTES = 4_096;
const CLASSIC_LOGS = { log_trace: 0, log_debug: 0, log_info: 1, log_warn: 2, log_error: 3 } as const;

let plugin: Plugin | undefined;
let limits = { maxOutputBytes: 0, maxHeapBytes: 0, readsClassicInput: false };

/** A call has left the instance in a state that nobody knows; until the next load. */
let isBroken = false;
/** Of the call at work. */
let input: Uint8Array = NOTHING;
let output: Uint8Array | undefined;
let complaint: string | undefined;
let lines = 0;
let allocated = 0;

port.on('message', (message: ToThread) => {
  void (message.kind === 'load' ? load(message) : work(message.calls));
});
void warmUp().then(() => tell({ kind: 'ready' }));

/** A module of nothing, so that the first plugin finds the way compiled. */
async function warmUp(): Promise<void> {
  const empty = await WebAssembly.compile(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  await createPlugin(empty, { functions: functionsOf([]), useWasi: false, logger: SILENT });
}

async function load({ module, links, ...rest }: LoadMessage): Promise<void> {
  limits = rest;
  memory.use(undefined);
  isBroken = false;
  begin(0, NOTHING);
  try {
    plugin = await createPlugin(module, {
      functions: functionsOf(links),
      useWasi: false,
      logger: SILENT,
      logLevel: 'error',
      // Extism looks keys up with `in`.
      config: Object.create(null) as Record<string, string>,
      memory: { maxVarBytes: limits.maxHeapBytes },
    });
    const { exports } = await (plugin as Plugin & Instantiated).getInstance();
    memory.use(exports['memory'] instanceof WebAssembly.Memory ? exports['memory'] : undefined);
    const functions = Object.keys(exports).filter((name) => needsNothing(exports[name]));
    tell({ kind: 'loaded', functions });
  } catch (error) {
    tell({ kind: 'loaded', functions: [], failure: failureOf(error) });
  }
}

/** Called without its arguments it would run with zeros. */
function needsNothing(value: unknown): boolean {
  return typeof value === 'function' && value.length === 0;
}

interface Instantiated {
  getInstance(): Promise<WebAssembly.Instance>;
}

async function work(calls: readonly CallMessage[]): Promise<void> {
  // What was sent behind a call that broke the instance is given to another one by the host.
  for (const call of calls) if (!isBroken) await run(call);
}

async function run(call: CallMessage): Promise<void> {
  begin(call.number, call.input);
  cells.begin(call.number);
  let failure: ThreadFailure | undefined;
  let classic: Uint8Array | undefined;
  let isTrap = false;
  try {
    const given = limits.readsClassicInput && input.length > 0 ? input : undefined;
    const result = await plugin!.call(call.function, given);
    classic = result === null ? undefined : result.bytes();
  } catch (error) {
    failure = failureOf(error);
    isTrap = error instanceof WebAssembly.RuntimeError;
  }
  cells.rest();
  if (complaint !== undefined && (failure === undefined || failure.code === 'AW_PLUGIN_TRAPPED')) {
    // An abort says why, and then traps: its words are worth more. Its memory is not to be trusted all the same.
    isBroken = failure !== undefined;
    failure = { code: 'AW_PLUGIN_ERROR', message: complaint };
  } else if (failure !== undefined) {
    isBroken = failure.code !== 'AW_PLUGIN_ERROR';
    if (isTrap) failure = memory.explainTrap(failure, limits.maxHeapBytes);
  }
  if (failure === undefined && output === undefined && classic !== undefined) {
    if (classic.length > limits.maxOutputBytes) failure = tooLarge(classic.length);
    else output = classic.slice();
  }
  if (failure !== undefined) {
    tell({ kind: 'result', number: call.number, failure, ...(isBroken ? { isBroken } : {}) });
    return;
  }
  const given = output ?? NOTHING;
  if (given.length < HAND_OVER_BYTES) tell({ kind: 'result', number: call.number, output: given });
  else port.postMessage({ kind: 'result', number: call.number, output: given }, [given.buffer as ArrayBuffer]);
}

function begin(callNumber: number, given: Uint8Array): void {
  questions.begin(callNumber);
  input = given;
  output = undefined;
  complaint = undefined;
  lines = 0;
  allocated = 0;
}

/** Those that were audited, and no other: what is not linked can't be called. */
function functionsOf(links: readonly string[]): Linked {
  const own: Record<string, (ctx: CallContext, ...values: number[]) => number | undefined> = {
    input_length: () => input.length,
    input_read: (_ctx, target) => void memory.write(target!, input),
    output_write(_ctx, source, length) {
      if (length! >>> 0 > limits.maxOutputBytes) throw fault(tooLarge(length! >>> 0));
      output = memory.read(source!, length!).slice();
      return undefined;
    },
    error_write(_ctx, source, length) {
      complaint = utf8.decode(memory.read(source!, length!).subarray(0, MAX_ERROR_BYTES));
      return undefined;
    },
    log(_ctx, level, source, length) {
      say(level!, memory.read(source!, length!));
      return undefined;
    },
    reply_read: (_ctx, target) => void memory.write(target!, questions.reply),
  };
  for (const [name, lengths] of Object.entries(HOST_FUNCTIONS)) {
    own[name] = (_ctx, ...values) => {
      const given = lengths.map((_, index) => memory.read(values[index * 2]!, values[index * 2 + 1]!));
      return questions.ask(name as HostFunction, given);
    };
  }
  const linked = Object.fromEntries(Object.entries(own).filter(([name]) => links.includes(name)));
  const classic: Record<string, (ctx: CallContext, value: bigint) => unknown> = {
    alloc(ctx, size) {
      account(Number(BigInt.asUintN(64, size)));
      return ctx.alloc(size);
    },
    // Each answer is a copy that stays until the call ends.
    var_get(ctx, address) {
      const name = ctx.read(address)?.string();
      const value = name === undefined ? null : ctx.getVariable(name);
      if (value === null) return 0n;
      const bytes = value.bytes();
      account(bytes.length);
      return ctx.store(bytes);
    },
    get_log_level: () => 1,
  };
  for (const [name, level] of Object.entries(CLASSIC_LOGS)) {
    classic[name] = (ctx, address) => void say(level, ctx.read(address)?.bytes() ?? NOTHING);
  }
  return { [OWN_NAMESPACE]: linked, [CLASSIC_NAMESPACE]: classic };
}

type Linked = NonNullable<ExtismPluginOptions['functions']>;

function account(size: number): void {
  allocated += size;
  if (allocated <= limits.maxHeapBytes) return;
  throw new GuestFault('AW_PLUGIN_MEMORY_EXCEEDED', `It allocated more than ${limits.maxHeapBytes} bytes`);
}

function say(level: number, text: Uint8Array): void {
  if (lines++ >= MAX_LINES) return;
  const known: LogLevelNumber = level === 0 || level === 1 || level === 2 || level === 3 ? level : 1;
  tell({ kind: 'log', level: known, text: utf8.decode(text.subarray(0, MAX_LINE_BYTES)) });
}

function tooLarge(size: number): ThreadFailure {
  const message = `Its output has ${size} bytes of at most ${limits.maxOutputBytes}`;
  return { code: 'AW_PLUGIN_OUTPUT_TOO_LARGE', message };
}

function fault({ code, message }: ThreadFailure): GuestFault {
  return new GuestFault(code, message);
}

const COMPLAINT = /^Plugin-originated error: /;

function failureOf(error: unknown): ThreadFailure {
  if (error instanceof GuestFault) return { code: error.code, message: error.message };
  const message = error instanceof Error ? error.message : String(error);
  if (COMPLAINT.test(message)) {
    return { code: 'AW_PLUGIN_ERROR', message: message.replace(COMPLAINT, '').slice(0, MAX_ERROR_BYTES) };
  }
  return { code: 'AW_PLUGIN_TRAPPED', message: message.slice(0, 500) };
}

function tell(message: FromThread): void {
  port.postMessage(message);
}
