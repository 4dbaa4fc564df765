/** Every metric of AutoWeave, declared once, as data: one list, however long. Names are those on `/metrics`. */

interface Declaration {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly name: string;
  readonly description: string;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram's buckets. */
  readonly buckets?: readonly number[];
}

const MILLISECONDS = [0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000];
const SIZES = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000];

export const INSTRUMENTS = {
  messagesHandled: {
    kind: 'counter',
    name: 'messages_handled_total',
    description: 'Messages that handlers have taken, by outcome: handled, refused, retried or dead',
    labels: ['actor', 'outcome'],
  },
  handlerDuration: {
    kind: 'histogram',
    name: 'handler_duration_ms',
    description: 'Time of one handler for one message',
    labels: ['actor'],
    buckets: MILLISECONDS,
  },
  commits: {
    kind: 'counter',
    name: 'commits_total',
    description: 'Atomic batches, by outcome: stored, conflict or failed',
    labels: ['stream', 'outcome'],
  },
  commitSize: {
    kind: 'histogram',
    name: 'commit_messages',
    description: 'Messages in one atomic batch',
    labels: ['stream'],
    buckets: SIZES,
  },
  outboxItems: {
    kind: 'counter',
    name: 'outbox_items_total',
    description: 'Committed messages that have been sent on, by target stream',
    labels: ['target'],
  },
  eventsForwarded: {
    kind: 'counter',
    name: 'events_forwarded_total',
    description: 'Events put into the mailboxes of the actors that hear them',
    labels: [],
  },
  deadLetters: {
    kind: 'counter',
    name: 'dead_letters_total',
    description: 'Messages that could not be handled, by the code of their error',
    labels: ['code'],
  },
  actorMembers: {
    kind: 'gauge',
    name: 'actor_members',
    description: 'Runtimes that share the partitions, as this one sees them',
    labels: [],
  },
  actorPartitions: {
    kind: 'gauge',
    name: 'actor_partitions',
    description: 'Partitions that this runtime owns, of 64',
    labels: [],
  },
  keysAwake: {
    kind: 'gauge',
    name: 'actor_keys_awake',
    description: 'Keys that this runtime has in memory',
    labels: [],
  },
  mailboxBacklog: {
    kind: 'gauge',
    name: 'actor_backlog',
    description: 'Messages that this runtime has read and not handled yet',
    labels: [],
  },
  keysParked: {
    kind: 'counter',
    name: 'actor_keys_parked_total',
    description: 'Times that what waited behind a key that is stuck was put aside',
    labels: ['actor'],
  },
  jobsAdded: {
    kind: 'counter',
    name: 'jobs_added_total',
    description: 'Jobs added by this process',
    labels: ['queue'],
  },
  jobsFinished: {
    kind: 'counter',
    name: 'jobs_finished_total',
    description: 'Jobs that ended here, by outcome: completed, failed, cancelled, removed, or lost to another worker',
    labels: ['queue', 'outcome'],
  },
  jobsRetried: {
    kind: 'counter',
    name: 'jobs_retried_total',
    description: 'Failed attempts that are followed by another one',
    labels: ['queue'],
  },
  jobsStalled: {
    kind: 'counter',
    name: 'jobs_stalled_total',
    description: 'Jobs taken over from a worker that had fallen silent',
    labels: ['queue'],
  },
  jobsRunning: {
    kind: 'gauge',
    name: 'jobs_running',
    description: 'Jobs at work in this process',
    labels: ['queue'],
  },
  jobDuration: {
    kind: 'histogram',
    name: 'job_duration_ms',
    description: 'Time of one attempt at a job',
    labels: ['queue', 'type'],
    buckets: MILLISECONDS,
  },
  jobWait: {
    kind: 'histogram',
    name: 'job_wait_ms',
    description: 'Time from the adding of a job to the beginning of its first attempt',
    labels: ['queue'],
    buckets: MILLISECONDS,
  },
  queueJobs: {
    kind: 'gauge',
    name: 'queue_jobs',
    description: 'Jobs of a queue by state, as last counted',
    labels: ['queue', 'state'],
  },
  queueWorkers: {
    kind: 'gauge',
    name: 'queue_workers',
    description: 'Workers of a queue in all processes, as last counted',
    labels: ['queue'],
  },
  brokerConnected: {
    kind: 'gauge',
    name: 'broker_connected',
    description: '1 while the broker answers, else 0',
    labels: [],
  },
  brokerReconnects: {
    kind: 'counter',
    name: 'broker_reconnects_total',
    description: 'Connections to the broker that had been lost and came back',
    labels: [],
  },
  durability: {
    kind: 'gauge',
    name: 'durability_level',
    description: '1 for the level that the broker really gives: fsync, interval, quorum or unknown',
    labels: ['level'],
  },
  durabilitySyncInterval: {
    kind: 'gauge',
    name: 'durability_sync_interval_ms',
    description: 'How often the broker syncs: 0 when before each acknowledgement, -1 when that is not known',
    labels: [],
  },
  durabilityWishMet: {
    kind: 'gauge',
    name: 'durability_wish_met',
    description: '1 while the broker is known to give what AUTOWEAVE_DURABILITY asks for, else 0',
    labels: ['wanted'],
  },
  subscriptionsOpen: {
    kind: 'gauge',
    name: 'subscriptions_open',
    description: 'GraphQL subscriptions that are open, by field',
    labels: ['subscription'],
  },
  subscriptionsLagged: {
    kind: 'counter',
    name: 'subscriptions_lagged_total',
    description: 'Times a subscriber was told that events it had not seen are gone from the log',
    labels: ['subscription'],
  },
  eventsPushed: {
    kind: 'counter',
    name: 'events_pushed_total',
    description: 'Events delivered to subscribers, by subscription',
    labels: ['subscription'],
  },
  eventsSkipped: {
    kind: 'counter',
    name: 'events_skipped_total',
    description: 'Stored events that a feed could not read, by the code of the error',
    labels: ['code'],
  },
  socketsOpen: {
    kind: 'gauge',
    name: 'websockets_open',
    description: 'Websockets that are open',
    labels: [],
  },
  socketsDropped: {
    kind: 'counter',
    name: 'websockets_dropped_total',
    description: 'Websockets that the gateway closed or refused, by reason',
    labels: ['reason'],
  },
  httpRequests: {
    kind: 'counter',
    name: 'http_requests_total',
    description: 'HTTP requests answered',
    labels: ['method', 'route', 'status'],
  },
  httpDuration: {
    kind: 'histogram',
    name: 'http_request_duration_ms',
    description: 'Time from an HTTP request to its answer',
    labels: ['route'],
    buckets: MILLISECONDS,
  },
  pluginLoads: {
    kind: 'counter',
    name: 'plugin_loads_total',
    description: 'Plugins loaded, by status: success or error',
    labels: ['plugin_id', 'tenant_id', 'status'],
  },
  pluginLoadDuration: {
    kind: 'histogram',
    name: 'plugin_load_duration_ms',
    description: 'Time to load a plugin, its onLoad included',
    labels: ['plugin_id', 'tenant_id'],
    buckets: MILLISECONDS,
  },
  activePlugins: {
    kind: 'gauge',
    name: 'active_plugins',
    description: 'Plugins that are loaded here',
    labels: [],
  },
  pluginInstances: {
    kind: 'gauge',
    name: 'plugin_instances',
    description: 'Instances of a plugin, each in a thread of its own',
    labels: ['plugin'],
  },
  pluginCalls: {
    kind: 'counter',
    name: 'plugin_calls_total',
    description: 'Calls of plugins, by outcome: ok, or the code of the error',
    labels: ['plugin', 'outcome'],
  },
  pluginCallDuration: {
    kind: 'histogram',
    name: 'plugin_call_duration_ms',
    description: 'Time of one call, its wait for an instance included',
    labels: ['plugin'],
    buckets: MILLISECONDS,
  },
  pluginDenials: {
    kind: 'counter',
    name: 'plugin_denials_total',
    description: 'What plugins tried and may not, by capability',
    labels: ['plugin', 'capability'],
  },
  memoryIndexLag: {
    kind: 'gauge',
    name: 'memory_index_lag',
    description: 'Memories whose last change the index of this process has not taken in, as last counted',
    labels: [],
  },
  memorySearches: {
    kind: 'counter',
    name: 'memory_searches_total',
    description:
      'Searches in the memory, by kind (words, or newest where nothing is looked for) and outcome: ok or failed',
    labels: ['kind', 'outcome'],
  },
  memorySearchDuration: {
    kind: 'histogram',
    name: 'memory_search_ms',
    description: 'Time of a search in the memory, the wait for changes that were under way included',
    labels: ['kind'],
    buckets: MILLISECONDS,
  },
  usbHints: {
    kind: 'counter',
    name: 'usb_hints_total',
    description: 'Hot-plug hints from the USB library',
    labels: [],
  },
  usbReconciles: {
    kind: 'counter',
    name: 'usb_reconciles_total',
    description: 'Looks at the whole USB bus, by what led to them',
    labels: ['reason'],
  },
  diskFree: {
    kind: 'gauge',
    name: 'disk_free_bytes',
    description: 'Free space on the disk of the data directory',
    labels: [],
  },
} as const satisfies Readonly<Record<string, Declaration>>;

