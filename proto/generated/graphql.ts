// Generated from proto/gateway.graphql by npm run generate; do not edit.

export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string };
  String: { input: string; output: string };
  Boolean: { input: boolean; output: boolean };
  Int: { input: number; output: number };
  Float: { input: number; output: number };
  /** An instant, ISO 8601 in UTC. */
  DateTime: { input: string; output: string };
  /** Any JSON value. */
  JSON: { input: unknown; output: unknown };
};

export type Query = {
  /** How the whole is, part by part, and what its broker guarantees. */
  readonly health: Health;
  /** Devices that are attached, and those known from before; attached ones first. */
  readonly devices: ReadonlyArray<Device>;
  /** Attach and detach events, newest last: of one device, or of all when no id is given. */
  readonly deviceHistory: ReadonlyArray<DeviceEvent>;
  /**
   * Actors with durable state, the latest change first: all, or those of a name, with a prefix of the key, or in a status
   * now. `after` is the `next` of the page before. With a prefix or a status a page may hold fewer than asked for, or
   * none, and have a `next` all the same: only so much is looked at for one page.
   */
  readonly actors: ActorPage;
  /** One actor with its state, or null. */
  readonly actor: Maybe<Actor>;
  /** What a key does now, also one that has no state yet; null when its owner does not answer. */
  readonly actorActivity: Maybe<ActorActivity>;
  /** Rebuilds a key from its commands up to message `to` (all when absent), and compares it with what is stored. */
  readonly actorReplay: Replay;
  /** A key as a file, for `importActor`. */
  readonly actorExport: Scalars['JSON']['output'];
  /** What could not be handled, newest first. `before` is the `next` of the page before. */
  readonly deadLetters: DeadLetterPage;
  /** One dead letter, or null. */
  readonly deadLetter: Maybe<DeadLetter>;
  /** All queues with their counts, by name. */
  readonly queues: ReadonlyArray<Queue>;
  /** One queue, or null. */
  readonly queue: Maybe<Queue>;
  /**
   * Jobs of a queue in one state: waiting ones in the order in which they start, finished ones newest first. `after` is
   * the `next` of the page before.
   */
  readonly jobs: JobPage;
  /** One job with all that is known of it, or null. */
  readonly job: Maybe<JobDetail>;
  /** How many jobs a bulk operation would concern, without doing anything. */
  readonly bulkJobsDryRun: Scalars['Int']['output'];
  /** Schedules, by id. */
  readonly schedules: ReadonlyArray<Schedule>;
  /** One schedule, or null. */
  readonly schedule: Maybe<Schedule>;
  /** The types that jobs may have, with their schemas. */
  readonly jobTypes: ReadonlyArray<JobType>;
  /** Plugins that are loaded, were loaded before, or lie in a watched folder; by name. */
  readonly plugins: ReadonlyArray<Plugin>;
  /** One plugin by its name, or null. */
  readonly plugin: Maybe<Plugin>;
  /** What the plugin in a folder is and asks for, without loading it. `manifestPath` is its folder or its `plugin.json`. */
  readonly inspectPlugin: Plugin;
  /** Agents, by name. `tenantId`, where given, must be that of the token. */
  readonly agents: ReadonlyArray<Agent>;
  /** One agent, or null. */
  readonly agent: Maybe<Agent>;
  /** One run of an agent with its steps, or null. */
  readonly agentRun: Maybe<AgentRun>;
  /**
   * What is remembered: best first for the words of `query`, the newest first without. Of one agent, or of all. `after` is
   * the `next` of the page before.
   */
  readonly memories: MemoryPage;
  /** One memory, or null. */
  readonly memory: Maybe<Memory>;
  /** Events of any kind, newest last; of these types, or of all. A type may end in `.*`. */
  readonly eventHistory: ReadonlyArray<Event>;
  /** The finished steps of a recent trace, in order of their start; null when it is no longer (or not yet) known. */
  readonly trace: Maybe<ReadonlyArray<TraceStep>>;
};

export type QueryDevicesArgs = {
  attached?: InputMaybe<Scalars['Boolean']['input']>;
};

export type QueryDeviceHistoryArgs = {
  id?: InputMaybe<Scalars['ID']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
};

export type QueryActorsArgs = {
  name?: InputMaybe<Scalars['String']['input']>;
  prefix?: InputMaybe<Scalars['String']['input']>;
  status?: InputMaybe<ActorStatus>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
};

export type QueryActorArgs = {
  name: Scalars['String']['input'];
  key: Scalars['String']['input'];
};

export type QueryActorActivityArgs = {
  name: Scalars['String']['input'];
  key: Scalars['String']['input'];
};

export type QueryActorReplayArgs = {
  name: Scalars['String']['input'];
  key: Scalars['String']['input'];
  to?: InputMaybe<Scalars['Float']['input']>;
};

export type QueryActorExportArgs = {
  name: Scalars['String']['input'];
  key: Scalars['String']['input'];
};

export type QueryDeadLettersArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
};

export type QueryDeadLetterArgs = {
  id: Scalars['ID']['input'];
};

export type QueryQueueArgs = {
  name: Scalars['String']['input'];
};

export type QueryJobsArgs = {
  queue: Scalars['String']['input'];
  state: JobState;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
};

export type QueryJobArgs = {
  queue: Scalars['String']['input'];
  id: Scalars['ID']['input'];
};

export type QueryBulkJobsDryRunArgs = {
  queue: Scalars['String']['input'];
  operation: BulkJobOperation;
  filter: JobFilterInput;
};

export type QueryScheduleArgs = {
  id: Scalars['ID']['input'];
};

export type QueryPluginArgs = {
  name: Scalars['String']['input'];
};

export type QueryInspectPluginArgs = {
  manifestPath: Scalars['String']['input'];
};

export type QueryAgentsArgs = {
  tenantId?: InputMaybe<Scalars['String']['input']>;
};

export type QueryAgentArgs = {
  id: Scalars['ID']['input'];
};

export type QueryAgentRunArgs = {
  id: Scalars['ID']['input'];
};

export type QueryMemoriesArgs = {
  query?: InputMaybe<Scalars['String']['input']>;
  agentId?: InputMaybe<Scalars['ID']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
};

export type QueryMemoryArgs = {
  id: Scalars['ID']['input'];
};

export type QueryEventHistoryArgs = {
  types?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  last?: InputMaybe<Scalars['Int']['input']>;
};

export type QueryTraceArgs = {
  id: Scalars['ID']['input'];
};

