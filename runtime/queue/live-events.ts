import type { Bus } from '../bus/bus.ts';
import type { Clock } from '../clock/clock.ts';
import { liveEvents } from './follow-events.ts';
import type { JobEvent } from './job.ts';
import { openLiveChannel } from './live-channel.ts';

/** Hears of jobs that are added and begun, which is told to listeners only and stored nowhere. */
export function listenJobs(
  parts: { readonly bus: Bus; readonly clock: Clock },
  tenant: string,
  queue: string,
  onEvent: (event: JobEvent) => void,
): Disposable {
  const live = openLiveChannel({ ...parts, tenant }, queue);
  const watching = live.watch((word) => {
    for (const event of liveEvents(queue, word)) onEvent(event);
  });
  return {
    [Symbol.dispose]() {
      watching[Symbol.dispose]();
      void live[Symbol.asyncDispose]();
    },
  };
}
