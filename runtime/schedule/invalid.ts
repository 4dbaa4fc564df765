import { TerminalError } from '../errors/errors.ts';

/** A schedule that can never be kept, whoever tries again. `what` says what is wrong, and where. */
export function invalidSchedule(what: string): TerminalError {
  return new TerminalError('AW_SCHEDULE_INVALID', `Cannot use the schedule: ${what}`);
}
