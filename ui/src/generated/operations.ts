// Generated from ui/src/operations.graphql by npm run generate; do not edit.

/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
export type VirtualDeviceInput = {
  /** USB vendor id, 0 to 65535. */
  readonly vendorId: number;
  /** USB product id, 0 to 65535. */
  readonly productId: number;
  readonly manufacturer?: string | null | undefined;
  readonly product?: string | null | undefined;
  readonly serial?: string | null | undefined;
};

export type DeviceEventType = 'ATTACHED' | 'DETACHED';

export type ActorStatus =
  /** It waits for a message. */
  | 'IDLE'
  /** It handles a message. */
  | 'RUNNING'
  /** It waits for the next attempt at a message that failed. */
  | 'WAITING'
  /** An operator has paused it. */
  | 'PAUSED'
  /** Its state can't be used by this version of the actor. */
  | 'BLOCKED';

export type MissedTimer =
  /** What was missed while nothing ran is left out. */
  | 'SKIP'
  /** It is sent once for all that were missed. */
  | 'ONCE'
  /** It is sent for each that was missed. */
  | 'ALL';

export type HealthStatus =
  /** All parts do what they are for. */
  | 'OK'
  /** Something is missing or late, the rest works. */
  | 'DEGRADED'
  /** It can't do its work. */
  | 'DOWN';

export type HealthCode =
  /** The broker is away. */
  | 'BROKER_AWAY'
  /** nats-server can't write to its disk. */
  | 'BROKER_CANNOT_WRITE'
  /** The broker keeps messages less safely than AUTOWEAVE_DURABILITY asks for. */
  | 'DURABILITY_WEAKER'
  /** Mailboxes are not being read. */
  | 'ACTORS_NOT_READING'
  /** The watcher is being started. */
  | 'WATCHER_STARTING'
  /** USB is not watched here, by configuration. */
  | 'USB_OFF'
  /** This host has no USB. */
  | 'USB_ABSENT'
  /** Devices are seen late, or not at all. */
  | 'USB_DEGRADED'
  /** Less is free than is kept in reserve: commands are refused. */
  | 'DISK_LOW';

export type DurabilityLevel =
  /** Every acknowledged message is on disk, by fsync, before its acknowledgement. */
  | 'FSYNC'
  /** Acknowledged messages reach the disk within the interval: a power cut may lose that much. A killed process loses nothing. */
  | 'INTERVAL'
  /** Acknowledged messages are on most of three servers or more; `isSynced` says whether on their disks. */
  | 'QUORUM'
  /** Kept in memory only, on one disk after a long while, or by a server that would not say: nothing here is called durable. */
  | 'UNKNOWN';

export type JobState = 'WAITING' | 'ACTIVE' | 'DELAYED' | 'COMPLETED' | 'FAILED';

export type FinishedState = 'COMPLETED' | 'FAILED';

/** What a single job's detail can say beyond the states that are listed. */
export type JobDetailState = 'WAITING' | 'ACTIVE' | 'DELAYED' | 'COMPLETED' | 'FAILED' | 'CANCELLED' | 'REMOVED';

export type BulkJobOperation = 'RETRY' | 'REMOVE' | 'PROMOTE' | 'CANCEL';

/** See the guide to jobs for what each means. */
export type JobOptionsInput = {
  readonly id?: string | null | undefined;
  readonly priority?: number | null | undefined;
  readonly lifo?: boolean | null | undefined;
  readonly delayMs?: number | null | undefined;
  readonly attempts?: number | null | undefined;
  readonly backoff?: unknown;
  readonly attemptTimeoutMs?: number | null | undefined;
  readonly totalTimeoutMs?: number | null | undefined;
  readonly deduplicate?: DeduplicationInput | null | undefined;
};

export type DeduplicationMode = 'SIMPLE' | 'THROTTLE' | 'DEBOUNCE' | 'REPLACE';

export type DeduplicationInput = {
  readonly mode: DeduplicationMode;
  readonly id: string;
  /** Of throttle and debounce. */
  readonly ttlMs?: number | null | undefined;
};

export type JobFilterInput = {
  readonly state: JobState;
  readonly type?: string | null | undefined;
  readonly addedBefore?: string | null | undefined;
  readonly limit?: number | null | undefined;
};

export type JobEventType =
  | 'ADDED'
  | 'ACTIVE'
  | 'PROGRESS'
  | 'LOG'
  | 'PARTIAL'
  | 'COMPLETED'
  | 'FAILED'
  | 'RETRYING'
  | 'STALLED'
  | 'PROMOTED'
  | 'CANCELLED'
  | 'REMOVED';

export type PluginState =
  /** It lies in a watched folder, and was not loaded. */
  | 'FOUND'
  /** It asks for more than was granted. */
  | 'AWAITING_CONSENT'
  | 'LOADING'
  | 'LOADED'
  | 'UNLOADED'
  /** It could not be loaded, or was given up: see `error`. */
  | 'FAILED';

export type PluginIntegrity =
  /** Nothing says what its files should be. */
  | 'UNSIGNED'
  /** Its files are those that its SHA-256 names; who has made them is not known. */
  | 'HASHED';

export type AgentStatus = 'DRAFT' | 'DEPLOYED' | 'RUNNING' | 'STOPPED' | 'ERROR';

export type CreateAgentInput = {
  readonly name: string;
  readonly description?: string | null | undefined;
  readonly config?: unknown;
};

/** All of it: what is absent is taken away. */
export type UpdateAgentInput = {
  readonly name: string;
  readonly description?: string | null | undefined;
  readonly config?: unknown;
};

export type AgentRunStatus = 'RUNNING' | 'DONE' | 'FAILED' | 'STOPPED';

export type AgentStepStatus = 'WAITING' | 'DONE' | 'FAILED';

export type RememberInput = {
  readonly id?: string | null | undefined;
  readonly text: string;
  readonly agentId?: string | null | undefined;
  readonly metadata?: unknown;
};

export type DeviceFieldsFragment = {
  readonly id: string;
  readonly session: string;
  readonly host: string;
  readonly vendor: string;
  readonly product: string;
  readonly vendorId: number;
  readonly productId: number;
  readonly serial: string | null;
  readonly port: string;
  readonly speed: string | null;
  readonly path: string;
  readonly partial: boolean;
  readonly virtual: boolean;
  readonly attached: boolean;
  readonly attachedAt: string;
  readonly detachedAt: string | null;
};

export type DeviceEventFieldsFragment = {
  readonly id: string;
  readonly cursor: string;
  readonly type: DeviceEventType;
  readonly reason: string;
  readonly at: string;
  readonly traceId: string | null;
  readonly device: {
    readonly id: string;
    readonly session: string;
    readonly host: string;
    readonly vendor: string;
    readonly product: string;
    readonly vendorId: number;
    readonly productId: number;
    readonly serial: string | null;
    readonly port: string;
    readonly speed: string | null;
    readonly path: string;
    readonly partial: boolean;
    readonly virtual: boolean;
    readonly attached: boolean;
    readonly attachedAt: string;
    readonly detachedAt: string | null;
  };
};