export type Mutation = {
  /** Plugs a virtual device on this host. It takes the way of a real one, and is marked `virtual`. */
  readonly plugVirtualDevice: Device;
  /** Unplugs a virtual device by its id. */
  readonly unplugVirtualDevice: Device;
  /** Sends a command to an actor. Returns the command's id once it is stored. */
  readonly sendCommand: Scalars['ID']['output'];
  /** Sends a command to an actor and waits for its answer: at most `timeoutMs`, 1 to 60000, 10000 when absent. */
  readonly callCommand: Maybe<Scalars['JSON']['output']>;
  /** Stops handling after the message at work; what comes is kept until `resumeActor`. Gives what the key does then. */
  readonly pauseActor: Maybe<ActorActivity>;
  /** Goes on after `pauseActor`. */
  readonly resumeActor: Maybe<ActorActivity>;
  /** Gives up the message at work and begins again from the committed state; it counts as a failed attempt. */
  readonly killActor: Maybe<ActorActivity>;
  /** Removes state and timers; the next message begins a new life. Messages that wait stay. */
  readonly destroyActor: Scalars['Boolean']['output'];
  /** Removes a timer. False when there is no such timer. */
  readonly cancelTimer: Scalars['Boolean']['output'];
  /**
   * Puts the state of a file, as `actorExport` gives it, into a key: that of the file unless `key` names another one.
   * A key that has a state is left alone unless `replace`. Gives the key.
   */
  readonly importActor: Scalars['String']['output'];
  /**
   * Sends a dead letter to where it was going, as a new message; `data` takes the place of its data unless null. Its
   * header `aw-resent-from` names the letter. The letter stays until its age, unless `remove`. Returns the new message's
   * id once it is stored.
   */
  readonly resendDeadLetter: Scalars['ID']['output'];
  /** Adds a job. Returns once it is stored. The queue is made if there is none. */
  readonly addJob: AddedJob;
  /** Adds jobs: all or none, up to 1,000. */
  readonly addJobs: ReadonlyArray<AddedJob>;
  /** Makes a delayed job ready now. */
  readonly promoteJob: Scalars['Boolean']['output'];
  /** Lets a failed job wait again; `data` takes the place of its data unless null. */
  readonly retryJob: Scalars['Boolean']['output'];
  /** Removes a job that does not run. */
  readonly removeJob: Scalars['Boolean']['output'];
  /** Ends a job that waits or runs. */
  readonly cancelJob: Scalars['Boolean']['output'];
  /** The same operation for many jobs. Returns how many it concerned. */
  readonly bulkJobs: Scalars['Int']['output'];
  /** Workers take nothing more from the queue until `resumeQueue`; what runs goes on. */
  readonly pauseQueue: Queue;
  /** Goes on after `pauseQueue`. */
  readonly resumeQueue: Queue;
  /** Removes all jobs that wait, and delayed ones if asked for. Returns how many. */
  readonly drainQueue: Scalars['Int']['output'];
  /** Forgets finished jobs that are older than `graceMs`. Returns how many. */
  readonly cleanQueue: Scalars['Int']['output'];
  /** Removes a queue with all it has. `confirm` must be its name. */
  readonly obliterateQueue: Scalars['Boolean']['output'];
  /** Changes the settings that are given. */
  readonly configureQueue: Queue;
  /** Makes a schedule, or replaces the one of this id. */
  readonly upsertSchedule: Schedule;
  /** False when there is none. */
  readonly removeSchedule: Scalars['Boolean']['output'];
  /**
   * Loads a plugin from its folder, or from its `plugin.json`, on the host that runs this gateway. `grant` says what it
   * may do of what it asks for, and is remembered; without it what was granted before holds. Returns once it is loaded.
   */
  readonly loadPlugin: Plugin;
  /** Loads a plugin again from where it came from. `id` is `<name>@<version>`, or the name. */
  readonly reloadPlugin: Plugin;
  /** Unloads a plugin. False when it was not loaded. */
  readonly unloadPlugin: Scalars['Boolean']['output'];
  /**
   * Grants permissions to a plugin, of what it asks for, effective at once: either `permissions`, and what was granted before
   * no longer holds; or `capabilities`, as the items of its permissions name them, besides what was granted before. What its
   * module can't be linked with changes nothing.
   */
  readonly grantPlugin: Plugin;
  /**
   * Takes the consent back and unloads the plugin; false when there was none. With `capabilities`, as the items of its
   * permissions name them (`queue:labels:add`, or all below `queue:labels` or `queue`), takes only these back, at once: it goes
   * on, and is refused what it may not do any more.
   */
  readonly revokePlugin: Scalars['Boolean']['output'];
  /** Calls a function of a plugin, as a job, and waits for its output: at most `timeoutMs`, 1 to 60000, 10000 when absent. */
  readonly executePlugin: Maybe<Scalars['JSON']['output']>;
  /** Makes an agent, as a draft. The graph stands in `config.graph`. */
  readonly createAgent: Agent;
  /**
   * Gives an agent another name, description and graph, in the place of those before. Refused while it is deployed, unless
   * its last run has failed; its triggers are set anew then. Runs at work go on with the graph that they began with.
   */
  readonly updateAgent: Agent;
  /** Deploys an agent: what triggers it starts runs from now on. */
  readonly deployAgent: Agent;
  /** Stops an agent: nothing starts a run any more, and those at work end after their step. */
  readonly stopAgent: Agent;
  /** Deletes an agent that is not deployed. False when there is none. */
  readonly deleteAgent: Scalars['Boolean']['output'];
  /** Begins a run of a deployed agent; `input` is `trigger.input`. */
  readonly runAgent: AgentRun;
  /** Remembers a text. Under an `id` that is there, the text takes the place of the one before. */
  readonly remember: Memory;
  /** Forgets a memory. False when there is none. */
  readonly forget: Scalars['Boolean']['output'];
};

export type MutationPlugVirtualDeviceArgs = {
  input: VirtualDeviceInput;
};

export type MutationUnplugVirtualDeviceArgs = {
  id: Scalars['ID']['input'];
};

export type MutationSendCommandArgs = {
  actor: Scalars['String']['input'];
  key: Scalars['String']['input'];
  type: Scalars['String']['input'];
  data: Scalars['JSON']['input'];
};

export type MutationCallCommandArgs = {
  actor: Scalars['String']['input'];
  key: Scalars['String']['input'];
  type: Scalars['String']['input'];
  data: Scalars['JSON']['input'];
  timeoutMs?: InputMaybe<Scalars['Int']['input']>;
};

export type MutationPauseActorArgs = {
  actor: Scalars['String']['input'];
  key: Scalars['String']['input'];
};

