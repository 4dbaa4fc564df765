// Generated from proto/gateway.graphql by npm run generate; do not edit.

/** `gateway.graphql`, word for word. */
export const SDL = `"""
An instant, ISO 8601 in UTC.
"""
scalar DateTime

"""
Any JSON value.
"""
scalar JSON

type Query {
  "How the whole is, part by part, and what its broker guarantees."
  health: Health!

  "Devices that are attached, and those known from before; attached ones first."
  devices(attached: Boolean): [Device!]!

  "Attach and detach events, newest last: of one device, or of all when no id is given."
  deviceHistory(id: ID, last: Int = 50): [DeviceEvent!]!

  """
  Actors with durable state, the latest change first: all, or those of a name, with a prefix of the key, or in a status
  now. \`after\` is the \`next\` of the page before. With a prefix or a status a page may hold fewer than asked for, or
  none, and have a \`next\` all the same: only so much is looked at for one page.
  """
  actors(name: String, prefix: String, status: ActorStatus, first: Int = 100, after: String): ActorPage!

  "One actor with its state, or null."
  actor(name: String!, key: String!): Actor

  "What a key does now, also one that has no state yet; null when its owner does not answer."
  actorActivity(name: String!, key: String!): ActorActivity

  "Rebuilds a key from its commands up to message \`to\` (all when absent), and compares it with what is stored."
  actorReplay(name: String!, key: String!, to: Float): Replay!

  "A key as a file, for \`importActor\`."
  actorExport(name: String!, key: String!): JSON!

  "What could not be handled, newest first. \`before\` is the \`next\` of the page before."
  deadLetters(first: Int = 50, before: String): DeadLetterPage!

  "One dead letter, or null."
  deadLetter(id: ID!): DeadLetter

  "All queues with their counts, by name."
  queues: [Queue!]!

  "One queue, or null."
  queue(name: String!): Queue

  """
  Jobs of a queue in one state: waiting ones in the order in which they start, finished ones newest first. \`after\` is
  the \`next\` of the page before.
  """
  jobs(queue: String!, state: JobState!, first: Int = 50, after: String): JobPage!

  "One job with all that is known of it, or null."
  job(queue: String!, id: ID!): JobDetail

  "How many jobs a bulk operation would concern, without doing anything."
  bulkJobsDryRun(queue: String!, operation: BulkJobOperation!, filter: JobFilterInput!): Int!

  "Schedules, by id."
  schedules: [Schedule!]!

  "One schedule, or null."
  schedule(id: ID!): Schedule

  "The types that jobs may have, with their schemas."
  jobTypes: [JobType!]!

  "Plugins that are loaded, were loaded before, or lie in a watched folder; by name."
  plugins: [Plugin!]!

  "One plugin by its name, or null."
  plugin(name: String!): Plugin

  "What the plugin in a folder is and asks for, without loading it. \`manifestPath\` is its folder or its \`plugin.json\`."
  inspectPlugin(manifestPath: String!): Plugin!

  "Agents, by name. \`tenantId\`, where given, must be that of the token."
  agents(tenantId: String): [Agent!]!

  "One agent, or null."
  agent(id: ID!): Agent

  "One run of an agent with its steps, or null."
  agentRun(id: ID!): AgentRun

  """
  What is remembered: best first for the words of \`query\`, the newest first without. Of one agent, or of all. \`after\` is
  the \`next\` of the page before.
  """
  memories(query: String, agentId: ID, first: Int = 20, after: String): MemoryPage!

  "One memory, or null."
  memory(id: ID!): Memory

  "Events of any kind, newest last; of these types, or of all. A type may end in \`.*\`."
  eventHistory(types: [String!], last: Int = 50): [Event!]!

  "The finished steps of a recent trace, in order of their start; null when it is no longer (or not yet) known."
  trace(id: ID!): [TraceStep!]
}

type Mutation {
  "Plugs a virtual device on this host. It takes the way of a real one, and is marked \`virtual\`."
  plugVirtualDevice(input: VirtualDeviceInput!): Device!

  "Unplugs a virtual device by its id."
  unplugVirtualDevice(id: ID!): Device!

  "Sends a command to an actor. Returns the command's id once it is stored."
  sendCommand(actor: String!, key: String!, type: String!, data: JSON!): ID!

  "Sends a command to an actor and waits for its answer: at most \`timeoutMs\`, 1 to 60000, 10000 when absent."
  callCommand(actor: String!, key: String!, type: String!, data: JSON!, timeoutMs: Int): JSON

  "Stops handling after the message at work; what comes is kept until \`resumeActor\`. Gives what the key does then."
  pauseActor(actor: String!, key: String!): ActorActivity

  "Goes on after \`pauseActor\`."
  resumeActor(actor: String!, key: String!): ActorActivity

  "Gives up the message at work and begins again from the committed state; it counts as a failed attempt."
  killActor(actor: String!, key: String!): ActorActivity

  "Removes state and timers; the next message begins a new life. Messages that wait stay."
  destroyActor(actor: String!, key: String!): Boolean!

  "Removes a timer. False when there is no such timer."
  cancelTimer(actor: String!, key: String!, id: ID!): Boolean!

  """
  Puts the state of a file, as \`actorExport\` gives it, into a key: that of the file unless \`key\` names another one.
  A key that has a state is left alone unless \`replace\`. Gives the key.
  """
  importActor(file: JSON!, key: String, replace: Boolean = false): String!

  """
  Sends a dead letter to where it was going, as a new message; \`data\` takes the place of its data unless null. Its
  header \`aw-resent-from\` names the letter. The letter stays until its age, unless \`remove\`. Returns the new message's
  id once it is stored.
  """
  resendDeadLetter(id: ID!, data: JSON, remove: Boolean = false): ID!

  "Adds a job. Returns once it is stored. The queue is made if there is none."
  addJob(queue: String!, type: String!, data: JSON!, options: JobOptionsInput): AddedJob!

  "Adds jobs: all or none, up to 1,000."
  addJobs(queue: String!, jobs: [NewJobInput!]!): [AddedJob!]!

  "Makes a delayed job ready now."
  promoteJob(queue: String!, id: ID!): Boolean!

  "Lets a failed job wait again; \`data\` takes the place of its data unless null."
  retryJob(queue: String!, id: ID!, data: JSON): Boolean!

  "Removes a job that does not run."
  removeJob(queue: String!, id: ID!): Boolean!

  "Ends a job that waits or runs."
  cancelJob(queue: String!, id: ID!, reason: String): Boolean!

  "The same operation for many jobs. Returns how many it concerned."
  bulkJobs(queue: String!, operation: BulkJobOperation!, filter: JobFilterInput!): Int!

  "Workers take nothing more from the queue until \`resumeQueue\`; what runs goes on."
  pauseQueue(queue: String!): Queue!

  "Goes on after \`pauseQueue\`."
  resumeQueue(queue: String!): Queue!

  "Removes all jobs that wait, and delayed ones if asked for. Returns how many."
  drainQueue(queue: String!, withDelayed: Boolean = false): Int!

  "Forgets finished jobs that are older than \`graceMs\`. Returns how many."
  cleanQueue(queue: String!, state: FinishedState!, graceMs: Float = 0, limit: Int): Int!

  "Removes a queue with all it has. \`confirm\` must be its name."
  obliterateQueue(queue: String!, confirm: String!): Boolean!

  "Changes the settings that are given."
  configureQueue(queue: String!, settings: QueueSettingsInput!): Queue!

  "Makes a schedule, or replaces the one of this id."
  upsertSchedule(input: ScheduleInput!): Schedule!

  "False when there is none."
  removeSchedule(id: ID!): Boolean!

  """
  Loads a plugin from its folder, or from its \`plugin.json\`, on the host that runs this gateway. \`grant\` says what it
  may do of what it asks for, and is remembered; without it what was granted before holds. Returns once it is loaded.
  """
  loadPlugin(manifestPath: String!, options: JSON, grant: JSON): Plugin!

  "Loads a plugin again from where it came from. \`id\` is \`<name>@<version>\`, or the name."
  reloadPlugin(id: ID!): Plugin!

  "Unloads a plugin. False when it was not loaded."
  unloadPlugin(id: ID!): Boolean!

  """
  Grants permissions to a plugin, of what it asks for, effective at once: either \`permissions\`, and what was granted before
  no longer holds; or \`capabilities\`, as the items of its permissions name them, besides what was granted before. What its
  module can't be linked with changes nothing.
  """
  grantPlugin(name: String!, permissions: JSON, capabilities: [String!]): Plugin!

  """
  Takes the consent back and unloads the plugin; false when there was none. With \`capabilities\`, as the items of its
  permissions name them (\`queue:labels:add\`, or all below \`queue:labels\` or \`queue\`), takes only these back, at once: it goes
  on, and is refused what it may not do any more.
  """
  revokePlugin(name: String!, capabilities: [String!]): Boolean!

  "Calls a function of a plugin, as a job, and waits for its output: at most \`timeoutMs\`, 1 to 60000, 10000 when absent."
  executePlugin(name: String!, function: String!, input: JSON, timeoutMs: Int): JSON

  "Makes an agent, as a draft. The graph stands in \`config.graph\`."
  createAgent(input: CreateAgentInput!): Agent!

  """
  Gives an agent another name, description and graph, in the place of those before. Refused while it is deployed, unless
  its last run has failed; its triggers are set anew then. Runs at work go on with the graph that they began with.
  """
  updateAgent(id: ID!, input: UpdateAgentInput!): Agent!

  "Deploys an agent: what triggers it starts runs from now on."
  deployAgent(id: ID!): Agent!

  "Stops an agent: nothing starts a run any more, and those at work end after their step."
  stopAgent(id: ID!): Agent!

  "Deletes an agent that is not deployed. False when there is none."
  deleteAgent(id: ID!): Boolean!

  "Begins a run of a deployed agent; \`input\` is \`trigger.input\`."
  runAgent(id: ID!, input: JSON): AgentRun!

  "Remembers a text. Under an \`id\` that is there, the text takes the place of the one before."
  remember(input: RememberInput!): Memory!

  "Forgets a memory. False when there is none."
  forget(id: ID!): Boolean!
}

type Subscription {
  """
  Attach and detach events. With \`after\` (a cursor from an earlier message) first what was missed since,
  then \`CaughtUp\`, then live, without gap or duplicate; or \`Lagged\` where the log no longer holds it.
  Without \`after\`, \`CaughtUp\` comes first and says where live begins.
  """
  deviceEvents(after: String): DeviceEventUpdate!

  """
  What happens to the jobs of a queue. With \`after\` (a cursor from an earlier message) first what was missed since, then
  \`CaughtUp\`, then live, without gap or duplicate; or \`Lagged\` where the log no longer holds it. \`ADDED\` and \`ACTIVE\`
  are told live only and have no cursor of their own: they repeat the one before.
  """
  jobEvents(queue: String!, after: String): JobEventUpdate!

  "The agents of the tenant as their status changes. \`tenantId\`, where given, must be that of the token."
  agentStatusChanged(tenantId: String): Agent!

  """
  Events of any kind: of these types, or of all. A type may end in \`.*\`. With \`after\` (a cursor from an earlier message)
  first what was missed since, then \`CaughtUp\`, then live, without gap or duplicate; or \`Lagged\` where the log no longer
  holds it. Without \`after\`, \`CaughtUp\` comes first and says where live begins.
  """
  events(after: String, types: [String!]): EventUpdate!

  "The steps of one trace as they finish, beginning with those already finished."
  traceSteps(traceId: ID!): TraceStep!
}

input VirtualDeviceInput {
  "USB vendor id, 0 to 65535."
  vendorId: Int!
  "USB product id, 0 to 65535."
  productId: Int!
  manufacturer: String
  product: String
  serial: String
}

type Device {
  "Stable identity: \`vvvv:pppp:serial\`, else \`vvvv:pppp@port\`."
  id: ID!
  "Identity of one plug-in."
  session: String!
  host: String!
  vendor: String!
  product: String!
  vendorId: Int!
  productId: Int!
  serial: String
  manufacturer: String
  deviceName: String
  port: String!
  speed: String
  path: String!
  "True when something that should be readable was not."
  partial: Boolean!
  "True for a device plugged from the CLI or the UI."
  virtual: Boolean!
  attached: Boolean!
  "When it was last attached."
  attachedAt: DateTime!
  "When it was last detached; null while it is attached."
  detachedAt: DateTime
  "When it was last attached, in milliseconds since 1970."
  timestamp: Float!
}

enum DeviceEventType {
  ATTACHED
  DETACHED
}

type DeviceEvent {
  "Unique id of the event."
  id: ID!
  "Where it stands in the log; give it to \`deviceEvents(after:)\`."
  cursor: String!
  type: DeviceEventType!
  device: Device!
  "What led to it: start, hint, poll, request, plug or unplug."
  reason: String!
  at: DateTime!
  "The trace from the plug to this event, or null when it was not sampled."
  traceId: ID
}

"The events between two cursors are gone from the log; \`count\` is null when their number is not known."
type Lagged {
  cursor: String!
  from: String!
  to: String!
  count: Int
}

"Everything up to here has been sent; what follows is live."
type CaughtUp {
  cursor: String!
}

union DeviceEventUpdate = DeviceEvent | Lagged | CaughtUp

type Actor {
  name: String!
  key: String!
  tenant: String!
  "Version of the state's shape."
  version: Int!
  "Sequence of the last message that it has handled."
  lastSeq: Float!
  "How often the message after it has been tried."
  attempt: Int!
  "Messages that are committed and not yet sent."
  outbox: Int!
  state: JSON
  updatedAt: DateTime!
  """
  What it does now, asked of its owner; null when the owner does not answer. One operation may ask about 200 keys.
  """
  activity: ActorActivity
}

enum ActorStatus {
  "It waits for a message."
  IDLE
  "It handles a message."
  RUNNING
  "It waits for the next attempt at a message that failed."
  WAITING
  "An operator has paused it."
  PAUSED
  "Its state can't be used by this version of the actor."
  BLOCKED
}

type ActorActivity {
  status: ActorStatus!
  "Messages that wait, the one at work included."
  depth: Int!
  "How long the oldest of them has waited, in milliseconds; 0 when none waits."
  lagMs: Float!
  "The message at work."
  current: ActorMessage
  "The last failure, while it keeps the key waiting or blocked."
  problem: ActorProblem
  timers: [ActorTimer!]!
  "Id of the process that owns the key."
  owner: String!
}

type ActorMessage {
  id: ID!
  type: String!
  sequence: Float!
  attempt: Int!
}

type ActorProblem {
  code: String!
  message: String!
}

enum MissedTimer {
  "What was missed while nothing ran is left out."
  SKIP
  "It is sent once for all that were missed."
  ONCE
  "It is sent for each that was missed."
  ALL
}

type ActorTimer {
  id: ID!
  "When it is due next."
  due: DateTime!
  "\`once\`, \`every 5000 ms\`, or the cron expression with its time zone."
  recurrence: String!
  missed: MissedTimer!
  "The command that it sends to its own key."
  type: String!
  data: JSON
}

type Replay {
  "Sequence of the last command that was replayed."
  upTo: Float!
  "Commands that were run again."
  messages: Int!
  "The state as rebuilt; null when the key had none at that point."
  state: JSON
  "Stored states that it was compared with."
  compared: Int!
  "The first that it did not equal, or null."
  difference: ReplayDifference
}

type ReplayDifference {
  "The message after which they differ."
  sequence: Float!
  stored: JSON
  rebuilt: JSON
}

type ActorPage {
  actors: [Actor!]!
  next: String
}

type DeadLetter {
  id: ID!
  "The stable code of the error."
  code: String!
  "What went wrong, in a sentence."
  error: String!
  "Where the message came from."
  stream: String!
  sequence: Float!
  subject: String!
  "The message's type, when it could be read."
  type: String
  attempts: Int!
  at: DateTime!
  headers: JSON!
  "The body as text; bytes that are not UTF-8 are replaced."
  data: String!
}

type DeadLetterPage {
  deadLetters: [DeadLetter!]!
  "How many there are in all."
  total: Float!
  next: String
}

enum HealthStatus {
  "All parts do what they are for."
  OK
  "Something is missing or late, the rest works."
  DEGRADED
  "It can't do its work."
  DOWN
}

type Health {
  status: HealthStatus!
  ready: Boolean!
  version: String!
  host: String!
  startedAt: DateTime!
  components: [HealthComponent!]!
  durability: Durability!
  plugins: PluginPolicy!
}

type HealthComponent {
  "broker, actors, watcher, usb or disk."
  name: String!
  status: HealthStatus!
  "What is not as it should be; null when the status is OK."
  code: HealthCode
  "What there is to say, in a sentence."
  detail: String!
  since: DateTime!
}

enum HealthCode {
  "The broker is away."
  BROKER_AWAY
  "nats-server can't write to its disk."
  BROKER_CANNOT_WRITE
  "The broker keeps messages less safely than AUTOWEAVE_DURABILITY asks for."
  DURABILITY_WEAKER
  "Mailboxes are not being read."
  ACTORS_NOT_READING
  "The watcher is being started."
  WATCHER_STARTING
  "USB is not watched here, by configuration."
  USB_OFF
  "This host has no USB."
  USB_ABSENT
  "Devices are seen late, or not at all."
  USB_DEGRADED
  "Less is free than is kept in reserve: commands are refused."
  DISK_LOW
}

enum DurabilityLevel {
  "Every acknowledged message is on disk, by fsync, before its acknowledgement."
  FSYNC
  "Acknowledged messages reach the disk within the interval: a power cut may lose that much. A killed process loses nothing."
  INTERVAL
  "Acknowledged messages are on most of three servers or more; \`isSynced\` says whether on their disks."
  QUORUM
  "Kept in memory only, on one disk after a long while, or by a server that would not say: nothing here is called durable."
  UNKNOWN
}

"What the broker does, read from the broker."
type Durability {
  level: DurabilityLevel!
  "How often the server syncs, in milliseconds; null when every message is synced, or when it is not known."
  syncIntervalMs: Float
  "Whether every server syncs before it acknowledges; null when that is not known."
  isSynced: Boolean
  "Copies of the stream that has the fewest."
  replicas: Int!
  "The same in a sentence."
  detail: String!
  "What was asked for, by AUTOWEAVE_DURABILITY."
  wanted: DurabilityLevel!
  "Whether that is what the broker does; null when too little could be read to say so."
  isMet: Boolean
  "How each of AutoWeave's streams is kept; empty when they could not be read."
  streams: [StreamDurability!]!
}

type StreamDurability {
  name: String!
  replicas: Int!
  "\`file\` or \`memory\`."
  storage: String!
  "True when it is written only after it was acknowledged: a killed broker may lose it."
  isAsync: Boolean!
}

type TraceStep {
  traceId: ID!
  spanId: ID!
  parentSpanId: ID
  name: String!
  startedAt: DateTime!
  "Start, in microseconds since the trace's first known step."
  offsetUs: Float!
  durationUs: Float!
  ok: Boolean!
  "The source file that does this step."
  file: String
  attributes: JSON!
}

enum JobState {
  WAITING
  ACTIVE
  DELAYED
  COMPLETED
  FAILED
}

enum FinishedState {
  COMPLETED
  FAILED
}

"What a single job's detail can say beyond the states that are listed."
enum JobDetailState {
  WAITING
  ACTIVE
  DELAYED
  COMPLETED
  FAILED
  CANCELLED
  REMOVED
}

enum BulkJobOperation {
  RETRY
  REMOVE
  PROMOTE
  CANCEL
}

type Queue {
  name: String!
  counts: JobCounts!
  settings: QueueSettings!
}

type JobCounts {
  waiting: Float!
  active: Float!
  delayed: Float!
  "Completed jobs that retention keeps."
  completed: Float!
  "Failed jobs that retention keeps."
  failed: Float!
  isPaused: Boolean!
  "Waiting ones by priority class: the lowest priority of each, and how many."
  byPriority: [PriorityCount!]!
  "How old the number of active ones may be, in milliseconds."
  lagMs: Float!
  "Workers that were heard of in the last seconds, in all processes."
  workers: Int!
}

type PriorityCount {
  priority: Int!
  waiting: Float!
}

type Retention {
  count: Int!
  ageMs: Float
}

type RateLimit {
  max: Int!
  windowMs: Float!
}

type QueueSettings {
  attempts: Int!
  "\`{ type: fixed | exponential, delayMs, jitter? }\` or \`{ type: custom, name }\`."
  backoff: JSON!
  attemptTimeoutMs: Float!
  totalTimeoutMs: Float!
  completed: Retention!
  failed: Retention!
  globalConcurrency: Int
  rateLimit: RateLimit
  "Job types that it takes; all known ones when empty."
  types: [String!]!
}

input RetentionInput {
  count: Int!
  ageMs: Float
}

input RateLimitInput {
  max: Int!
  windowMs: Float!
}

"What is left out stays as it is. \`globalConcurrency: 0\` and \`rateLimit: { max: 0, windowMs: 0 }\` take the limit away."
input QueueSettingsInput {
  attempts: Int
  backoff: JSON
  attemptTimeoutMs: Float
  totalTimeoutMs: Float
  completed: RetentionInput
  failed: RetentionInput
  globalConcurrency: Int
  rateLimit: RateLimitInput
  types: [String!]
}

"See the guide to jobs for what each means."
input JobOptionsInput {
  id: String
  priority: Int
  lifo: Boolean
  delayMs: Float
  attempts: Int
  backoff: JSON
  attemptTimeoutMs: Float
  totalTimeoutMs: Float
  deduplicate: DeduplicationInput
}

enum DeduplicationMode {
  SIMPLE
  THROTTLE
  DEBOUNCE
  REPLACE
}

input DeduplicationInput {
  mode: DeduplicationMode!
  id: String!
  "Of throttle and debounce."
  ttlMs: Float
}

input NewJobInput {
  type: String!
  data: JSON!
  options: JobOptionsInput
}

input JobFilterInput {
  state: JobState!
  type: String
  addedBefore: DateTime
  limit: Int
}

type AddedJob {
  id: ID!
  "A job of this id was there already, and this one was not added."
  isDuplicate: Boolean!
}

type JobPage {
  jobs: [JobSummary!]!
  next: String
}

type JobSummary {
  id: ID!
  queue: String!
  type: String!
  state: JobDetailState!
  priority: Int!
  attemptsMade: Int!
  attempts: Int!
  addedAt: DateTime!
  "When a delayed one becomes ready."
  dueAt: DateTime
  finishedAt: DateTime
  "Of the last attempt."
  durationMs: Float
  "The last failure in a sentence."
  error: String
  traceId: ID
}

type JobDetail {
  id: ID!
  queue: String!
  type: String!
  state: JobDetailState!
  priority: Int!
  attemptsMade: Int!
  attempts: Int!
  addedAt: DateTime!
  dueAt: DateTime
  finishedAt: DateTime
  durationMs: Float
  error: String
  traceId: ID
  "Null when retention has let go of it."
  data: JSON
  result: JobResult
  failures: [JobFailure!]!
  progress: JSON
  logs: [String!]!
  partials: [JSON!]!
  stalledCount: Int!
  "Those that the job itself carries, in the words of \`JobOptionsInput\`."
  options: JSON!
}

"What became of a job."
type JobResult {
  success: Boolean!
  data: JSON
  error: String
  "Milliseconds."
  duration: Float!
  "Milliseconds since 1970."
  timestamp: Float!
}

"A failed attempt."
type JobFailure {
  code: String!
  message: String!
  attempt: Int!
  at: DateTime!
  stack: String
}

enum JobEventType {
  ADDED
  ACTIVE
  PROGRESS
  LOG
  PARTIAL
  COMPLETED
  FAILED
  RETRYING
  STALLED
  PROMOTED
  CANCELLED
  REMOVED
}

type JobEvent {
  cursor: String!
  type: JobEventType!
  queue: String!
  id: ID!
  jobType: String!
  at: DateTime!
  attempt: Int
  result: JobResult
  "Of progress, log and partial."
  data: JSON
  traceId: ID
}

union JobEventUpdate = JobEvent | Lagged | CaughtUp

enum OverlapPolicy {
  "A turn is left out while the job of the one before is not finished."
  SKIP
  "Turns wait for each other in the queue."
  QUEUE
}

input ScheduleInput {
  id: ID!
  "Five or six fields; exactly one of \`cron\` and \`everyMs\`."
  cron: String
  "IANA name; UTC when absent."
  timezone: String
  everyMs: Float
  queue: String!
  type: String!
  data: JSON
  options: JobOptionsInput
  "After so many turns the schedule ends."
  limit: Int
  startAt: DateTime
  endAt: DateTime
  overlap: OverlapPolicy = QUEUE
  missed: MissedTimer = ONCE
}

type Schedule {
  id: ID!
  cron: String
  timezone: String
  everyMs: Float
  queue: String!
  type: String!
  data: JSON
  "In the words of \`JobOptionsInput\`."
  options: JSON
  limit: Int
  startAt: DateTime
  endAt: DateTime
  overlap: OverlapPolicy!
  missed: MissedTimer!
  "Turns that were due."
  turns: Int!
  "Turns that were left out because the job before had not finished."
  skipped: Int!
  "Ids of the last jobs, newest first."
  lastJobs: [ID!]!
  "The next times, at most \`count\`, which is 1 to 100."
  next(count: Int = 5): [DateTime!]!
}

type JobType {
  type: String!
  description: String!
  "JSON Schema of its data."
  schema: JSON!
}

enum PluginState {
  "It lies in a watched folder, and was not loaded."
  FOUND
  "It asks for more than was granted."
  AWAITING_CONSENT
  LOADING
  LOADED
  UNLOADED
  "It could not be loaded, or was given up: see \`error\`."
  FAILED
}

enum PluginIntegrity {
  "Nothing says what its files should be."
  UNSIGNED
  "Its files are those that its SHA-256 names; who has made them is not known."
  HASHED
}

type Plugin {
  "\`<name>@<version>\`."
  id: ID!
  name: String!
  version: String!
  description: String
  manifestPath: String!
  state: PluginState!
  error: PluginError
  "Exported functions that can be called."
  functions: [String!]!
  "The functions of its hooks, by hook: onLoad, onUnload, onUSBAttach, onUSBDetach, onJobReceived."
  hooks: JSON!
  permissions: PluginPermissionSet!
  integrity: PluginIntegrity!
  "SHA-256 of its module; null before it was read."
  sha256: String
  "Bytes of its module."
  size: Int
  loadedAt: DateTime
  "Of the last load."
  loadDurationMs: Float
  options: JSON
  limits: PluginLimits!
  stats: PluginStats!
  "Its job types, with their schemas."
  jobTypes: [JobType!]!
}

"As in the manifest: filesystem, network, usb, memory, queue, kv, events, secrets."
type PluginPermissionSet {
  "What it asks for."
  requested: JSON!
  "What was granted; null when nobody was asked."
  granted: JSON
  "What it may do: requested and granted."
  effective: JSON!
  "Each of what it asks for, in a sentence, and whether it was granted."
  items: [PluginPermissionItem!]!
  grantedAt: DateTime
  "When some of it was taken back since; null when nothing was."
  changedAt: DateTime
}

type PluginPermissionItem {
  "filesystem, network, usb, memory, queue, kv, events or secrets."
  capability: String!
  "By which it is taken back: \`kv\`, \`queue:labels:add\`, \`events:label.printed\`."
  name: String!
  sentence: String!
  isGranted: Boolean!
  "False where this version has nothing to grant: it changes nothing."
  isAvailable: Boolean!
}

type PluginLimits {
  callTimeoutMs: Int!
  maxOutputBytes: Int!
  maxHeapBytes: Float!
  maxWorkers: Int!
}

"Since it was loaded by this process."
type PluginStats {
  calls: Float!
  failures: Float!
  "Calls that took too long: the instance was ended and replaced."
  timeouts: Float!
  denials: Float!
  "Instances at work and in wait."
  instances: Int!
  "Calls at work and in wait."
  pending: Int!
  lastCallAt: DateTime
  "Of recent calls, in milliseconds; null before the first."
  p50Ms: Float
  p99Ms: Float
  recentDenials: [PluginDenial!]!
}

type PluginDenial {
  capability: String!
  subject: String!
  at: DateTime!
}

type PluginError {
  code: String!
  message: String!
}

"What may be loaded here, and how far that can be trusted."
type PluginPolicy {
  "True when plugins are loaded that nobody has signed: for development on one machine only."
  allowsUnsigned: Boolean!
  "Folders that are looked at for plugins, and for their changes."
  folders: [String!]!
}

enum AgentStatus {
  DRAFT
  DEPLOYED
  RUNNING
  STOPPED
  ERROR
}

type Agent {
  id: ID!
  name: String!
  description: String
  status: AgentStatus!
  tenantId: String!
  createdAt: DateTime!
  updatedAt: DateTime!
  "\`{ graph }\`."
  config: JSON
  "Of the last run, when it failed."
  error: PluginError
  """
  What its steps would fail at or wait for as things are now, each with its place in the graph: a job type that nobody
  knows, data that its schema refuses, a queue that nobody works on.
  """
  warnings: [String!]!
  "What it has remembered."
  memory: AgentMemory!
  "Jobs of its last runs, newest first."
  jobs(first: Int = 20): [JobSummary!]!
  "Its last runs, newest first."
  runs(first: Int = 20): [AgentRun!]!
}

type AgentMemory {
  "How many it has."
  count: Int!
  "Newest first, or best first for the words of \`query\`."
  recent(query: String, first: Int = 10): [Memory!]!
}

input CreateAgentInput {
  name: String!
  description: String
  config: JSON
}

"All of it: what is absent is taken away."
input UpdateAgentInput {
  name: String!
  description: String
  config: JSON
}

enum AgentRunStatus {
  RUNNING
  DONE
  FAILED
  STOPPED
}

type AgentRun {
  id: ID!
  agentId: ID!
  status: AgentRunStatus!
  "What started it: \`{ type, … }\`."
  trigger: JSON!
  startedAt: DateTime!
  endedAt: DateTime
  steps: [AgentStep!]!
  error: PluginError
  traceId: ID
}

enum AgentStepStatus {
  WAITING
  DONE
  FAILED
}

type AgentStep {
  "Id of the node."
  node: String!
  "plugin, job, condition, remember or search."
  type: String!
  status: AgentStepStatus!
  startedAt: DateTime!
  endedAt: DateTime
  output: JSON
  error: PluginError
  "The job that does it."
  job: StepJob
  "The node that came after."
  next: String
}

type StepJob {
  queue: String!
  id: ID!
}

type Memory {
  id: ID!
  text: String!
  agentId: ID
  metadata: JSON
  createdAt: DateTime!
  updatedAt: DateTime!
  "How well it fits the query, the most is best; null without a query."
  score: Float
  "The text around the words that were found, these between \`[\` and \`]\`; null without a query."
  excerpt: String
}

type MemoryPage {
  memories: [Memory!]!
  "How many there are that fit."
  total: Int!
  next: String
  "Changes that the index has not taken in yet."
  lag: Int!
}

input RememberInput {
  id: ID
  text: String!
  agentId: ID
  metadata: JSON
}

type Event {
  "Unique id of the event."
  id: ID!
  "Where it stands in the log; give it to \`events(after:)\`."
  cursor: String!
  "\`noun.verb\`."
  type: String!
  "What it is about: the key of a device, a plugin, an agent, a memory."
  subject: String!
  source: String!
  at: DateTime!
  data: JSON
  "The trace that led to this event, or null when it was not sampled."
  traceId: ID
}

union EventUpdate = Event | Lagged | CaughtUp
`;
