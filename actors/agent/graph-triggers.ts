import type { AgentGraph, AgentScheduleTrigger } from '../../proto/generated/messages.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import { checkRecurrence, nextDue, type Recurrence } from '../../runtime/schedule/recurrence.ts';
import { checkSize, MAX_BYTES } from './value-size.ts';

/** What is wrong with the triggers of a graph, each with its place. */
export function faultsInTriggers({ triggers = [] }: AgentGraph): readonly string[] {
  const jobs = triggers.flatMap(({ type }, index) => (type === 'job' ? [index] : []));
  const repeated = jobs
    .slice(1)
    .map((index) => `/triggers/${index} is a second job trigger, after /triggers/${jobs[0]}`);
  const schedules = triggers.flatMap((trigger, index) =>
    trigger.type === 'schedule' ? faultsInSchedule(trigger, `/triggers/${index}`) : [],
  );
  return [...repeated, ...schedules];
}

function faultsInSchedule(trigger: AgentScheduleTrigger, at: string): readonly string[] {
  const { cron, everyMs, timezone, input } = trigger;
  const faults: string[] = [];
  try {
    checkSize('it', input, MAX_BYTES.trigger - 1024);
  } catch (error) {
    faults.push(`${at}/input: ${reasonOf(error)}`);
  }
  if (cron !== undefined && everyMs !== undefined) return [...faults, `${at} has both cron and everyMs, one is to be`];
  if (cron === undefined && everyMs === undefined)
    return [...faults, `${at} has neither cron nor everyMs, one is to be`];
  if (cron === undefined) return timezone === undefined ? faults : [...faults, `${at}/timezone goes with cron only`];
  try {
    const recurrence: Recurrence = checkRecurrence({ cron, ...(timezone === undefined ? {} : { timezone }) });
    if (nextDue(recurrence, 0) === undefined) faults.push(`${at}/cron "${cron}" is a date in no year`);
  } catch (error) {
    faults.push(`${at}: ${reasonOf(error)}`);
  }
  return faults;
}

/** Without the words before the colon, which say what could not be done. */
function reasonOf(error: unknown): string {
  if (!(error instanceof AutoWeaveError)) throw error;
  return error.message.slice(error.message.indexOf(': ') + 2);
}