export type MutationResumeActorArgs = {
  actor: Scalars['String']['input'];
  key: Scalars['String']['input'];
};

export type MutationKillActorArgs = {
  actor: Scalars['String']['input'];
  key: Scalars['String']['input'];
};

export type MutationDestroyActorArgs = {
  actor: Scalars['String']['input'];
  key: Scalars['String']['input'];
};

export type MutationCancelTimerArgs = {
  actor: Scalars['String']['input'];
  key: Scalars['String']['input'];
  id: Scalars['ID']['input'];
};

export type MutationImportActorArgs = {
  file: Scalars['JSON']['input'];
  key?: InputMaybe<Scalars['String']['input']>;
  replace?: InputMaybe<Scalars['Boolean']['input']>;
};

export type MutationResendDeadLetterArgs = {
  id: Scalars['ID']['input'];
  data?: InputMaybe<Scalars['JSON']['input']>;
  remove?: InputMaybe<Scalars['Boolean']['input']>;
};

export type MutationAddJobArgs = {
  queue: Scalars['String']['input'];
  type: Scalars['String']['input'];
  data: Scalars['JSON']['input'];
  options?: InputMaybe<JobOptionsInput>;
};

export type MutationAddJobsArgs = {
  queue: Scalars['String']['input'];
  jobs: ReadonlyArray<NewJobInput>;
};

export type MutationPromoteJobArgs = {
  queue: Scalars['String']['input'];
  id: Scalars['ID']['input'];
};

export type MutationRetryJobArgs = {
  queue: Scalars['String']['input'];
  id: Scalars['ID']['input'];
  data?: InputMaybe<Scalars['JSON']['input']>;
};

export type MutationRemoveJobArgs = {
  queue: Scalars['String']['input'];
  id: Scalars['ID']['input'];
};

export type MutationCancelJobArgs = {
  queue: Scalars['String']['input'];
  id: Scalars['ID']['input'];
  reason?: InputMaybe<Scalars['String']['input']>;
};

export type MutationBulkJobsArgs = {
  queue: Scalars['String']['input'];
  operation: BulkJobOperation;
  filter: JobFilterInput;
};

export type MutationPauseQueueArgs = {
  queue: Scalars['String']['input'];
};

export type MutationResumeQueueArgs = {
  queue: Scalars['String']['input'];
};

export type MutationDrainQueueArgs = {
  queue: Scalars['String']['input'];
  withDelayed?: InputMaybe<Scalars['Boolean']['input']>;
};

export type MutationCleanQueueArgs = {
  queue: Scalars['String']['input'];
  state: FinishedState;
  graceMs?: InputMaybe<Scalars['Float']['input']>;
  limit?: InputMaybe<Scalars['Int']['input']>;
};

export type MutationObliterateQueueArgs = {
  queue: Scalars['String']['input'];
  confirm: Scalars['String']['input'];
};

export type MutationConfigureQueueArgs = {
  queue: Scalars['String']['input'];
  settings: QueueSettingsInput;
};

export type MutationUpsertScheduleArgs = {
  input: ScheduleInput;
};

export type MutationRemoveScheduleArgs = {
  id: Scalars['ID']['input'];
};

export type MutationLoadPluginArgs = {
  manifestPath: Scalars['String']['input'];
  options?: InputMaybe<Scalars['JSON']['input']>;
  grant?: InputMaybe<Scalars['JSON']['input']>;
};

export type MutationReloadPluginArgs = {
  id: Scalars['ID']['input'];
};

export type MutationUnloadPluginArgs = {
  id: Scalars['ID']['input'];
};

export type MutationGrantPluginArgs = {
  name: Scalars['String']['input'];
  permissions?: InputMaybe<Scalars['JSON']['input']>;
  capabilities?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
};

export type MutationRevokePluginArgs = {
  name: Scalars['String']['input'];
  capabilities?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
};

export type MutationExecutePluginArgs = {
  name: Scalars['String']['input'];
  function: Scalars['String']['input'];
  input?: InputMaybe<Scalars['JSON']['input']>;
  timeoutMs?: InputMaybe<Scalars['Int']['input']>;
};

export type MutationCreateAgentArgs = {
  input: CreateAgentInput;
};

export type MutationUpdateAgentArgs = {
  id: Scalars['ID']['input'];
  input: UpdateAgentInput;
};

export type MutationDeployAgentArgs = {
  id: Scalars['ID']['input'];
};

export type MutationStopAgentArgs = {
  id: Scalars['ID']['input'];
};

export type MutationDeleteAgentArgs = {
  id: Scalars['ID']['input'];
};

export type MutationRunAgentArgs = {
  id: Scalars['ID']['input'];
  input?: InputMaybe<Scalars['JSON']['input']>;
};

export type MutationRememberArgs = {
  input: RememberInput;
};

export type MutationForgetArgs = {
  id: Scalars['ID']['input'];
};

export type Subscription = {
  /**
   * Attach and detach events. With `after` (a cursor from an earlier message) first what was missed since,
   * then `CaughtUp`, then live, without gap or duplicate; or `Lagged` where the log no longer holds it.
   * Without `after`, `CaughtUp` comes first and says where live begins.
   */
  readonly deviceEvents: DeviceEventUpdate;
  /**
   * What happens to the jobs of a queue. With `after` (a cursor from an earlier message) first what was missed since, then
   * `CaughtUp`, then live, without gap or duplicate; or `Lagged` where the log no longer holds it. `ADDED` and `ACTIVE`
   * are told live only and have no cursor of their own: they repeat the one before.
   */
  readonly jobEvents: JobEventUpdate;
  /** The agents of the tenant as their status changes. `tenantId`, where given, must be that of the token. */
  readonly agentStatusChanged: Agent;
  /**
   * Events of any kind: of these types, or of all. A type may end in `.*`. With `after` (a cursor from an earlier message)
   * first what was missed since, then `CaughtUp`, then live, without gap or duplicate; or `Lagged` where the log no longer
   * holds it. Without `after`, `CaughtUp` comes first and says where live begins.
   */
  readonly events: EventUpdate;
  /** The steps of one trace as they finish, beginning with those already finished. */
  readonly traceSteps: TraceStep;
};

export type SubscriptionDeviceEventsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
};

export type SubscriptionJobEventsArgs = {
  queue: Scalars['String']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
};

export type SubscriptionAgentStatusChangedArgs = {
  tenantId?: InputMaybe<Scalars['String']['input']>;
};

export type SubscriptionEventsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  types?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
};

export type SubscriptionTraceStepsArgs = {
  traceId: Scalars['ID']['input'];
};

