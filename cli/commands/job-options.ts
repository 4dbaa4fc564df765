import type { DeduplicationInput, JobOptionsInput } from '../../proto/generated/graphql.ts';
import { DEFAULT_SETTINGS } from '../../runtime/queue/job.ts';
import type { CommandContext, CommandOption } from '../command.ts';
import { didYouMean } from '../did-you-mean.ts';
import { DURATION_FORM, formatDuration, parseDuration } from '../duration-argument.ts';
import { durationOption, numberOption, present, toDuration, wrongValue } from './job-values.ts';

/** What help says of data. */
export const DATA_FORM = 'as JSON; @FILE reads it from a file, - from standard input';

export const LOWEST_PRIORITY = 2_097_152;

/** What a queue may set for its jobs, and a job for itself. */
export const ATTEMPT_OPTIONS: readonly CommandOption[] = [
  { name: 'attempts', value: 'COUNT', description: 'How often it is tried' },
  {
    name: 'backoff',
    value: 'BACKOFF',
    description: 'Time before the next attempt: fixed:500ms, exponential:2s or custom:NAME',
  },
  { name: 'timeout', value: 'TIME', description: 'For one attempt, such as 30s; 0 for none' },
  { name: 'total-timeout', value: 'TIME', description: 'For all attempts together; 0 for none' },
];

/** What jobs of a schedule take, and those that are added. */
export const JOB_OPTIONS: readonly CommandOption[] = [
  {
    name: 'priority',
    value: 'NUMBER',
    description: `0 (first, unless told) to ${LOWEST_PRIORITY}`,
  },
  { name: 'lifo', description: 'Last in, first out: before all that waits with priority 0' },
  ...ATTEMPT_OPTIONS,
];

export const ADD_OPTIONS: readonly CommandOption[] = [
  { name: 'id', value: 'ID', description: 'An id of your own; a job of this id that is there already is left alone' },
  { name: 'delay', value: 'TIME', description: 'Not before so long from now, such as 5m' },
  ...JOB_OPTIONS,
  {
    name: 'dedup',
    value: 'RULE',
    description: 'What to do about one that is there: simple:ID, throttle:ID:10s, debounce:ID:10s or replace:ID',
  },
];

/** @throws AW_CLI_USAGE */
export function parseJobOptions(ctx: CommandContext): JobOptionsInput {
  const dedup = ctx.options.text('dedup');
  return present({
    id: ctx.options.text('id'),
    priority: numberOption(ctx, 'priority', { from: 0, to: LOWEST_PRIORITY }),
    lifo: ctx.options.flag('lifo') ? true : undefined,
    delayMs: durationOption(ctx, 'delay'),
    ...parseAttemptOptions(ctx),
    deduplicate: dedup === undefined ? undefined : parseDeduplication(dedup),
  });
}

/** @throws AW_CLI_USAGE */
export function parseAttemptOptions(ctx: CommandContext) {
  const backoff = ctx.options.text('backoff');
  return present({
    attempts: numberOption(ctx, 'attempts', { from: 1 }),
    backoff: backoff === undefined ? undefined : parseBackoff(backoff),
    attemptTimeoutMs: durationOption(ctx, 'timeout'),
    totalTimeoutMs: durationOption(ctx, 'total-timeout'),
  });
}

const BACKOFF_FORM = 'fixed:500ms, exponential:2s or custom:NAME, and :0.5 behind a time for its jitter';

/** `fixed:500ms`, `exponential:2s:0.5` with a jitter, `custom:NAME`. */
export function parseBackoff(text: string): Readonly<Record<string, unknown>> {
  const [type = '', ...rest] = text.split(':');
  if (type === 'custom' && rest.join(':') !== '') return { type, name: rest.join(':') };
  if (type === 'fixed' || type === 'exponential') {
    const [time = formatDuration(defaultDelay(type)), jitter, ...surplus] = rest;
    const delayMs = parseDuration(time);
    const isJitter = jitter === undefined || /^(0(\.\d+)?|1)$/.test(jitter);
    if (delayMs !== undefined && isJitter && surplus.length === 0) {
      return { type, delayMs, ...(jitter === undefined ? {} : { jitter: Number(jitter) }) };
    }
  }
  const meant = didYouMean(type, ['fixed', 'exponential', 'custom']);
  throw wrongValue('--backoff', text, BACKOFF_FORM, meant === type ? undefined : meant);
}

/** `exponential` alone is the one that queues begin with. */
function defaultDelay(type: string): number {
  const { backoff } = DEFAULT_SETTINGS;
  return backoff.type === type && backoff.type !== 'custom' ? backoff.delayMs : 1_000;
}

/** `exponential from 2s, jitter 0.5` */
export function describeBackoff(backoff: unknown): string {
  const { type, delayMs, jitter, name } = backoff as Readonly<Record<string, unknown>>;
  if (type === 'custom') return `custom: ${name}`;
  const time = formatDuration(Number(delayMs));
  const spread = jitter === undefined || jitter === null ? '' : `, jitter ${jitter}`;
  return `${type === 'exponential' ? `exponential from ${time}` : `${type} ${time}`}${spread}`;
}

const DEDUP_FORM = 'simple:ID, throttle:ID:10s, debounce:ID:10s or replace:ID';

/** `throttle:ID:10s`; an id may hold colons, a time does not. */
export function parseDeduplication(text: string): DeduplicationInput {
  const colon = text.indexOf(':');
  const word = colon < 0 ? text : text.slice(0, colon);
  const rest = colon < 0 ? '' : text.slice(colon + 1);
  if ((word === 'simple' || word === 'replace') && rest !== '') {
    return { mode: word === 'simple' ? 'SIMPLE' : 'REPLACE', id: rest };
  }
  const last = rest.lastIndexOf(':');
  if ((word === 'throttle' || word === 'debounce') && last > 0) {
    const time = rest.slice(last + 1);
    if (parseDuration(time) === undefined) throw wrongValue('The time of --dedup', time, DURATION_FORM);
    const ttlMs = toDuration('--dedup', time);
    return { mode: word === 'throttle' ? 'THROTTLE' : 'DEBOUNCE', id: rest.slice(0, last), ttlMs };
  }
  const meant = didYouMean(word, ['simple', 'throttle', 'debounce', 'replace']);
  throw wrongValue('--dedup', text, DEDUP_FORM, meant === word ? undefined : meant);
}
