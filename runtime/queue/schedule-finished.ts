import { encodeHeaders, type Headers } from '../message/message.ts';
import { commandSubject } from '../message/subjects.ts';
import { SCHEDULER } from './schedule-record.ts';

export interface FinishedTurn {
  readonly tenant: string;
  readonly schedule: { readonly id: string; readonly turn: number };
  /** Of the job. */
  readonly jobId: string;
  readonly queue: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly traceparent?: string | undefined;
}

/**
 * What tells a schedule that the job of a turn has ended, whatever it has ended with: kept with the outcome as an
 * effect to MAILBOX. Without it a schedule that leaves out overlapping turns would wait for ever.
 */
export function scheduleFinished({ tenant, schedule, jobId, queue, at, traceparent }: FinishedTurn): {
  readonly to: 'MAILBOX';
  readonly subject: string;
  readonly headers: Headers;
  readonly body: string;
} {
  return {
    to: 'MAILBOX',
    subject: commandSubject({ tenant, actor: SCHEDULER, key: schedule.id }),
    headers: encodeHeaders({
      id: `${jobId}-finished`,
      type: 'schedule.finished',
      source: `queue/${queue}/${jobId}`,
      subject: schedule.id,
      time: new Date(at).toISOString(),
      data: undefined,
      ...(traceparent === undefined ? {} : { traceparent }),
    }),
    body: JSON.stringify({ turn: schedule.turn }),
  };
}