export type VirtualDeviceInput = {
  /** USB vendor id, 0 to 65535. */
  readonly vendorId: Scalars['Int']['input'];
  /** USB product id, 0 to 65535. */
  readonly productId: Scalars['Int']['input'];
  readonly manufacturer?: InputMaybe<Scalars['String']['input']>;
  readonly product?: InputMaybe<Scalars['String']['input']>;
  readonly serial?: InputMaybe<Scalars['String']['input']>;
};

export type Device = {
  /** Stable identity: `vvvv:pppp:serial`, else `vvvv:pppp@port`. */
  readonly id: Scalars['ID']['output'];
  /** Identity of one plug-in. */
  readonly session: Scalars['String']['output'];
  readonly host: Scalars['String']['output'];
  readonly vendor: Scalars['String']['output'];
  readonly product: Scalars['String']['output'];
  readonly vendorId: Scalars['Int']['output'];
  readonly productId: Scalars['Int']['output'];
  readonly serial: Maybe<Scalars['String']['output']>;
  readonly manufacturer: Maybe<Scalars['String']['output']>;
  readonly deviceName: Maybe<Scalars['String']['output']>;
  readonly port: Scalars['String']['output'];
  readonly speed: Maybe<Scalars['String']['output']>;
  readonly path: Scalars['String']['output'];
  /** True when something that should be readable was not. */
  readonly partial: Scalars['Boolean']['output'];
  /** True for a device plugged from the CLI or the UI. */
  readonly virtual: Scalars['Boolean']['output'];
  readonly attached: Scalars['Boolean']['output'];
  /** When it was last attached. */
  readonly attachedAt: Scalars['DateTime']['output'];
  /** When it was last detached; null while it is attached. */
  readonly detachedAt: Maybe<Scalars['DateTime']['output']>;
  /** When it was last attached, in milliseconds since 1970. */
  readonly timestamp: Scalars['Float']['output'];
};

export type DeviceEventType = 'ATTACHED' | 'DETACHED';

export type DeviceEvent = {
  /** Unique id of the event. */
  readonly id: Scalars['ID']['output'];
  /** Where it stands in the log; give it to `deviceEvents(after:)`. */
  readonly cursor: Scalars['String']['output'];
  readonly type: DeviceEventType;
  readonly device: Device;
  /** What led to it: start, hint, poll, request, plug or unplug. */
  readonly reason: Scalars['String']['output'];
  readonly at: Scalars['DateTime']['output'];
  /** The trace from the plug to this event, or null when it was not sampled. */
  readonly traceId: Maybe<Scalars['ID']['output']>;
};

/** The events between two cursors are gone from the log; `count` is null when their number is not known. */
export type Lagged = {
  readonly cursor: Scalars['String']['output'];
  readonly from: Scalars['String']['output'];
  readonly to: Scalars['String']['output'];
  readonly count: Maybe<Scalars['Int']['output']>;
};

/** Everything up to here has been sent; what follows is live. */
export type CaughtUp = {
  readonly cursor: Scalars['String']['output'];
};

export type DeviceEventUpdate = DeviceEvent | Lagged | CaughtUp;

export type Actor = {
  readonly name: Scalars['String']['output'];
  readonly key: Scalars['String']['output'];
  readonly tenant: Scalars['String']['output'];
  /** Version of the state's shape. */
  readonly version: Scalars['Int']['output'];
  /** Sequence of the last message that it has handled. */
  readonly lastSeq: Scalars['Float']['output'];
  /** How often the message after it has been tried. */
  readonly attempt: Scalars['Int']['output'];
  /** Messages that are committed and not yet sent. */
  readonly outbox: Scalars['Int']['output'];
  readonly state: Maybe<Scalars['JSON']['output']>;
  readonly updatedAt: Scalars['DateTime']['output'];
  /** What it does now, asked of its owner; null when the owner does not answer. One operation may ask about 200 keys. */
  readonly activity: Maybe<ActorActivity>;
};

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

export type ActorActivity = {
  readonly status: ActorStatus;
  /** Messages that wait, the one at work included. */
  readonly depth: Scalars['Int']['output'];
  /** How long the oldest of them has waited, in milliseconds; 0 when none waits. */
  readonly lagMs: Scalars['Float']['output'];
  /** The message at work. */
  readonly current: Maybe<ActorMessage>;
  /** The last failure, while it keeps the key waiting or blocked. */
  readonly problem: Maybe<ActorProblem>;
  readonly timers: ReadonlyArray<ActorTimer>;
  /** Id of the process that owns the key. */
  readonly owner: Scalars['String']['output'];
};

export type ActorMessage = {
  readonly id: Scalars['ID']['output'];
  readonly type: Scalars['String']['output'];
  readonly sequence: Scalars['Float']['output'];
  readonly attempt: Scalars['Int']['output'];
};

export type ActorProblem = {
  readonly code: Scalars['String']['output'];
  readonly message: Scalars['String']['output'];
};

export type MissedTimer =
  /** What was missed while nothing ran is left out. */
  | 'SKIP'
  /** It is sent once for all that were missed. */
  | 'ONCE'
  /** It is sent for each that was missed. */
  | 'ALL';

export type ActorTimer = {
  readonly id: Scalars['ID']['output'];
  /** When it is due next. */
  readonly due: Scalars['DateTime']['output'];
  /** `once`, `every 5000 ms`, or the cron expression with its time zone. */
  readonly recurrence: Scalars['String']['output'];
  readonly missed: MissedTimer;
  /** The command that it sends to its own key. */
  readonly type: Scalars['String']['output'];
  readonly data: Maybe<Scalars['JSON']['output']>;
};

export type Replay = {
  /** Sequence of the last command that was replayed. */
  readonly upTo: Scalars['Float']['output'];
  /** Commands that were run again. */
  readonly messages: Scalars['Int']['output'];
  /** The state as rebuilt; null when the key had none at that point. */
  readonly state: Maybe<Scalars['JSON']['output']>;
  /** Stored states that it was compared with. */
  readonly compared: Scalars['Int']['output'];
  /** The first that it did not equal, or null. */
  readonly difference: Maybe<ReplayDifference>;
};

export type ReplayDifference = {
  /** The message after which they differ. */
  readonly sequence: Scalars['Float']['output'];
  readonly stored: Maybe<Scalars['JSON']['output']>;
  readonly rebuilt: Maybe<Scalars['JSON']['output']>;
};

export type ActorPage = {
  readonly actors: ReadonlyArray<Actor>;
  readonly next: Maybe<Scalars['String']['output']>;
};

