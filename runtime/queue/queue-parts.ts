import type { Bus } from '../bus/bus.ts';
import type { JobBus } from '../bus/jobs/job-bus.ts';
import type { Clock } from '../clock/clock.ts';
import type { Random } from '../clock/random.ts';
import type { Contracts } from '../contracts/contracts.ts';
import type { Instruments } from '../telemetry/instruments.ts';
import type { Log } from '../telemetry/log.ts';
import type { Tracer } from '../telemetry/spans.ts';
import type { Directory } from './directory.ts';
import type { QueueSettings } from './job.ts';
import type { LiveChannel } from './live-channel.ts';
import type { QueueFreezing } from './queue-freezing.ts';

/** What everything about the queues of one tenant in one process shares. */
export interface QueueParts {
  /** What changes something waits while a backup is made. */
  readonly bus: Bus;
  readonly jobs: JobBus;
  /** The same for new jobs, which may come all the time. */
  readonly intake: Bus;
  readonly freezing: Pick<QueueFreezing, 'isFrozen' | 'onThaw'>;
  readonly tenant: string;
  readonly contracts: Contracts;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly instruments: Instruments;
  readonly tracer: Tracer;
  /** Id of this process. */
  readonly self: string;
  readonly directory: Directory;
  /** Throws when nothing new may be stored, because the disk is nearly full. */
  readonly admit: () => void;
  /** True when the broker syncs each message: then what is stored together costs much less. */
  readonly isSyncedAlways: () => boolean;
  /** Ends with the process's part in the queues. */
  readonly signal: AbortSignal;
}

/** The same for one queue. */
export interface OneQueue extends QueueParts {
  readonly queue: string;
  readonly live: LiveChannel;
  /** As this process knows them now. */
  readonly settings: () => QueueSettings;
}
