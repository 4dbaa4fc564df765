import type { Outgoing } from '../bus/bus.ts';
import { AutoWeaveError, toFailure } from '../errors/errors.ts';
import { classOf, type EntryOptions, encodeSingle, type JobClass } from '../message/job-message.ts';
import type { JobOptions } from './job.ts';
import { toEntryOptions } from './job-options.ts';
import type { OneQueue } from './queue-parts.ts';

/** A job that was checked and is ready to be stored. */
export interface PreparedJob {
  readonly type: string;
  readonly data: unknown;
  readonly options: JobOptions;
  readonly entryOptions: EntryOptions | undefined;
  readonly jobClass: JobClass;
  /** The job as JSON, for a pack; absent where it has to be a single. */
  readonly entry?: string;
}

/** As far as it has to be known to put it between quotes. */
const TRACEPARENT = /^[0-9a-f-]{55}$/;
/** For the brackets of the pack. */
const ENVELOPE = 1_024;

/**
 * Checks a job by everything that is known here.
 *
 * @throws AW_JOB_TYPE_UNKNOWN, AW_DATA_INVALID, AW_JOB_NOT_JSON, AW_MESSAGE_TOO_LARGE, AW_JOB_OPTIONS_INVALID
 */
export function prepareJob(parts: OneQueue, type: string, data: unknown, options: JobOptions | undefined): PreparedJob {
  const { queue, contracts, bus } = parts;
  const { types } = parts.settings();
  if (!contracts.has(type) || (types.length > 0 && !types.includes(type))) {
    throw new AutoWeaveError('AW_JOB_TYPE_UNKNOWN', `Cannot add "${type}" to queue "${queue}": it takes no such type`, {
      hint: 'autoweave job types shows those that there are; one of your own needs a schema, of its worker or where queues are connected',
    });
  }
  const dataJson = toJson(type, data);
  contracts.validate(type, data);
  const entryOptions = options === undefined ? undefined : toEntryOptions(options);
  const traceparent = options?.traceparent;
  const trace = traceparent !== undefined && TRACEPARENT.test(traceparent) ? `,"p":"${traceparent}"` : '';
  const more = entryOptions === undefined ? '' : `,"o":${JSON.stringify(entryOptions)}`;
  const entry = `{"t":"${type}","d":${dataJson}${trace}${more}}`;
  // A character is three bytes at most: mostly that is enough to know.
  if (3 * entry.length + ENVELOPE > bus.maxBodyBytes && Buffer.byteLength(entry) + ENVELOPE > bus.maxBodyBytes) {
    throw new AutoWeaveError(
      'AW_MESSAGE_TOO_LARGE',
      `Cannot add "${type}" to queue "${queue}": its data has ${Buffer.byteLength(dataJson)} bytes of at most ${bus.maxBodyBytes - ENVELOPE}`,
      { hint: 'keep the data elsewhere and let the job name it' },
    );
  }
  const jobClass = entryOptions?.l ? 'l' : classOf(entryOptions?.pr ?? 0);
  const prepared = { type, data, options: options ?? {}, entryOptions, jobClass };
  return isSingle(options) ? prepared : { ...prepared, entry };
}

/** A job that has its own id, waits for its time or for its turn from behind can't share a message. */
function isSingle(options: JobOptions | undefined): boolean {
  if (options === undefined) return false;
  return (
    options.id !== undefined ||
    (options.delayMs ?? 0) > 0 ||
    options.isLifo === true ||
    options.deduplicate !== undefined
  );
}

/** A job as a message of its own. */
export function singleOf(
  { tenant, queue, clock }: OneQueue,
  { type, data, options, entryOptions }: PreparedJob,
  id: string,
  more: { readonly incarnation?: string; readonly delayMs?: number } = {},
): Outgoing {
  const delayMs = more.delayMs ?? options.delayMs ?? 0;
  const addedAt = clock.now();
  const { subject, body, deliver } = encodeSingle({
    tenant,
    queue,
    id,
    type,
    data,
    traceparent: options.traceparent,
    incarnation: more.incarnation,
    addedAt,
    ...(entryOptions === undefined ? {} : { options: entryOptions }),
    ...(delayMs > 0 ? { at: addedAt + delayMs } : {}),
  });
  return { subject, body: Buffer.from(body), ...(deliver === undefined ? {} : { deliver }) };
}

function toJson(type: string, data: unknown): string {
  try {
    const json = JSON.stringify(data);
    if (json !== undefined) return json;
  } catch (cause) {
    throw notJson(type, toFailure(cause).message, cause);
  }
  throw notJson(type, `it is ${typeof data}`);
}

function notJson(type: string, why: string, cause?: unknown): AutoWeaveError {
  return new AutoWeaveError('AW_JOB_NOT_JSON', `Cannot add "${type}": its data is not JSON: ${why}`, {
    hint: 'give plain objects, arrays, strings, finite numbers, true, false and null',
    cause,
  });
}