export type DeadLetter = {
  readonly id: Scalars['ID']['output'];
  /** The stable code of the error. */
  readonly code: Scalars['String']['output'];
  /** What went wrong, in a sentence. */
  readonly error: Scalars['String']['output'];
  /** Where the message came from. */
  readonly stream: Scalars['String']['output'];
  readonly sequence: Scalars['Float']['output'];
  readonly subject: Scalars['String']['output'];
  /** The message's type, when it could be read. */
  readonly type: Maybe<Scalars['String']['output']>;
  readonly attempts: Scalars['Int']['output'];
  readonly at: Scalars['DateTime']['output'];
  readonly headers: Scalars['JSON']['output'];
  /** The body as text; bytes that are not UTF-8 are replaced. */
  readonly data: Scalars['String']['output'];
};

export type DeadLetterPage = {
  readonly deadLetters: ReadonlyArray<DeadLetter>;
  /** How many there are in all. */
  readonly total: Scalars['Float']['output'];
  readonly next: Maybe<Scalars['String']['output']>;
};

export type HealthStatus =
  /** All parts do what they are for. */
  | 'OK'
  /** Something is missing or late, the rest works. */
  | 'DEGRADED'
  /** It can't do its work. */
  | 'DOWN';

export type Health = {
  readonly status: HealthStatus;
  readonly ready: Scalars['Boolean']['output'];
  readonly version: Scalars['String']['output'];
  readonly host: Scalars['String']['output'];
  readonly startedAt: Scalars['DateTime']['output'];
  readonly components: ReadonlyArray<HealthComponent>;
  readonly durability: Durability;
  readonly plugins: PluginPolicy;
};

export type HealthComponent = {
  /** broker, actors, watcher, usb or disk. */
  readonly name: Scalars['String']['output'];
  readonly status: HealthStatus;
  /** What is not as it should be; null when the status is OK. */
  readonly code: Maybe<HealthCode>;
  /** What there is to say, in a sentence. */
  readonly detail: Scalars['String']['output'];
  readonly since: Scalars['DateTime']['output'];
};

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

/** What the broker does, read from the broker. */
export type Durability = {
  readonly level: DurabilityLevel;
  /** How often the server syncs, in milliseconds; null when every message is synced, or when it is not known. */
  readonly syncIntervalMs: Maybe<Scalars['Float']['output']>;
  /** Whether every server syncs before it acknowledges; null when that is not known. */
  readonly isSynced: Maybe<Scalars['Boolean']['output']>;
  /** Copies of the stream that has the fewest. */
  readonly replicas: Scalars['Int']['output'];
  /** The same in a sentence. */
  readonly detail: Scalars['String']['output'];
  /** What was asked for, by AUTOWEAVE_DURABILITY. */
  readonly wanted: DurabilityLevel;
  /** Whether that is what the broker does; null when too little could be read to say so. */
  readonly isMet: Maybe<Scalars['Boolean']['output']>;
  /** How each of AutoWeave's streams is kept; empty when they could not be read. */
  readonly streams: ReadonlyArray<StreamDurability>;
};

export type StreamDurability = {
  readonly name: Scalars['String']['output'];
  readonly replicas: Scalars['Int']['output'];
  /** `file` or `memory`. */
  readonly storage: Scalars['String']['output'];
  /** True when it is written only after it was acknowledged: a killed broker may lose it. */
  readonly isAsync: Scalars['Boolean']['output'];
};

export type TraceStep = {
  readonly traceId: Scalars['ID']['output'];
  readonly spanId: Scalars['ID']['output'];
  readonly parentSpanId: Maybe<Scalars['ID']['output']>;
  readonly name: Scalars['String']['output'];
  readonly startedAt: Scalars['DateTime']['output'];
  /** Start, in microseconds since the trace's first known step. */
  readonly offsetUs: Scalars['Float']['output'];
  readonly durationUs: Scalars['Float']['output'];
  readonly ok: Scalars['Boolean']['output'];
  /** The source file that does this step. */
  readonly file: Maybe<Scalars['String']['output']>;
  readonly attributes: Scalars['JSON']['output'];
};

export type JobState = 'WAITING' | 'ACTIVE' | 'DELAYED' | 'COMPLETED' | 'FAILED';

export type FinishedState = 'COMPLETED' | 'FAILED';

/** What a single job's detail can say beyond the states that are listed. */
export type JobDetailState = 'WAITING' | 'ACTIVE' | 'DELAYED' | 'COMPLETED' | 'FAILED' | 'CANCELLED' | 'REMOVED';

export type BulkJobOperation = 'RETRY' | 'REMOVE' | 'PROMOTE' | 'CANCEL';

export type Queue = {
  readonly name: Scalars['String']['output'];
  readonly counts: JobCounts;
  readonly settings: QueueSettings;
};

export type JobCounts = {
  readonly waiting: Scalars['Float']['output'];
  readonly active: Scalars['Float']['output'];
  readonly delayed: Scalars['Float']['output'];
  /** Completed jobs that retention keeps. */
  readonly completed: Scalars['Float']['output'];
  /** Failed jobs that retention keeps. */
  readonly failed: Scalars['Float']['output'];
  readonly isPaused: Scalars['Boolean']['output'];
  /** Waiting ones by priority class: the lowest priority of each, and how many. */
  readonly byPriority: ReadonlyArray<PriorityCount>;
  /** How old the number of active ones may be, in milliseconds. */
  readonly lagMs: Scalars['Float']['output'];
  /** Workers that were heard of in the last seconds, in all processes. */
  readonly workers: Scalars['Int']['output'];
};

export type PriorityCount = {
  readonly priority: Scalars['Int']['output'];
  readonly waiting: Scalars['Float']['output'];
};

export type Retention = {
  readonly count: Scalars['Int']['output'];
  readonly ageMs: Maybe<Scalars['Float']['output']>;
};

export type RateLimit = {
  readonly max: Scalars['Int']['output'];
  readonly windowMs: Scalars['Float']['output'];
};

export type QueueSettings = {
  readonly attempts: Scalars['Int']['output'];
  /** `{ type: fixed | exponential, delayMs, jitter? }` or `{ type: custom, name }`. */
  readonly backoff: Scalars['JSON']['output'];
  readonly attemptTimeoutMs: Scalars['Float']['output'];
  readonly totalTimeoutMs: Scalars['Float']['output'];
  readonly completed: Retention;
  readonly failed: Retention;
  readonly globalConcurrency: Maybe<Scalars['Int']['output']>;
  readonly rateLimit: Maybe<RateLimit>;
  /** Job types that it takes; all known ones when empty. */
  readonly types: ReadonlyArray<Scalars['String']['output']>;
};

