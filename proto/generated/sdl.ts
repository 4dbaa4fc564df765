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
}

type Subscription {
  """
  Attach and detach events. With \`after\` (a cursor from an earlier message) first what was missed since,
  then \`CaughtUp\`, then live, without gap or duplicate; or \`Lagged\` where the log no longer holds it.
  Without \`after\`, \`CaughtUp\` comes first and says where live begins.
  """
  deviceEvents(after: String): DeviceEventUpdate!

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
  "Kept in memory only, or by a server that would not say: nothing here is called durable."
  UNKNOWN
}

"What the broker does, read from the broker."
type Durability {
  level: DurabilityLevel!
  "How often the server syncs, in milliseconds; null when every message is synced, or when it is not known."
  syncIntervalMs: Float
  replicas: Int!
  "The same in a sentence."
  detail: String!
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
`;
