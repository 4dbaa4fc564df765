/** What the author of an actor or a worker needs: `import { defineActor } from 'autoweave'`. */
export {
  type ActorContext,
  type ActorDefinition,
  type DataOf,
  defineActor,
  type EnqueueOptions,
  type EventSubscription,
  type Handler,
} from './actor/definition.ts';
export { AutoWeaveError, RetryableError, TerminalError } from './errors/errors.ts';
export type { Message } from './message/message.ts';
export { type ConnectedQueues, type ConnectOptions, connectQueues } from './queue/connect-queues.ts';
export type {
  AddedJob,
  Backoff,
  DataForJob,
  DataOfJob,
  Deduplication,
  Job,
  JobCounts,
  JobDetail,
  JobEvent,
  JobOptions,
  JobPage,
  JobResult,
  JobState,
  JobSummary,
  NewJob,
  QueueSettings,
} from './queue/job.ts';
export type {
  BackoffStrategy,
  JobContext,
  JobFilter,
  JobQueue,
  Processor,
  Queues,
  Worker,
  WorkerOptions,
} from './queue/queue-api.ts';
export type { ScheduleInput, ScheduleRecord, ScheduleService } from './queue/schedule-api.ts';
export { defineWorker, type WorkerDefinition } from './queue/worker-definition.ts';
