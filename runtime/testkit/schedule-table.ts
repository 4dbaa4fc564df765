import type { Stored } from '../bus/bus.ts';
import { createEventQueue } from './event-queue.ts';

/** Messages of one stream that are to be delivered later. */
export interface ScheduleTable {
  /** Time of the earliest; undefined when there is none. */
  readonly nextAt: number | undefined;
  /** Whatever is stored on a subject takes the place of the schedule that stood there. */
  onStored(message: Stored): void;
  /** Takes out those that are due, the earliest first. */
  takeDue(now: number): readonly DueSchedule[];
  /** What a server does at its start. */
  rebuild(messages: Iterable<Stored>): void;
}

export interface DueSchedule {
  readonly message: Stored;
  readonly to: string;
}

export const SCHEDULE = 'Nats-Schedule';
export const SCHEDULE_TARGET = 'Nats-Schedule-Target';

/** @param isThere whether a message is still in the stream: a schedule that was trimmed is cancelled */
export function createScheduleTable(isThere: (sequence: number) => boolean): ScheduleTable {
  const current = new Map<string, number>();
  let queue = createEventQueue();
  let due: DueSchedule[] = [];

  const onStored = (message: Stored): void => {
    const { subject, sequence, headers } = message;
    const pattern = headers[SCHEDULE];
    if (pattern === undefined) return void current.delete(subject);
    current.set(subject, sequence);
    const run = () => {
      if (current.get(subject) !== sequence) return;
      current.delete(subject);
      if (isThere(sequence)) due.push({ message, to: headers[SCHEDULE_TARGET]! });
    };
    queue.add(Date.parse(pattern.slice('@at '.length)), run, subject);
  };

  return {
    get nextAt() {
      return queue.peek()?.at;
    },
    onStored,
    takeDue(now) {
      due = [];
      while ((queue.peek()?.at ?? Number.POSITIVE_INFINITY) <= now) queue.take()!.run!();
      return due;
    },
    rebuild(messages) {
      current.clear();
      queue = createEventQueue();
      for (const message of messages) onStored(message);
    },
  };
}
