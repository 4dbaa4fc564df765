import type {
  JobCounts,
  Mutation,
  MutationAddJobArgs,
  MutationAddJobsArgs,
  MutationBulkJobsArgs,
  MutationCancelJobArgs,
  MutationCleanQueueArgs,
  MutationConfigureQueueArgs,
  MutationDrainQueueArgs,
  MutationObliterateQueueArgs,
  MutationPauseQueueArgs,
  MutationPromoteJobArgs,
  MutationRemoveJobArgs,
  MutationRemoveScheduleArgs,
  MutationResumeQueueArgs,
  MutationRetryJobArgs,
  MutationUpsertScheduleArgs,
  Query,
  QueryBulkJobsDryRunArgs,
  QueryJobArgs,
  QueryJobsArgs,
  QueryQueueArgs,
  QueryScheduleArgs,
  QueueSettings,
  Schedule,
  ScheduleNextArgs,
  Subscription,
  SubscriptionJobEventsArgs,
} from '../../proto/generated/graphql.ts';
import type { Resolver, Subscriber } from './resolver.ts';

/** The root fields about queues, jobs and schedules. */
export interface JobQueryResolvers {
  readonly queues: Resolver<object, readonly QueueParent[]>;
  readonly queue: Resolver<QueryQueueArgs, QueueParent | null>;
  readonly jobs: Resolver<QueryJobsArgs, Query['jobs']>;
  readonly job: Resolver<QueryJobArgs, Query['job']>;
  readonly bulkJobsDryRun: Resolver<QueryBulkJobsDryRunArgs, Query['bulkJobsDryRun']>;
  readonly schedules: Resolver<object, readonly ScheduleParent[]>;
  readonly schedule: Resolver<QueryScheduleArgs, ScheduleParent | null>;
  readonly jobTypes: Resolver<object, Query['jobTypes']>;
}

export interface JobMutationResolvers {
  readonly addJob: Resolver<MutationAddJobArgs, Mutation['addJob']>;
  readonly addJobs: Resolver<MutationAddJobsArgs, Mutation['addJobs']>;
  readonly promoteJob: Resolver<MutationPromoteJobArgs, Mutation['promoteJob']>;
  readonly retryJob: Resolver<MutationRetryJobArgs, Mutation['retryJob']>;
  readonly removeJob: Resolver<MutationRemoveJobArgs, Mutation['removeJob']>;
  readonly cancelJob: Resolver<MutationCancelJobArgs, Mutation['cancelJob']>;
  readonly bulkJobs: Resolver<MutationBulkJobsArgs, Mutation['bulkJobs']>;
  readonly pauseQueue: Resolver<MutationPauseQueueArgs, QueueParent>;
  readonly resumeQueue: Resolver<MutationResumeQueueArgs, QueueParent>;
  readonly drainQueue: Resolver<MutationDrainQueueArgs, Mutation['drainQueue']>;
  readonly cleanQueue: Resolver<MutationCleanQueueArgs, Mutation['cleanQueue']>;
  readonly obliterateQueue: Resolver<MutationObliterateQueueArgs, Mutation['obliterateQueue']>;
  readonly configureQueue: Resolver<MutationConfigureQueueArgs, QueueParent>;
  readonly upsertSchedule: Resolver<MutationUpsertScheduleArgs, ScheduleParent>;
  readonly removeSchedule: Resolver<MutationRemoveScheduleArgs, Mutation['removeSchedule']>;
}

export interface JobSubscriptionResolvers {
  readonly jobEvents: Subscriber<SubscriptionJobEventsArgs, Subscription['jobEvents']>;
}

/** Functions are called for fields that a client selects, and only then. */
export interface QueueParent {
  readonly name: string;
  readonly counts: () => Promise<JobCounts>;
  readonly settings: () => Promise<QueueSettings>;
}

export type ScheduleParent = Omit<Schedule, 'next'> & {
  readonly next: (args: ScheduleNextArgs) => Promise<Schedule['next']>;
};