export type TraceStepFieldsFragment = {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly name: string;
  readonly startedAt: string;
  readonly offsetUs: number;
  readonly durationUs: number;
  readonly ok: boolean;
  readonly file: string | null;
  readonly attributes: unknown;
};

export type HealthQueryVariables = Exact<{ [key: string]: never }>;

export type HealthQuery = {
  readonly health: {
    readonly status: HealthStatus;
    readonly ready: boolean;
    readonly version: string;
    readonly host: string;
    readonly startedAt: string;
    readonly components: ReadonlyArray<{
      readonly name: string;
      readonly status: HealthStatus;
      readonly code: HealthCode | null;
      readonly detail: string;
      readonly since: string;
    }>;
    readonly durability: {
      readonly level: DurabilityLevel;
      readonly syncIntervalMs: number | null;
      readonly isSynced: boolean | null;
      readonly replicas: number;
      readonly detail: string;
      readonly wanted: DurabilityLevel;
      readonly isMet: boolean | null;
    };
  };
};

export type DevicesQueryVariables = Exact<{ [key: string]: never }>;

export type DevicesQuery = {
  readonly devices: ReadonlyArray<{
    readonly id: string;
    readonly session: string;
    readonly host: string;
    readonly vendor: string;
    readonly product: string;
    readonly vendorId: number;
    readonly productId: number;
    readonly serial: string | null;
    readonly port: string;
    readonly speed: string | null;
    readonly path: string;
    readonly partial: boolean;
    readonly virtual: boolean;
    readonly attached: boolean;
    readonly attachedAt: string;
    readonly detachedAt: string | null;
  }>;
};

export type DeviceHistoryQueryVariables = Exact<{
  id?: string | null | undefined;
  last?: number | null | undefined;
}>;

export type DeviceHistoryQuery = {
  readonly deviceHistory: ReadonlyArray<{
    readonly id: string;
    readonly cursor: string;
    readonly type: DeviceEventType;
    readonly reason: string;
    readonly at: string;
    readonly traceId: string | null;
    readonly device: {
      readonly id: string;
      readonly session: string;
      readonly host: string;
      readonly vendor: string;
      readonly product: string;
      readonly vendorId: number;
      readonly productId: number;
      readonly serial: string | null;
      readonly port: string;
      readonly speed: string | null;
      readonly path: string;
      readonly partial: boolean;
      readonly virtual: boolean;
      readonly attached: boolean;
      readonly attachedAt: string;
      readonly detachedAt: string | null;
    };
  }>;
};

export type ActorsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;

export type ActorsQuery = {
  readonly actors: {
    readonly next: string | null;
    readonly actors: ReadonlyArray<{
      readonly name: string;
      readonly key: string;
      readonly version: number;
      readonly lastSeq: number;
      readonly attempt: number;
      readonly outbox: number;
      readonly updatedAt: string;
    }>;
  };
};

export type ActivityFieldsFragment = {
  readonly status: ActorStatus;
  readonly depth: number;
  readonly lagMs: number;
  readonly owner: string;
  readonly current: {
    readonly id: string;
    readonly type: string;
    readonly sequence: number;
    readonly attempt: number;
  } | null;
  readonly problem: { readonly code: string; readonly message: string } | null;
  readonly timers: ReadonlyArray<{
    readonly id: string;
    readonly due: string;
    readonly recurrence: string;
    readonly missed: MissedTimer;
    readonly type: string;
    readonly data: unknown;
  }>;
};