export type RetentionInput = {
  readonly count: Scalars['Int']['input'];
  readonly ageMs?: InputMaybe<Scalars['Float']['input']>;
};

export type RateLimitInput = {
  readonly max: Scalars['Int']['input'];
  readonly windowMs: Scalars['Float']['input'];
};

/** What is left out stays as it is. `globalConcurrency: 0` and `rateLimit: { max: 0, windowMs: 0 }` take the limit away. */
export type QueueSettingsInput = {
  readonly attempts?: InputMaybe<Scalars['Int']['input']>;
  readonly backoff?: InputMaybe<Scalars['JSON']['input']>;
  readonly attemptTimeoutMs?: InputMaybe<Scalars['Float']['input']>;
  readonly totalTimeoutMs?: InputMaybe<Scalars['Float']['input']>;
  readonly completed?: InputMaybe<RetentionInput>;
  readonly failed?: InputMaybe<RetentionInput>;
  readonly globalConcurrency?: InputMaybe<Scalars['Int']['input']>;
  readonly rateLimit?: InputMaybe<RateLimitInput>;
  readonly types?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
};

/** See the guide to jobs for what each means. */
export type JobOptionsInput = {
  readonly id?: InputMaybe<Scalars['String']['input']>;
  readonly priority?: InputMaybe<Scalars['Int']['input']>;
  readonly lifo?: InputMaybe<Scalars['Boolean']['input']>;
  readonly delayMs?: InputMaybe<Scalars['Float']['input']>;
  readonly attempts?: InputMaybe<Scalars['Int']['input']>;
  readonly backoff?: InputMaybe<Scalars['JSON']['input']>;
  readonly attemptTimeoutMs?: InputMaybe<Scalars['Float']['input']>;
  readonly totalTimeoutMs?: InputMaybe<Scalars['Float']['input']>;
  readonly deduplicate?: InputMaybe<DeduplicationInput>;
};

export type DeduplicationMode = 'SIMPLE' | 'THROTTLE' | 'DEBOUNCE' | 'REPLACE';

export type DeduplicationInput = {
  readonly mode: DeduplicationMode;
  readonly id: Scalars['String']['input'];
  /** Of throttle and debounce. */
  readonly ttlMs?: InputMaybe<Scalars['Float']['input']>;
};

export type NewJobInput = {
  readonly type: Scalars['String']['input'];
  readonly data: Scalars['JSON']['input'];
  readonly options?: InputMaybe<JobOptionsInput>;
};

export type JobFilterInput = {
  readonly state: JobState;
  readonly type?: InputMaybe<Scalars['String']['input']>;
  readonly addedBefore?: InputMaybe<Scalars['DateTime']['input']>;
  readonly limit?: InputMaybe<Scalars['Int']['input']>;
};

export type AddedJob = {
  readonly id: Scalars['ID']['output'];
  /** A job of this id was there already, and this one was not added. */
  readonly isDuplicate: Scalars['Boolean']['output'];
};

export type JobPage = {
  readonly jobs: ReadonlyArray<JobSummary>;
  readonly next: Maybe<Scalars['String']['output']>;
};

export type JobSummary = {
  readonly id: Scalars['ID']['output'];
  readonly queue: Scalars['String']['output'];
  readonly type: Scalars['String']['output'];
  readonly state: JobDetailState;
  readonly priority: Scalars['Int']['output'];
  readonly attemptsMade: Scalars['Int']['output'];
  readonly attempts: Scalars['Int']['output'];
  readonly addedAt: Scalars['DateTime']['output'];
  /** When a delayed one becomes ready. */
  readonly dueAt: Maybe<Scalars['DateTime']['output']>;
  readonly finishedAt: Maybe<Scalars['DateTime']['output']>;
  /** Of the last attempt. */
  readonly durationMs: Maybe<Scalars['Float']['output']>;
  /** The last failure in a sentence. */
  readonly error: Maybe<Scalars['String']['output']>;
  readonly traceId: Maybe<Scalars['ID']['output']>;
};

export type JobDetail = {
  readonly id: Scalars['ID']['output'];
  readonly queue: Scalars['String']['output'];
  readonly type: Scalars['String']['output'];
  readonly state: JobDetailState;
  readonly priority: Scalars['Int']['output'];
  readonly attemptsMade: Scalars['Int']['output'];
  readonly attempts: Scalars['Int']['output'];
  readonly addedAt: Scalars['DateTime']['output'];
  readonly dueAt: Maybe<Scalars['DateTime']['output']>;
  readonly finishedAt: Maybe<Scalars['DateTime']['output']>;
  readonly durationMs: Maybe<Scalars['Float']['output']>;
  readonly error: Maybe<Scalars['String']['output']>;
  readonly traceId: Maybe<Scalars['ID']['output']>;
  /** Null when retention has let go of it. */
  readonly data: Maybe<Scalars['JSON']['output']>;
  readonly result: Maybe<JobResult>;
  readonly failures: ReadonlyArray<JobFailure>;
  readonly progress: Maybe<Scalars['JSON']['output']>;
  readonly logs: ReadonlyArray<Scalars['String']['output']>;
  readonly partials: ReadonlyArray<Scalars['JSON']['output']>;
  readonly stalledCount: Scalars['Int']['output'];
  /** Those that the job itself carries, in the words of `JobOptionsInput`. */
  readonly options: Scalars['JSON']['output'];
};

/** What became of a job. */
export type JobResult = {
  readonly success: Scalars['Boolean']['output'];
  readonly data: Maybe<Scalars['JSON']['output']>;
  readonly error: Maybe<Scalars['String']['output']>;
  /** Milliseconds. */
  readonly duration: Scalars['Float']['output'];
  /** Milliseconds since 1970. */
  readonly timestamp: Scalars['Float']['output'];
};

