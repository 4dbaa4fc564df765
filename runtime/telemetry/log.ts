import type { Clock } from '../clock/clock.ts';
import { AutoWeaveError } from '../errors/errors.ts';
import { parseTraceparent } from './spans.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export type LogFormat = 'json' | 'pretty';
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * Events, not sentences: `log.warn('plugin.denied', { plugin, capability })`. Payloads do not belong at `info`, secrets
 * nowhere; a field whose name says that it holds one is redacted. The field `traceparent` becomes `trace_id` and
 * `span_id`.
 */
export interface Log {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
  /** A log that adds these fields to each of its lines. */
  child(fields: LogFields): Log;
}

export interface LogOptions {
  readonly level: LogLevel | 'silent';
  /** Takes one line with its line feed. */
  readonly write: (line: string) => void;
  readonly clock: Clock;
  readonly format: LogFormat;
  /** Added to each line, as trace id and span id. */
  readonly traceparent?: string;
}

/** Longest text of one field, in characters. */
const MAX_TEXT = 2_000;
const SECRET = /(^|[_.-]|[a-z])(token|secret|password|passphrase|authorization|cookie|credentials?|seed|api_?key)$/i;
const PLAIN = /^[\w./:@+~-]+$/;
/** Where a URL carries one: user and password, or the page's token. */
const SECRET_IN_URL = /(?<=:\/\/)[^/@\s]+(?=@)|(?<=[?&]token=)[^&\s"]+/g;
/** Also what a terminal would take as a command to itself. */
const CONTROL = /\p{Cc}/gu;

export function createLog({ level, write, clock, format, traceparent }: LogOptions): Log {
  const threshold = level === 'silent' ? LOG_LEVELS.length : LOG_LEVELS.indexOf(level);
  const render = format === 'json' ? renderJson : renderPretty;

  const createChild = (inherited: LogFields): Log => {
    const at = (lineLevel: LogLevel) => (event: string, fields?: LogFields) => {
      if (LOG_LEVELS.indexOf(lineLevel) < threshold) return;
      write(`${render(new Date(clock.now()).toISOString(), lineLevel, event, prepare({ ...inherited, ...fields }))}\n`);
    };
    return {
      debug: at('debug'),
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
      child: (fields) => createChild({ ...inherited, ...fields }),
    };
  };
  return createChild(traceparent === undefined ? {} : { traceparent });
}

export const noLog: Log = createLog({
  level: 'silent',
  write: () => {},
  format: 'json',
  clock: {
    now: () => 0,
    monotonic: () => 0,
    schedule: () => () => {},
    turn: async () => {},
    sleep: () => Promise.resolve(),
  },
});

function renderJson(time: string, level: LogLevel, event: string, fields: Record<string, unknown>): string {
  const own = { time, level, event };
  // Twice: the first sets the order, the second keeps a field of the same name from replacing them.
  return JSON.stringify({ ...own, ...fields, ...own });
}

function renderPretty(time: string, level: LogLevel, event: string, fields: Record<string, unknown>): string {
  const parts = Object.entries(fields).map(([name, value]) => `${name}=${prettyValue(value)}`);
  return [time.slice(11, 23), level.padEnd(5), event, ...parts].join(' ');
}

function prettyValue(value: unknown): string {
  if (typeof value === 'string' && PLAIN.test(value)) return value;
  const text = JSON.stringify(value) ?? 'undefined';
  return text.replace(CONTROL, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Fields as JSON can hold them. */
function prepare(fields: LogFields): Record<string, unknown> {
  const prepared: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    if (name === 'traceparent') {
      const trace = typeof value === 'string' ? parseTraceparent(value) : undefined;
      if (trace !== undefined) Object.assign(prepared, { trace_id: trace.traceId, span_id: trace.spanId });
    } else {
      prepared[name] = SECRET.test(name) ? '[redacted]' : toJson(value);
    }
  }
  return prepared;
}

function toJson(value: unknown): unknown {
  try {
    const text = JSON.stringify(value, replace);
    if (text === undefined) return String(value);
    return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : JSON.parse(text);
  } catch {
    return '[not JSON]';
  }
}

function replace(name: string, value: unknown): unknown {
  if (SECRET.test(name)) return '[redacted]';
  if (typeof value === 'string') return value.replace(SECRET_IN_URL, '[redacted]');
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof AutoWeaveError) {
    return { code: value.code, message: value.message, hint: value.hint, cause: value.cause };
  }
  if (value instanceof Error)
    return { name: value.name, message: value.message, stack: value.stack, cause: value.cause };
  return value;
}