type Declared = typeof INSTRUMENTS;
export type InstrumentName = keyof Declared;
export type InstrumentDeclaration = Declaration;

/** Absent for instruments without labels. */
type LabelArguments<Label extends string> = [Label] extends [never] ? [] : [labels: Readonly<Record<Label, string>>];

export interface Counter<Label extends string = never> {
  add(count: number, ...labels: LabelArguments<Label>): void;
}

export interface Gauge<Label extends string = never> {
  set(value: number, ...labels: LabelArguments<Label>): void;
  add(difference: number, ...labels: LabelArguments<Label>): void;
}

export interface Histogram<Label extends string = never> {
  record(value: number, ...labels: LabelArguments<Label>): void;
}

type Handle<D extends Declaration> = D['kind'] extends 'counter'
  ? Counter<D['labels'][number]>
  : D['kind'] extends 'gauge'
    ? Gauge<D['labels'][number]>
    : Histogram<D['labels'][number]>;

export type Instruments = { readonly [Name in InstrumentName]: Handle<Declared[Name]> };

/** What every handle can be called with, whatever its kind. */
export interface AnyHandle {
  add(count: number, labels?: Readonly<Record<string, string>>): void;
  set(value: number, labels?: Readonly<Record<string, string>>): void;
  record(value: number, labels?: Readonly<Record<string, string>>): void;
}

/** One handle for each declaration. */
export function mapInstruments(create: (declaration: Declaration) => AnyHandle): Instruments {
  const handles = Object.entries(INSTRUMENTS).map(([name, declaration]) => [name, create(declaration)]);
  // `AnyHandle` is a supertype of each handle's kind; that names match follows from the line above.
  return Object.fromEntries(handles) as Instruments;
}

const nothing: AnyHandle = { add: () => {}, set: () => {}, record: () => {} };

/** Keeps nothing: for tests, and for parts that run without telemetry. */
export const noInstruments: Instruments = mapInstruments(() => nothing);