export type FindActorsQueryVariables = Exact<{
  name?: string | null | undefined;
  prefix?: string | null | undefined;
  status?: ActorStatus | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;

export type FindActorsQuery = {
  readonly actors: {
    readonly next: string | null;
    readonly actors: ReadonlyArray<{
      readonly name: string;
      readonly key: string;
      readonly updatedAt: string;
      readonly activity: { readonly status: ActorStatus; readonly depth: number; readonly lagMs: number } | null;
    }>;
  };
};

export type ActorQueryVariables = Exact<{
  name: string;
  key: string;
}>;

export type ActorQuery = {
  readonly actor: {
    readonly name: string;
    readonly key: string;
    readonly tenant: string;
    readonly version: number;
    readonly lastSeq: number;
    readonly attempt: number;
    readonly outbox: number;
    readonly state: unknown;
    readonly updatedAt: string;
  } | null;
  readonly actorActivity: {
    readonly status: ActorStatus;
    readonly depth: number;
    readonly lagMs: number;
    readonly owner: string;
    readonly current: {
      readonly id: string;
      readonly type: string;
      readonly sequence: number;
      readonly attempt: number;
    } | null;
    readonly problem: { readonly code: string; readonly message: string } | null;
    readonly timers: ReadonlyArray<{
      readonly id: string;
      readonly due: string;
      readonly recurrence: string;
      readonly missed: MissedTimer;
      readonly type: string;
      readonly data: unknown;
    }>;
  } | null;
};

export type ActorExportQueryVariables = Exact<{
  name: string;
  key: string;
}>;

export type ActorExportQuery = { readonly actorExport: unknown };

export type SendCommandMutationVariables = Exact<{
  actor: string;
  key: string;
  type: string;
  data: unknown;
}>;

export type SendCommandMutation = { readonly sendCommand: string };

export type CallCommandMutationVariables = Exact<{
  actor: string;
  key: string;
  type: string;
  data: unknown;
  timeoutMs?: number | null | undefined;
}>;

export type CallCommandMutation = { readonly callCommand: unknown };

export type PauseActorMutationVariables = Exact<{
  actor: string;
  key: string;
}>;

export type PauseActorMutation = { readonly pauseActor: { readonly status: ActorStatus } | null };

export type ResumeActorMutationVariables = Exact<{
  actor: string;
  key: string;
}>;

export type ResumeActorMutation = { readonly resumeActor: { readonly status: ActorStatus } | null };

export type KillActorMutationVariables = Exact<{
  actor: string;
  key: string;
}>;

export type KillActorMutation = { readonly killActor: { readonly status: ActorStatus } | null };

export type DestroyActorMutationVariables = Exact<{
  actor: string;
  key: string;
}>;

export type DestroyActorMutation = { readonly destroyActor: boolean };

export type CancelTimerMutationVariables = Exact<{
  actor: string;
  key: string;
  id: string;
}>;

export type CancelTimerMutation = { readonly cancelTimer: boolean };

export type ImportActorMutationVariables = Exact<{
  file: unknown;
  key?: string | null | undefined;
  replace?: boolean | null | undefined;
}>;

export type ImportActorMutation = { readonly importActor: string };

export type ResendDeadLetterMutationVariables = Exact<{
  id: string;
  data?: unknown;
  remove?: boolean | null | undefined;
}>;

export type ResendDeadLetterMutation = { readonly resendDeadLetter: string };

export type DeadLettersQueryVariables = Exact<{
  first?: number | null | undefined;
  before?: string | null | undefined;
}>;

export type DeadLettersQuery = {
  readonly deadLetters: {
    readonly total: number;
    readonly next: string | null;
    readonly deadLetters: ReadonlyArray<{
      readonly id: string;
      readonly code: string;
      readonly error: string;
      readonly stream: string;
      readonly sequence: number;
      readonly subject: string;
      readonly type: string | null;
      readonly attempts: number;
      readonly at: string;
      readonly headers: unknown;
      readonly data: string;
    }>;
  };
};

export type TraceQueryVariables = Exact<{
  id: string;
}>;

export type TraceQuery = {
  readonly trace: ReadonlyArray<{
    readonly traceId: string;
    readonly spanId: string;
    readonly parentSpanId: string | null;
    readonly name: string;
    readonly startedAt: string;
    readonly offsetUs: number;
    readonly durationUs: number;
    readonly ok: boolean;
    readonly file: string | null;
    readonly attributes: unknown;
  }> | null;
};

export type PlugVirtualDeviceMutationVariables = Exact<{
  input: VirtualDeviceInput;
}>;

export type PlugVirtualDeviceMutation = {
  readonly plugVirtualDevice: {
    readonly id: string;
    readonly session: string;
    readonly host: string;
    readonly product: string;
  };
};

export type UnplugVirtualDeviceMutationVariables = Exact<{
  id: string;
}>;

export type UnplugVirtualDeviceMutation = {
  readonly unplugVirtualDevice: { readonly id: string; readonly session: string };
};

export type DeviceEventsSubscriptionVariables = Exact<{
  after?: string | null | undefined;
}>;

export type DeviceEventsSubscription = {
  readonly deviceEvents:
    | {
        readonly __typename: 'DeviceEvent';
        readonly id: string;
        readonly cursor: string;
        readonly type: DeviceEventType;
        readonly reason: string;
        readonly at: string;
        readonly traceId: string | null;
        readonly device: {
          readonly id: string;
          readonly session: string;
          readonly host: string;
          readonly vendor: string;
          readonly product: string;
          readonly vendorId: number;
          readonly productId: number;
          readonly serial: string | null;
          readonly port: string;
          readonly speed: string | null;
          readonly path: string;
          readonly partial: boolean;
          readonly virtual: boolean;
          readonly attached: boolean;
          readonly attachedAt: string;
          readonly detachedAt: string | null;
        };
      }
    | {
        readonly __typename: 'Lagged';
        readonly cursor: string;
        readonly from: string;
        readonly to: string;
        readonly count: number | null;
      }
    | { readonly __typename: 'CaughtUp'; readonly cursor: string };
};

export type TraceStepsSubscriptionVariables = Exact<{
  traceId: string;
}>;

export type TraceStepsSubscription = {
  readonly traceSteps: {
    readonly traceId: string;
    readonly spanId: string;
    readonly parentSpanId: string | null;
    readonly name: string;
    readonly startedAt: string;
    readonly offsetUs: number;
    readonly durationUs: number;
    readonly ok: boolean;
    readonly file: string | null;
    readonly attributes: unknown;
  };
};

export type JobCountsFieldsFragment = {
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  readonly completed: number;
  readonly failed: number;
  readonly isPaused: boolean;
  readonly workers: number;
};

export type JobFieldsFragment = {
  readonly id: string;
  readonly type: string;
  readonly state: JobDetailState;
  readonly priority: number;
  readonly attemptsMade: number;
  readonly attempts: number;
  readonly addedAt: string;
  readonly dueAt: string | null;
  readonly finishedAt: string | null;
  readonly durationMs: number | null;
  readonly error: string | null;
};

export type QueuesQueryVariables = Exact<{ [key: string]: never }>;

export type QueuesQuery = {
  readonly queues: ReadonlyArray<{
    readonly name: string;
    readonly counts: {
      readonly waiting: number;
      readonly active: number;
      readonly delayed: number;
      readonly completed: number;
      readonly failed: number;
      readonly isPaused: boolean;
      readonly workers: number;
    };
  }>;
};

export type QueueQueryVariables = Exact<{
  name: string;
}>;

export type QueueQuery = {
  readonly queue: {
    readonly name: string;
    readonly counts: {
      readonly waiting: number;
      readonly active: number;
      readonly delayed: number;
      readonly completed: number;
      readonly failed: number;
      readonly isPaused: boolean;
      readonly workers: number;
      readonly byPriority: ReadonlyArray<{ readonly priority: number; readonly waiting: number }>;
    };
    readonly settings: {
      readonly attempts: number;
      readonly backoff: unknown;
      readonly attemptTimeoutMs: number;
      readonly totalTimeoutMs: number;
      readonly globalConcurrency: number | null;
      readonly types: ReadonlyArray<string>;
      readonly completed: { readonly count: number; readonly ageMs: number | null };
      readonly failed: { readonly count: number; readonly ageMs: number | null };
      readonly rateLimit: { readonly max: number; readonly windowMs: number } | null;
    };
  } | null;
};

export type JobsQueryVariables = Exact<{
  queue: string;
  state: JobState;
  first?: number | null | undefined;
}>;

export type JobsQuery = {
  readonly jobs: {
    readonly next: string | null;
    readonly jobs: ReadonlyArray<{
      readonly id: string;
      readonly type: string;
      readonly state: JobDetailState;
      readonly priority: number;
      readonly attemptsMade: number;
      readonly attempts: number;
      readonly addedAt: string;
      readonly dueAt: string | null;
      readonly finishedAt: string | null;
      readonly durationMs: number | null;
      readonly error: string | null;
    }>;
  };
};

export type JobQueryVariables = Exact<{
  queue: string;
  id: string;
}>;

export type JobQuery = {
  readonly job: {
    readonly id: string;
    readonly type: string;
    readonly state: JobDetailState;
    readonly priority: number;
    readonly attemptsMade: number;
    readonly attempts: number;
    readonly addedAt: string;
    readonly dueAt: string | null;
    readonly finishedAt: string | null;
    readonly durationMs: number | null;
    readonly traceId: string | null;
    readonly data: unknown;
    readonly progress: unknown;
    readonly logs: ReadonlyArray<string>;
    readonly partials: ReadonlyArray<unknown>;
    readonly stalledCount: number;
    readonly options: unknown;
    readonly result: {
      readonly success: boolean;
      readonly data: unknown;
      readonly error: string | null;
      readonly duration: number;
      readonly timestamp: number;
    } | null;
    readonly failures: ReadonlyArray<{
      readonly code: string;
      readonly message: string;
      readonly attempt: number;
      readonly at: string;
      readonly stack: string | null;
    }>;
  } | null;
};

export type JobTypesQueryVariables = Exact<{ [key: string]: never }>;

export type JobTypesQuery = {
  readonly jobTypes: ReadonlyArray<{ readonly type: string; readonly description: string; readonly schema: unknown }>;
};

export type BulkJobsDryRunQueryVariables = Exact<{
  queue: string;
  operation: BulkJobOperation;
  filter: JobFilterInput;
}>;

export type BulkJobsDryRunQuery = { readonly bulkJobsDryRun: number };

export type BulkJobsMutationVariables = Exact<{
  queue: string;
  operation: BulkJobOperation;
  filter: JobFilterInput;
}>;

export type BulkJobsMutation = { readonly bulkJobs: number };

export type AddJobMutationVariables = Exact<{
  queue: string;
  type: string;
  data: unknown;
  options?: JobOptionsInput | null | undefined;
}>;

export type AddJobMutation = { readonly addJob: { readonly id: string; readonly isDuplicate: boolean } };

export type PromoteJobMutationVariables = Exact<{
  queue: string;
  id: string;
}>;

export type PromoteJobMutation = { readonly promoteJob: boolean };

export type RetryJobMutationVariables = Exact<{
  queue: string;
  id: string;
  data?: unknown;
}>;

export type RetryJobMutation = { readonly retryJob: boolean };

export type RemoveJobMutationVariables = Exact<{
  queue: string;
  id: string;
}>;

export type RemoveJobMutation = { readonly removeJob: boolean };

export type CancelJobMutationVariables = Exact<{
  queue: string;
  id: string;
}>;

export type CancelJobMutation = { readonly cancelJob: boolean };

export type PauseQueueMutationVariables = Exact<{
  queue: string;
}>;

export type PauseQueueMutation = { readonly pauseQueue: { readonly name: string } };

export type ResumeQueueMutationVariables = Exact<{
  queue: string;
}>;

export type ResumeQueueMutation = { readonly resumeQueue: { readonly name: string } };

export type DrainQueueMutationVariables = Exact<{
  queue: string;
  withDelayed?: boolean | null | undefined;
}>;

export type DrainQueueMutation = { readonly drainQueue: number };

export type CleanQueueMutationVariables = Exact<{
  queue: string;
  state: FinishedState;
  graceMs?: number | null | undefined;
}>;

export type CleanQueueMutation = { readonly cleanQueue: number };

export type JobEventsSubscriptionVariables = Exact<{
  queue: string;
  after?: string | null | undefined;
}>;

export type JobEventsSubscription = {
  readonly jobEvents:
    | {
        readonly __typename: 'JobEvent';
        readonly cursor: string;
        readonly type: JobEventType;
        readonly id: string;
        readonly jobType: string;
        readonly at: string;
        readonly attempt: number | null;
        readonly data: unknown;
        readonly result: { readonly success: boolean; readonly error: string | null; readonly duration: number } | null;
      }
    | {
        readonly __typename: 'Lagged';
        readonly cursor: string;
        readonly from: string;
        readonly to: string;
        readonly count: number | null;
      }
    | { readonly __typename: 'CaughtUp'; readonly cursor: string };
};

export type EventFieldsFragment = {
  readonly id: string;
  readonly cursor: string;
  readonly type: string;
  readonly subject: string;
  readonly at: string;
  readonly data: unknown;
  readonly traceId: string | null;
};

export type EventHistoryQueryVariables = Exact<{
  types?: ReadonlyArray<string> | string | null | undefined;
  last?: number | null | undefined;
}>;

export type EventHistoryQuery = {
  readonly eventHistory: ReadonlyArray<{
    readonly id: string;
    readonly cursor: string;
    readonly type: string;
    readonly subject: string;
    readonly at: string;
    readonly data: unknown;
    readonly traceId: string | null;
  }>;
};

export type EventsSubscriptionVariables = Exact<{
  after?: string | null | undefined;
  types?: ReadonlyArray<string> | string | null | undefined;
}>;

export type EventsSubscription = {
  readonly events:
    | {
        readonly __typename: 'Event';
        readonly id: string;
        readonly cursor: string;
        readonly type: string;
        readonly subject: string;
        readonly at: string;
        readonly data: unknown;
        readonly traceId: string | null;
      }
    | {
        readonly __typename: 'Lagged';
        readonly cursor: string;
        readonly from: string;
        readonly to: string;
        readonly count: number | null;
      }
    | { readonly __typename: 'CaughtUp'; readonly cursor: string };
};

export type FeedNamesQueryVariables = Exact<{ [key: string]: never }>;

export type FeedNamesQuery = {
  readonly plugins: ReadonlyArray<{ readonly name: string; readonly permissions: { readonly effective: unknown } }>;
  readonly agents: ReadonlyArray<{ readonly id: string; readonly name: string }>;
};

export type PluginFieldsFragment = {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly description: string | null;
  readonly manifestPath: string;
  readonly state: PluginState;
  readonly functions: ReadonlyArray<string>;
  readonly hooks: unknown;
  readonly integrity: PluginIntegrity;
  readonly sha256: string | null;
  readonly size: number | null;
  readonly loadedAt: string | null;
  readonly loadDurationMs: number | null;
  readonly options: unknown;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly permissions: {
    readonly requested: unknown;
    readonly granted: unknown;
    readonly grantedAt: string | null;
    readonly items: ReadonlyArray<{
      readonly capability: string;
      readonly sentence: string;
      readonly isGranted: boolean;
      readonly isAvailable: boolean;
    }>;
  };
  readonly limits: {
    readonly callTimeoutMs: number;
    readonly maxOutputBytes: number;
    readonly maxHeapBytes: number;
    readonly maxWorkers: number;
  };
  readonly stats: {
    readonly calls: number;
    readonly failures: number;
    readonly timeouts: number;
    readonly denials: number;
    readonly instances: number;
    readonly pending: number;
    readonly lastCallAt: string | null;
    readonly p50Ms: number | null;
    readonly p99Ms: number | null;
    readonly recentDenials: ReadonlyArray<{
      readonly capability: string;
      readonly subject: string;
      readonly at: string;
    }>;
  };
  readonly jobTypes: ReadonlyArray<{ readonly type: string; readonly description: string; readonly schema: unknown }>;
};

export type PluginsQueryVariables = Exact<{ [key: string]: never }>;

export type PluginsQuery = {
  readonly plugins: ReadonlyArray<{
    readonly name: string;
    readonly version: string;
    readonly state: PluginState;
    readonly integrity: PluginIntegrity;
    readonly error: { readonly code: string; readonly message: string } | null;
    readonly stats: { readonly calls: number; readonly denials: number; readonly p99Ms: number | null };
  }>;
  readonly health: { readonly plugins: { readonly allowsUnsigned: boolean; readonly folders: ReadonlyArray<string> } };
};

export type PluginQueryVariables = Exact<{
  name: string;
}>;

export type PluginQuery = {
  readonly plugin: {
    readonly id: string;
    readonly name: string;
    readonly version: string;
    readonly description: string | null;
    readonly manifestPath: string;
    readonly state: PluginState;
    readonly functions: ReadonlyArray<string>;
    readonly hooks: unknown;
    readonly integrity: PluginIntegrity;
    readonly sha256: string | null;
    readonly size: number | null;
    readonly loadedAt: string | null;
    readonly loadDurationMs: number | null;
    readonly options: unknown;
    readonly error: { readonly code: string; readonly message: string } | null;
    readonly permissions: {
      readonly requested: unknown;
      readonly granted: unknown;
      readonly grantedAt: string | null;
      readonly items: ReadonlyArray<{
        readonly capability: string;
        readonly sentence: string;
        readonly isGranted: boolean;
        readonly isAvailable: boolean;
      }>;
    };
    readonly limits: {
      readonly callTimeoutMs: number;
      readonly maxOutputBytes: number;
      readonly maxHeapBytes: number;
      readonly maxWorkers: number;
    };
    readonly stats: {
      readonly calls: number;
      readonly failures: number;
      readonly timeouts: number;
      readonly denials: number;
      readonly instances: number;
      readonly pending: number;
      readonly lastCallAt: string | null;
      readonly p50Ms: number | null;
      readonly p99Ms: number | null;
      readonly recentDenials: ReadonlyArray<{
        readonly capability: string;
        readonly subject: string;
        readonly at: string;
      }>;
    };
    readonly jobTypes: ReadonlyArray<{ readonly type: string; readonly description: string; readonly schema: unknown }>;
  } | null;
};

export type InspectPluginQueryVariables = Exact<{
  manifestPath: string;
}>;

export type InspectPluginQuery = {
  readonly inspectPlugin: {
    readonly id: string;
    readonly name: string;
    readonly version: string;
    readonly description: string | null;
    readonly manifestPath: string;
    readonly state: PluginState;
    readonly functions: ReadonlyArray<string>;
    readonly hooks: unknown;
    readonly integrity: PluginIntegrity;
    readonly sha256: string | null;
    readonly size: number | null;
    readonly loadedAt: string | null;
    readonly loadDurationMs: number | null;
    readonly options: unknown;
    readonly error: { readonly code: string; readonly message: string } | null;
    readonly permissions: {
      readonly requested: unknown;
      readonly granted: unknown;
      readonly grantedAt: string | null;
      readonly items: ReadonlyArray<{
        readonly capability: string;
        readonly sentence: string;
        readonly isGranted: boolean;
        readonly isAvailable: boolean;
      }>;
    };
    readonly limits: {
      readonly callTimeoutMs: number;
      readonly maxOutputBytes: number;
      readonly maxHeapBytes: number;
      readonly maxWorkers: number;
    };
    readonly stats: {
      readonly calls: number;
      readonly failures: number;
      readonly timeouts: number;
      readonly denials: number;
      readonly instances: number;
      readonly pending: number;
      readonly lastCallAt: string | null;
      readonly p50Ms: number | null;
      readonly p99Ms: number | null;
      readonly recentDenials: ReadonlyArray<{
        readonly capability: string;
        readonly subject: string;
        readonly at: string;
      }>;
    };
    readonly jobTypes: ReadonlyArray<{ readonly type: string; readonly description: string; readonly schema: unknown }>;
  };
};

export type LoadPluginMutationVariables = Exact<{
  manifestPath: string;
  options?: unknown;
  grant?: unknown;
}>;

export type LoadPluginMutation = { readonly loadPlugin: { readonly id: string; readonly name: string } };

export type ReloadPluginMutationVariables = Exact<{
  id: string;
}>;

export type ReloadPluginMutation = {
  readonly reloadPlugin: { readonly id: string; readonly loadDurationMs: number | null };
};

export type UnloadPluginMutationVariables = Exact<{
  id: string;
}>;

export type UnloadPluginMutation = { readonly unloadPlugin: boolean };

export type GrantPluginMutationVariables = Exact<{
  name: string;
  permissions: unknown;
}>;

export type GrantPluginMutation = { readonly grantPlugin: { readonly id: string; readonly state: PluginState } };

export type RevokePluginMutationVariables = Exact<{
  name: string;
}>;

export type RevokePluginMutation = { readonly revokePlugin: boolean };

export type ExecutePluginMutationVariables = Exact<{
  name: string;
  function: string;
  input?: unknown;
  timeoutMs?: number | null | undefined;
}>;

export type ExecutePluginMutation = { readonly executePlugin: unknown };

export type AgentsQueryVariables = Exact<{ [key: string]: never }>;

export type AgentsQuery = {
  readonly agents: ReadonlyArray<{
    readonly id: string;
    readonly name: string;
    readonly description: string | null;
    readonly status: AgentStatus;
    readonly updatedAt: string;
    readonly error: { readonly code: string; readonly message: string } | null;
  }>;
};

export type AgentQueryVariables = Exact<{
  id: string;
}>;

export type AgentQuery = {
  readonly agent: {
    readonly id: string;
    readonly name: string;
    readonly description: string | null;
    readonly status: AgentStatus;
    readonly createdAt: string;
    readonly updatedAt: string;
    readonly config: unknown;
    readonly warnings: ReadonlyArray<string>;
    readonly error: { readonly code: string; readonly message: string } | null;
    readonly memory: {
      readonly count: number;
      readonly recent: ReadonlyArray<{ readonly id: string; readonly text: string; readonly createdAt: string }>;
    };
    readonly runs: ReadonlyArray<{
      readonly id: string;
      readonly status: AgentRunStatus;
      readonly trigger: unknown;
      readonly startedAt: string;
      readonly endedAt: string | null;
      readonly traceId: string | null;
      readonly error: { readonly code: string; readonly message: string } | null;
      readonly steps: ReadonlyArray<{
        readonly node: string;
        readonly type: string;
        readonly status: AgentStepStatus;
        readonly startedAt: string;
        readonly endedAt: string | null;
        readonly output: unknown;
        readonly next: string | null;
        readonly error: { readonly code: string; readonly message: string } | null;
        readonly job: { readonly queue: string; readonly id: string } | null;
      }>;
    }>;
  } | null;
};

export type CreateAgentMutationVariables = Exact<{
  input: CreateAgentInput;
}>;

export type CreateAgentMutation = { readonly createAgent: { readonly id: string } };

export type UpdateAgentMutationVariables = Exact<{
  id: string;
  input: UpdateAgentInput;
}>;

export type UpdateAgentMutation = { readonly updateAgent: { readonly id: string } };

export type DeployAgentMutationVariables = Exact<{
  id: string;
}>;

export type DeployAgentMutation = { readonly deployAgent: { readonly status: AgentStatus } };

export type StopAgentMutationVariables = Exact<{
  id: string;
}>;

export type StopAgentMutation = { readonly stopAgent: { readonly status: AgentStatus } };

export type DeleteAgentMutationVariables = Exact<{
  id: string;
}>;

export type DeleteAgentMutation = { readonly deleteAgent: boolean };

export type RunAgentMutationVariables = Exact<{
  id: string;
  input?: unknown;
}>;

export type RunAgentMutation = { readonly runAgent: { readonly id: string } };

export type MemoryFieldsFragment = {
  readonly id: string;
  readonly text: string;
  readonly agentId: string | null;
  readonly metadata: unknown;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly excerpt: string | null;
};

export type MemoriesQueryVariables = Exact<{
  query?: string | null | undefined;
  agentId?: string | null | undefined;
  first?: number | null | undefined;
}>;

export type MemoriesQuery = {
  readonly memories: {
    readonly total: number;
    readonly next: string | null;
    readonly lag: number;
    readonly memories: ReadonlyArray<{
      readonly id: string;
      readonly text: string;
      readonly agentId: string | null;
      readonly metadata: unknown;
      readonly createdAt: string;
      readonly updatedAt: string;
      readonly excerpt: string | null;
    }>;
  };
  readonly agents: ReadonlyArray<{ readonly id: string; readonly name: string }>;
};

export type MemoryQueryVariables = Exact<{
  id: string;
}>;

export type MemoryQuery = {
  readonly memory: {
    readonly id: string;
    readonly text: string;
    readonly agentId: string | null;
    readonly metadata: unknown;
    readonly createdAt: string;
    readonly updatedAt: string;
    readonly excerpt: string | null;
  } | null;
};

export type RememberMutationVariables = Exact<{
  input: RememberInput;
}>;

export type RememberMutation = { readonly remember: { readonly id: string } };

export type ForgetMutationVariables = Exact<{
  id: string;
}>;

export type ForgetMutation = { readonly forget: boolean };

/** The text of an operation; it remembers the types of its result and its variables. */
export type OperationDocument<Result, Variables> = string & { readonly __operation?: (variables: Variables) => Result };

export const HealthDocument: OperationDocument<HealthQuery, HealthQueryVariables> =
  'query Health{health{status ready version host startedAt components{name status code detail since}durability{level syncIntervalMs isSynced replicas detail wanted isMet}}}';

export const DevicesDocument: OperationDocument<DevicesQuery, DevicesQueryVariables> =
  'query Devices{devices{...DeviceFields}}fragment DeviceFields on Device{id session host vendor product vendorId productId serial port speed path partial virtual attached attachedAt detachedAt}';

export const DeviceHistoryDocument: OperationDocument<DeviceHistoryQuery, DeviceHistoryQueryVariables> =
  'query DeviceHistory($id:ID$last:Int){deviceHistory(id:$id last:$last){...DeviceEventFields}}fragment DeviceFields on Device{id session host vendor product vendorId productId serial port speed path partial virtual attached attachedAt detachedAt}fragment DeviceEventFields on DeviceEvent{id cursor type reason at traceId device{...DeviceFields}}';

export const ActorsDocument: OperationDocument<ActorsQuery, ActorsQueryVariables> =
  'query Actors($first:Int$after:String){actors(first:$first after:$after){actors{name key version lastSeq attempt outbox updatedAt}next}}';

export const FindActorsDocument: OperationDocument<FindActorsQuery, FindActorsQueryVariables> =
  'query FindActors($name:String$prefix:String$status:ActorStatus$first:Int$after:String){actors(name:$name prefix:$prefix status:$status first:$first after:$after){actors{name key updatedAt activity{status depth lagMs}}next}}';

export const ActorDocument: OperationDocument<ActorQuery, ActorQueryVariables> =
  'query Actor($name:String!$key:String!){actor(name:$name key:$key){name key tenant version lastSeq attempt outbox state updatedAt}actorActivity(name:$name key:$key){...ActivityFields}}fragment ActivityFields on ActorActivity{status depth lagMs current{id type sequence attempt}problem{code message}timers{id due recurrence missed type data}owner}';

export const ActorExportDocument: OperationDocument<ActorExportQuery, ActorExportQueryVariables> =
  'query ActorExport($name:String!$key:String!){actorExport(name:$name key:$key)}';

export const SendCommandDocument: OperationDocument<SendCommandMutation, SendCommandMutationVariables> =
  'mutation SendCommand($actor:String!$key:String!$type:String!$data:JSON!){sendCommand(actor:$actor key:$key type:$type data:$data)}';

export const CallCommandDocument: OperationDocument<CallCommandMutation, CallCommandMutationVariables> =
  'mutation CallCommand($actor:String!$key:String!$type:String!$data:JSON!$timeoutMs:Int){callCommand(actor:$actor key:$key type:$type data:$data timeoutMs:$timeoutMs)}';

export const PauseActorDocument: OperationDocument<PauseActorMutation, PauseActorMutationVariables> =
  'mutation PauseActor($actor:String!$key:String!){pauseActor(actor:$actor key:$key){status}}';

export const ResumeActorDocument: OperationDocument<ResumeActorMutation, ResumeActorMutationVariables> =
  'mutation ResumeActor($actor:String!$key:String!){resumeActor(actor:$actor key:$key){status}}';

export const KillActorDocument: OperationDocument<KillActorMutation, KillActorMutationVariables> =
  'mutation KillActor($actor:String!$key:String!){killActor(actor:$actor key:$key){status}}';

export const DestroyActorDocument: OperationDocument<DestroyActorMutation, DestroyActorMutationVariables> =
  'mutation DestroyActor($actor:String!$key:String!){destroyActor(actor:$actor key:$key)}';

export const CancelTimerDocument: OperationDocument<CancelTimerMutation, CancelTimerMutationVariables> =
  'mutation CancelTimer($actor:String!$key:String!$id:ID!){cancelTimer(actor:$actor key:$key id:$id)}';

export const ImportActorDocument: OperationDocument<ImportActorMutation, ImportActorMutationVariables> =
  'mutation ImportActor($file:JSON!$key:String$replace:Boolean){importActor(file:$file key:$key replace:$replace)}';

export const ResendDeadLetterDocument: OperationDocument<ResendDeadLetterMutation, ResendDeadLetterMutationVariables> =
  'mutation ResendDeadLetter($id:ID!$data:JSON$remove:Boolean){resendDeadLetter(id:$id data:$data remove:$remove)}';

export const DeadLettersDocument: OperationDocument<DeadLettersQuery, DeadLettersQueryVariables> =
  'query DeadLetters($first:Int$before:String){deadLetters(first:$first before:$before){deadLetters{id code error stream sequence subject type attempts at headers data}total next}}';

export const TraceDocument: OperationDocument<TraceQuery, TraceQueryVariables> =
  'query Trace($id:ID!){trace(id:$id){...TraceStepFields}}fragment TraceStepFields on TraceStep{traceId spanId parentSpanId name startedAt offsetUs durationUs ok file attributes}';

export const PlugVirtualDeviceDocument: OperationDocument<
  PlugVirtualDeviceMutation,
  PlugVirtualDeviceMutationVariables
> = 'mutation PlugVirtualDevice($input:VirtualDeviceInput!){plugVirtualDevice(input:$input){id session host product}}';

export const UnplugVirtualDeviceDocument: OperationDocument<
  UnplugVirtualDeviceMutation,
  UnplugVirtualDeviceMutationVariables
> = 'mutation UnplugVirtualDevice($id:ID!){unplugVirtualDevice(id:$id){id session}}';

export const DeviceEventsDocument: OperationDocument<DeviceEventsSubscription, DeviceEventsSubscriptionVariables> =
  'subscription DeviceEvents($after:String){deviceEvents(after:$after){__typename ...on DeviceEvent{...DeviceEventFields}...on Lagged{cursor from to count}...on CaughtUp{cursor}}}fragment DeviceFields on Device{id session host vendor product vendorId productId serial port speed path partial virtual attached attachedAt detachedAt}fragment DeviceEventFields on DeviceEvent{id cursor type reason at traceId device{...DeviceFields}}';

export const TraceStepsDocument: OperationDocument<TraceStepsSubscription, TraceStepsSubscriptionVariables> =
  'subscription TraceSteps($traceId:ID!){traceSteps(traceId:$traceId){...TraceStepFields}}fragment TraceStepFields on TraceStep{traceId spanId parentSpanId name startedAt offsetUs durationUs ok file attributes}';

export const QueuesDocument: OperationDocument<QueuesQuery, QueuesQueryVariables> =
  'query Queues{queues{name counts{...JobCountsFields}}}fragment JobCountsFields on JobCounts{waiting active delayed completed failed isPaused workers}';

export const QueueDocument: OperationDocument<QueueQuery, QueueQueryVariables> =
  'query Queue($name:String!){queue(name:$name){name counts{...JobCountsFields byPriority{priority waiting}}settings{attempts backoff attemptTimeoutMs totalTimeoutMs completed{count ageMs}failed{count ageMs}globalConcurrency rateLimit{max windowMs}types}}}fragment JobCountsFields on JobCounts{waiting active delayed completed failed isPaused workers}';

export const JobsDocument: OperationDocument<JobsQuery, JobsQueryVariables> =
  'query Jobs($queue:String!$state:JobState!$first:Int){jobs(queue:$queue state:$state first:$first){jobs{...JobFields}next}}fragment JobFields on JobSummary{id type state priority attemptsMade attempts addedAt dueAt finishedAt durationMs error}';

export const JobDocument: OperationDocument<JobQuery, JobQueryVariables> =
  'query Job($queue:String!$id:ID!){job(queue:$queue id:$id){id type state priority attemptsMade attempts addedAt dueAt finishedAt durationMs traceId data result{success data error duration timestamp}failures{code message attempt at stack}progress logs partials stalledCount options}}';

export const JobTypesDocument: OperationDocument<JobTypesQuery, JobTypesQueryVariables> =
  'query JobTypes{jobTypes{type description schema}}';

export const BulkJobsDryRunDocument: OperationDocument<BulkJobsDryRunQuery, BulkJobsDryRunQueryVariables> =
  'query BulkJobsDryRun($queue:String!$operation:BulkJobOperation!$filter:JobFilterInput!){bulkJobsDryRun(queue:$queue operation:$operation filter:$filter)}';

export const BulkJobsDocument: OperationDocument<BulkJobsMutation, BulkJobsMutationVariables> =
  'mutation BulkJobs($queue:String!$operation:BulkJobOperation!$filter:JobFilterInput!){bulkJobs(queue:$queue operation:$operation filter:$filter)}';

export const AddJobDocument: OperationDocument<AddJobMutation, AddJobMutationVariables> =
  'mutation AddJob($queue:String!$type:String!$data:JSON!$options:JobOptionsInput){addJob(queue:$queue type:$type data:$data options:$options){id isDuplicate}}';

export const PromoteJobDocument: OperationDocument<PromoteJobMutation, PromoteJobMutationVariables> =
  'mutation PromoteJob($queue:String!$id:ID!){promoteJob(queue:$queue id:$id)}';

export const RetryJobDocument: OperationDocument<RetryJobMutation, RetryJobMutationVariables> =
  'mutation RetryJob($queue:String!$id:ID!$data:JSON){retryJob(queue:$queue id:$id data:$data)}';

export const RemoveJobDocument: OperationDocument<RemoveJobMutation, RemoveJobMutationVariables> =
  'mutation RemoveJob($queue:String!$id:ID!){removeJob(queue:$queue id:$id)}';

export const CancelJobDocument: OperationDocument<CancelJobMutation, CancelJobMutationVariables> =
  'mutation CancelJob($queue:String!$id:ID!){cancelJob(queue:$queue id:$id)}';

export const PauseQueueDocument: OperationDocument<PauseQueueMutation, PauseQueueMutationVariables> =
  'mutation PauseQueue($queue:String!){pauseQueue(queue:$queue){name}}';

export const ResumeQueueDocument: OperationDocument<ResumeQueueMutation, ResumeQueueMutationVariables> =
  'mutation ResumeQueue($queue:String!){resumeQueue(queue:$queue){name}}';

export const DrainQueueDocument: OperationDocument<DrainQueueMutation, DrainQueueMutationVariables> =
  'mutation DrainQueue($queue:String!$withDelayed:Boolean){drainQueue(queue:$queue withDelayed:$withDelayed)}';

export const CleanQueueDocument: OperationDocument<CleanQueueMutation, CleanQueueMutationVariables> =
  'mutation CleanQueue($queue:String!$state:FinishedState!$graceMs:Float){cleanQueue(queue:$queue state:$state graceMs:$graceMs)}';

export const JobEventsDocument: OperationDocument<JobEventsSubscription, JobEventsSubscriptionVariables> =
  'subscription JobEvents($queue:String!$after:String){jobEvents(queue:$queue after:$after){__typename ...on JobEvent{cursor type id jobType at attempt result{success error duration}data}...on Lagged{cursor from to count}...on CaughtUp{cursor}}}';

export const EventHistoryDocument: OperationDocument<EventHistoryQuery, EventHistoryQueryVariables> =
  'query EventHistory($types:[String!]$last:Int){eventHistory(types:$types last:$last){...EventFields}}fragment EventFields on Event{id cursor type subject at data traceId}';

export const EventsDocument: OperationDocument<EventsSubscription, EventsSubscriptionVariables> =
  'subscription Events($after:String$types:[String!]){events(after:$after types:$types){__typename ...on Event{...EventFields}...on Lagged{cursor from to count}...on CaughtUp{cursor}}}fragment EventFields on Event{id cursor type subject at data traceId}';

export const FeedNamesDocument: OperationDocument<FeedNamesQuery, FeedNamesQueryVariables> =
  'query FeedNames{plugins{name permissions{effective}}agents{id name}}';

export const PluginsDocument: OperationDocument<PluginsQuery, PluginsQueryVariables> =
  'query Plugins{plugins{name version state integrity error{code message}stats{calls denials p99Ms}}health{plugins{allowsUnsigned folders}}}';

export const PluginDocument: OperationDocument<PluginQuery, PluginQueryVariables> =
  'query Plugin($name:String!){plugin(name:$name){...PluginFields}}fragment PluginFields on Plugin{id name version description manifestPath state error{code message}functions hooks permissions{requested granted items{capability sentence isGranted isAvailable}grantedAt}integrity sha256 size loadedAt loadDurationMs options limits{callTimeoutMs maxOutputBytes maxHeapBytes maxWorkers}stats{calls failures timeouts denials instances pending lastCallAt p50Ms p99Ms recentDenials{capability subject at}}jobTypes{type description schema}}';

export const InspectPluginDocument: OperationDocument<InspectPluginQuery, InspectPluginQueryVariables> =
  'query InspectPlugin($manifestPath:String!){inspectPlugin(manifestPath:$manifestPath){...PluginFields}}fragment PluginFields on Plugin{id name version description manifestPath state error{code message}functions hooks permissions{requested granted items{capability sentence isGranted isAvailable}grantedAt}integrity sha256 size loadedAt loadDurationMs options limits{callTimeoutMs maxOutputBytes maxHeapBytes maxWorkers}stats{calls failures timeouts denials instances pending lastCallAt p50Ms p99Ms recentDenials{capability subject at}}jobTypes{type description schema}}';

export const LoadPluginDocument: OperationDocument<LoadPluginMutation, LoadPluginMutationVariables> =
  'mutation LoadPlugin($manifestPath:String!$options:JSON$grant:JSON){loadPlugin(manifestPath:$manifestPath options:$options grant:$grant){id name}}';

export const ReloadPluginDocument: OperationDocument<ReloadPluginMutation, ReloadPluginMutationVariables> =
  'mutation ReloadPlugin($id:ID!){reloadPlugin(id:$id){id loadDurationMs}}';

export const UnloadPluginDocument: OperationDocument<UnloadPluginMutation, UnloadPluginMutationVariables> =
  'mutation UnloadPlugin($id:ID!){unloadPlugin(id:$id)}';

export const GrantPluginDocument: OperationDocument<GrantPluginMutation, GrantPluginMutationVariables> =
  'mutation GrantPlugin($name:String!$permissions:JSON!){grantPlugin(name:$name permissions:$permissions){id state}}';

export const RevokePluginDocument: OperationDocument<RevokePluginMutation, RevokePluginMutationVariables> =
  'mutation RevokePlugin($name:String!){revokePlugin(name:$name)}';

export const ExecutePluginDocument: OperationDocument<ExecutePluginMutation, ExecutePluginMutationVariables> =
  'mutation ExecutePlugin($name:String!$function:String!$input:JSON$timeoutMs:Int){executePlugin(name:$name function:$function input:$input timeoutMs:$timeoutMs)}';

export const AgentsDocument: OperationDocument<AgentsQuery, AgentsQueryVariables> =
  'query Agents{agents{id name description status updatedAt error{code message}}}';

export const AgentDocument: OperationDocument<AgentQuery, AgentQueryVariables> =
  'query Agent($id:ID!){agent(id:$id){id name description status createdAt updatedAt config error{code message}warnings memory{count recent(first:3){id text createdAt}}runs(first:20){id status trigger startedAt endedAt error{code message}traceId steps{node type status startedAt endedAt output error{code message}job{queue id}next}}}}';

export const CreateAgentDocument: OperationDocument<CreateAgentMutation, CreateAgentMutationVariables> =
  'mutation CreateAgent($input:CreateAgentInput!){createAgent(input:$input){id}}';

export const UpdateAgentDocument: OperationDocument<UpdateAgentMutation, UpdateAgentMutationVariables> =
  'mutation UpdateAgent($id:ID!$input:UpdateAgentInput!){updateAgent(id:$id input:$input){id}}';

export const DeployAgentDocument: OperationDocument<DeployAgentMutation, DeployAgentMutationVariables> =
  'mutation DeployAgent($id:ID!){deployAgent(id:$id){status}}';

export const StopAgentDocument: OperationDocument<StopAgentMutation, StopAgentMutationVariables> =
  'mutation StopAgent($id:ID!){stopAgent(id:$id){status}}';

export const DeleteAgentDocument: OperationDocument<DeleteAgentMutation, DeleteAgentMutationVariables> =
  'mutation DeleteAgent($id:ID!){deleteAgent(id:$id)}';

export const RunAgentDocument: OperationDocument<RunAgentMutation, RunAgentMutationVariables> =
  'mutation RunAgent($id:ID!$input:JSON){runAgent(id:$id input:$input){id}}';

export const MemoriesDocument: OperationDocument<MemoriesQuery, MemoriesQueryVariables> =
  'query Memories($query:String$agentId:ID$first:Int){memories(query:$query agentId:$agentId first:$first){memories{...MemoryFields}total next lag}agents{id name}}fragment MemoryFields on Memory{id text agentId metadata createdAt updatedAt excerpt}';

export const MemoryDocument: OperationDocument<MemoryQuery, MemoryQueryVariables> =
  'query Memory($id:ID!){memory(id:$id){...MemoryFields}}fragment MemoryFields on Memory{id text agentId metadata createdAt updatedAt excerpt}';

export const RememberDocument: OperationDocument<RememberMutation, RememberMutationVariables> =
  'mutation Remember($input:RememberInput!){remember(input:$input){id}}';

export const ForgetDocument: OperationDocument<ForgetMutation, ForgetMutationVariables> =
  'mutation Forget($id:ID!){forget(id:$id)}';