/** A failed attempt. */
export type JobFailure = {
  readonly code: Scalars['String']['output'];
  readonly message: Scalars['String']['output'];
  readonly attempt: Scalars['Int']['output'];
  readonly at: Scalars['DateTime']['output'];
  readonly stack: Maybe<Scalars['String']['output']>;
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

export type JobEvent = {
  readonly cursor: Scalars['String']['output'];
  readonly type: JobEventType;
  readonly queue: Scalars['String']['output'];
  readonly id: Scalars['ID']['output'];
  readonly jobType: Scalars['String']['output'];
  readonly at: Scalars['DateTime']['output'];
  readonly attempt: Maybe<Scalars['Int']['output']>;
  readonly result: Maybe<JobResult>;
  /** Of progress, log and partial. */
  readonly data: Maybe<Scalars['JSON']['output']>;
  readonly traceId: Maybe<Scalars['ID']['output']>;
};

export type JobEventUpdate = JobEvent | Lagged | CaughtUp;

export type OverlapPolicy =
  /** A turn is left out while the job of the one before is not finished. */
  | 'SKIP'
  /** Turns wait for each other in the queue. */
  | 'QUEUE';

export type ScheduleInput = {
  readonly id: Scalars['ID']['input'];
  /** Five or six fields; exactly one of `cron` and `everyMs`. */
  readonly cron?: InputMaybe<Scalars['String']['input']>;
  /** IANA name; UTC when absent. */
  readonly timezone?: InputMaybe<Scalars['String']['input']>;
  readonly everyMs?: InputMaybe<Scalars['Float']['input']>;
  readonly queue: Scalars['String']['input'];
  readonly type: Scalars['String']['input'];
  readonly data?: InputMaybe<Scalars['JSON']['input']>;
  readonly options?: InputMaybe<JobOptionsInput>;
  /** After so many turns the schedule ends. */
  readonly limit?: InputMaybe<Scalars['Int']['input']>;
  readonly startAt?: InputMaybe<Scalars['DateTime']['input']>;
  readonly endAt?: InputMaybe<Scalars['DateTime']['input']>;
  readonly overlap?: InputMaybe<OverlapPolicy>;
  readonly missed?: InputMaybe<MissedTimer>;
};

export type Schedule = {
  readonly id: Scalars['ID']['output'];
  readonly cron: Maybe<Scalars['String']['output']>;
  readonly timezone: Maybe<Scalars['String']['output']>;
  readonly everyMs: Maybe<Scalars['Float']['output']>;
  readonly queue: Scalars['String']['output'];
  readonly type: Scalars['String']['output'];
  readonly data: Maybe<Scalars['JSON']['output']>;
  /** In the words of `JobOptionsInput`. */
  readonly options: Maybe<Scalars['JSON']['output']>;
  readonly limit: Maybe<Scalars['Int']['output']>;
  readonly startAt: Maybe<Scalars['DateTime']['output']>;
  readonly endAt: Maybe<Scalars['DateTime']['output']>;
  readonly overlap: OverlapPolicy;
  readonly missed: MissedTimer;
  /** Turns that were due. */
  readonly turns: Scalars['Int']['output'];
  /** Turns that were left out because the job before had not finished. */
  readonly skipped: Scalars['Int']['output'];
  /** Ids of the last jobs, newest first. */
  readonly lastJobs: ReadonlyArray<Scalars['ID']['output']>;
  /** The next times, at most `count`, which is 1 to 100. */
  readonly next: ReadonlyArray<Scalars['DateTime']['output']>;
};

export type ScheduleNextArgs = {
  count?: InputMaybe<Scalars['Int']['input']>;
};

export type JobType = {
  readonly type: Scalars['String']['output'];
  readonly description: Scalars['String']['output'];
  /** JSON Schema of its data. */
  readonly schema: Scalars['JSON']['output'];
};

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

export type Plugin = {
  /** `<name>@<version>`. */
  readonly id: Scalars['ID']['output'];
  readonly name: Scalars['String']['output'];
  readonly version: Scalars['String']['output'];
  readonly description: Maybe<Scalars['String']['output']>;
  readonly manifestPath: Scalars['String']['output'];
  readonly state: PluginState;
  readonly error: Maybe<PluginError>;
  /** Exported functions that can be called. */
  readonly functions: ReadonlyArray<Scalars['String']['output']>;
  /** The functions of its hooks, by hook: onLoad, onUnload, onUSBAttach, onUSBDetach, onJobReceived. */
  readonly hooks: Scalars['JSON']['output'];
  readonly permissions: PluginPermissionSet;
  readonly integrity: PluginIntegrity;
  /** SHA-256 of its module; null before it was read. */
  readonly sha256: Maybe<Scalars['String']['output']>;
  /** Bytes of its module. */
  readonly size: Maybe<Scalars['Int']['output']>;
  readonly loadedAt: Maybe<Scalars['DateTime']['output']>;
  /** Of the last load. */
  readonly loadDurationMs: Maybe<Scalars['Float']['output']>;
  readonly options: Maybe<Scalars['JSON']['output']>;
  readonly limits: PluginLimits;
  readonly stats: PluginStats;
  /** Its job types, with their schemas. */
  readonly jobTypes: ReadonlyArray<JobType>;
};

/** As in the manifest: filesystem, network, usb, memory, queue, kv, events, secrets. */
export type PluginPermissionSet = {
  /** What it asks for. */
  readonly requested: Scalars['JSON']['output'];
  /** What was granted; null when nobody was asked. */
  readonly granted: Maybe<Scalars['JSON']['output']>;
  /** What it may do: requested and granted. */
  readonly effective: Scalars['JSON']['output'];
  /** Each of what it asks for, in a sentence, and whether it was granted. */
  readonly items: ReadonlyArray<PluginPermissionItem>;
  readonly grantedAt: Maybe<Scalars['DateTime']['output']>;
  /** When some of it was taken back since; null when nothing was. */
  readonly changedAt: Maybe<Scalars['DateTime']['output']>;
};

export type PluginPermissionItem = {
  /** filesystem, network, usb, memory, queue, kv, events or secrets. */
  readonly capability: Scalars['String']['output'];
  /** By which it is taken back: `kv`, `queue:labels:add`, `events:label.printed`. */
  readonly name: Scalars['String']['output'];
  readonly sentence: Scalars['String']['output'];
  readonly isGranted: Scalars['Boolean']['output'];
  /** False where this version has nothing to grant: it changes nothing. */
  readonly isAvailable: Scalars['Boolean']['output'];
};

export type PluginLimits = {
  readonly callTimeoutMs: Scalars['Int']['output'];
  readonly maxOutputBytes: Scalars['Int']['output'];
  readonly maxHeapBytes: Scalars['Float']['output'];
  readonly maxWorkers: Scalars['Int']['output'];
};

/** Since it was loaded by this process. */
export type PluginStats = {
  readonly calls: Scalars['Float']['output'];
  readonly failures: Scalars['Float']['output'];
  /** Calls that took too long: the instance was ended and replaced. */
  readonly timeouts: Scalars['Float']['output'];
  readonly denials: Scalars['Float']['output'];
  /** Instances at work and in wait. */
  readonly instances: Scalars['Int']['output'];
  /** Calls at work and in wait. */
  readonly pending: Scalars['Int']['output'];
  readonly lastCallAt: Maybe<Scalars['DateTime']['output']>;
  /** Of recent calls, in milliseconds; null before the first. */
  readonly p50Ms: Maybe<Scalars['Float']['output']>;
  readonly p99Ms: Maybe<Scalars['Float']['output']>;
  readonly recentDenials: ReadonlyArray<PluginDenial>;
};

export type PluginDenial = {
  readonly capability: Scalars['String']['output'];
  readonly subject: Scalars['String']['output'];
  readonly at: Scalars['DateTime']['output'];
};

export type PluginError = {
  readonly code: Scalars['String']['output'];
  readonly message: Scalars['String']['output'];
};

/** What may be loaded here, and how far that can be trusted. */
export type PluginPolicy = {
  /** True when plugins are loaded that nobody has signed: for development on one machine only. */
  readonly allowsUnsigned: Scalars['Boolean']['output'];
  /** Folders that are looked at for plugins, and for their changes. */
  readonly folders: ReadonlyArray<Scalars['String']['output']>;
};

export type AgentStatus = 'DRAFT' | 'DEPLOYED' | 'RUNNING' | 'STOPPED' | 'ERROR';

export type Agent = {
  readonly id: Scalars['ID']['output'];
  readonly name: Scalars['String']['output'];
  readonly description: Maybe<Scalars['String']['output']>;
  readonly status: AgentStatus;
  readonly tenantId: Scalars['String']['output'];
  readonly createdAt: Scalars['DateTime']['output'];
  readonly updatedAt: Scalars['DateTime']['output'];
  /** `{ graph }`. */
  readonly config: Maybe<Scalars['JSON']['output']>;
  /** Of the last run, when it failed. */
  readonly error: Maybe<PluginError>;
  /**
   * What its steps would fail at or wait for as things are now, each with its place in the graph: a job type that nobody
   * knows, data that its schema refuses, a queue that nobody works on.
   */
  readonly warnings: ReadonlyArray<Scalars['String']['output']>;
  /** What it has remembered. */
  readonly memory: AgentMemory;
  /** Jobs of its last runs, newest first. */
  readonly jobs: ReadonlyArray<JobSummary>;
  /** Its last runs, newest first. */
  readonly runs: ReadonlyArray<AgentRun>;
};

export type AgentJobsArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
};

export type AgentRunsArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
};

export type AgentMemory = {
  /** How many it has. */
  readonly count: Scalars['Int']['output'];
  /** Newest first, or best first for the words of `query`. */
  readonly recent: ReadonlyArray<Memory>;
};

export type AgentMemoryRecentArgs = {
  query?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

export type CreateAgentInput = {
  readonly name: Scalars['String']['input'];
  readonly description?: InputMaybe<Scalars['String']['input']>;
  readonly config?: InputMaybe<Scalars['JSON']['input']>;
};

/** All of it: what is absent is taken away. */
export type UpdateAgentInput = {
  readonly name: Scalars['String']['input'];
  readonly description?: InputMaybe<Scalars['String']['input']>;
  readonly config?: InputMaybe<Scalars['JSON']['input']>;
};

export type AgentRunStatus = 'RUNNING' | 'DONE' | 'FAILED' | 'STOPPED';

export type AgentRun = {
  readonly id: Scalars['ID']['output'];
  readonly agentId: Scalars['ID']['output'];
  readonly status: AgentRunStatus;
  /** What started it: `{ type, … }`. */
  readonly trigger: Scalars['JSON']['output'];
  readonly startedAt: Scalars['DateTime']['output'];
  readonly endedAt: Maybe<Scalars['DateTime']['output']>;
  readonly steps: ReadonlyArray<AgentStep>;
  readonly error: Maybe<PluginError>;
  readonly traceId: Maybe<Scalars['ID']['output']>;
};

export type AgentStepStatus = 'WAITING' | 'DONE' | 'FAILED';

export type AgentStep = {
  /** Id of the node. */
  readonly node: Scalars['String']['output'];
  /** plugin, job, condition, remember or search. */
  readonly type: Scalars['String']['output'];
  readonly status: AgentStepStatus;
  readonly startedAt: Scalars['DateTime']['output'];
  readonly endedAt: Maybe<Scalars['DateTime']['output']>;
  readonly output: Maybe<Scalars['JSON']['output']>;
  readonly error: Maybe<PluginError>;
  /** The job that does it. */
  readonly job: Maybe<StepJob>;
  /** The node that came after. */
  readonly next: Maybe<Scalars['String']['output']>;
};

export type StepJob = {
  readonly queue: Scalars['String']['output'];
  readonly id: Scalars['ID']['output'];
};

export type Memory = {
  readonly id: Scalars['ID']['output'];
  readonly text: Scalars['String']['output'];
  readonly agentId: Maybe<Scalars['ID']['output']>;
  readonly metadata: Maybe<Scalars['JSON']['output']>;
  readonly createdAt: Scalars['DateTime']['output'];
  readonly updatedAt: Scalars['DateTime']['output'];
  /** How well it fits the query, the most is best; null without a query. */
  readonly score: Maybe<Scalars['Float']['output']>;
  /** The text around the words that were found, these between `[` and `]`; null without a query. */
  readonly excerpt: Maybe<Scalars['String']['output']>;
};

export type MemoryPage = {
  readonly memories: ReadonlyArray<Memory>;
  /** How many there are that fit. */
  readonly total: Scalars['Int']['output'];
  readonly next: Maybe<Scalars['String']['output']>;
  /** Changes that the index has not taken in yet. */
  readonly lag: Scalars['Int']['output'];
};

export type RememberInput = {
  readonly id?: InputMaybe<Scalars['ID']['input']>;
  readonly text: Scalars['String']['input'];
  readonly agentId?: InputMaybe<Scalars['ID']['input']>;
  readonly metadata?: InputMaybe<Scalars['JSON']['input']>;
};

export type Event = {
  /** Unique id of the event. */
  readonly id: Scalars['ID']['output'];
  /** Where it stands in the log; give it to `events(after:)`. */
  readonly cursor: Scalars['String']['output'];
  /** `noun.verb`. */
  readonly type: Scalars['String']['output'];
  /** What it is about: the key of a device, a plugin, an agent, a memory. */
  readonly subject: Scalars['String']['output'];
  readonly source: Scalars['String']['output'];
  readonly at: Scalars['DateTime']['output'];
  readonly data: Maybe<Scalars['JSON']['output']>;
  /** The trace that led to this event, or null when it was not sampled. */
  readonly traceId: Maybe<Scalars['ID']['output']>;
};

export type EventUpdate = Event | Lagged | CaughtUp;
