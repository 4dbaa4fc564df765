// Generated from proto/ by npm run generate; do not edit.

/**
 * The data of each message, by its type.
 */
export interface MessageData {
  'device-watcher.plug': DeviceWatcherPlug;
  'device-watcher.report': DeviceWatcherReport;
  'device-watcher.unplug': DeviceWatcherUnplug;
  'device.attached': DeviceAttached;
  'device.detached': DeviceDetached;
  'schedule.finished': ScheduleFinished;
  'schedule.remove': ScheduleRemove;
  'schedule.turn': ScheduleTurn;
  'schedule.upsert': ScheduleUpsert;
}

/**
 * Command to `device-watcher`, key: the host. Plugs a virtual device, which is always marked so. Replies with the device.
 *
 */
export interface DeviceWatcherPlug {
  vendorId: number;
  productId: number;
  manufacturer?: string;
  product?: string;
  serial?: string;
}

/**
 * Command to `device-watcher`, key: the host. A whole snapshot of its USB bus; attach and detach come from the difference to the last one.
 *
 */
export interface DeviceWatcherReport {
  /**
   * @maxItems 2048
   */
  devices: SeenDevice[];
  reason: 'start' | 'hint' | 'poll' | 'request';
  observedAt: string;
  /**
   * When the first hot-plug event came that led to this snapshot.
   */
  hintedAt?: string;
}

/**
 * A USB device as one snapshot of the bus shows it.
 *
 */
export interface SeenDevice {
  /**
   * `bus:address:inode`: one plug-in of one device.
   */
  session: string;
  bus: number;
  address: number;
  port: string;
  vendorId: number;
  productId: number;
  serial?: string;
  manufacturer?: string;
  product?: string;
  speed?: string;
  deviceClass?: number;
  path: string;
  partial: boolean;
  virtual?: boolean;
}

/**
 * Command to `device-watcher`, key: the host. Unplugs a virtual device by its stable id. Replies with the device.
 *
 */
export interface DeviceWatcherUnplug {
  id: string;
}

/**
 * Event: a device is there that was not. Subject key: `host/id`.
 *
 */
export interface DeviceAttached {
  device: Device;
  /**
   * What led to the look at the bus: the watcher's start, a hot-plug event, the timer, a request, or a virtual plug.
   */
  reason: 'start' | 'hint' | 'poll' | 'request' | 'plug';
}

/**
 * A USB device while it is, or was, attached. Strings come from sysfs and are absent where they can't be read.
 *
 */
export interface Device {
  /**
   * Stable identity: `vvvv:pppp:serial`, else `vvvv:pppp@port` (hexadecimal).
   */
  id: string;
  /**
   * Identity of one plug-in: `bus:address:inode`, or `virtual:<id of the plug command>`.
   */
  session: string;
  /**
   * The host it is plugged into.
   */
  host: string;
  /**
   * USB bus number; 0 for a virtual device.
   */
  bus: number;
  /**
   * Address on the bus; 0 for a virtual device.
   */
  address: number;
  /**
   * Physical port path such as `1-4.2`.
   */
  port: string;
  vendorId: number;
  productId: number;
  /**
   * Manufacturer, or `Vendor 1d6b` when unknown.
   */
  vendor: string;
  /**
   * Product name, or `Product 0104` when unknown.
   */
  product: string;
  /**
   * Serial number, where the device has one.
   */
  serial?: string;
  /**
   * Manufacturer string as the device gives it.
   */
  manufacturer?: string;
  /**
   * Product string as the device gives it.
   */
  deviceName?: string;
  /**
   * Mbit/s, as the kernel says it: `480`, `1.5`.
   */
  speed?: string;
  deviceClass?: number;
  /**
   * Device node such as `/dev/bus/usb/001/004`.
   */
  path: string;
  /**
   * True when something that should be readable was not.
   */
  partial: boolean;
  /**
   * True for a device plugged from the CLI or the UI.
   */
  virtual: boolean;
  /**
   * When it was attached; milliseconds since 1970.
   */
  timestamp: number;
}

/**
 * Event: a device that was there is gone. Subject key: `host/id`.
 *
 */
export interface DeviceDetached {
  device: Device;
  /**
   * What led to the look at the bus: the watcher's start, a hot-plug event, the timer, a request, or a virtual unplug.
   */
  reason: 'start' | 'hint' | 'poll' | 'request' | 'unplug';
}

/**
 * Command to `scheduler`, key: the id of the schedule. Sent when a job of it has ended, in whatever way.
 *
 */
export interface ScheduleFinished {
  /**
   * The turn that the job belongs to: the instant at which it was due, in milliseconds since 1970.
   */
  turn: number;
}

/**
 * Command to `scheduler`, key: the id of the schedule. Removes it; jobs that it has added stay. Replies whether there was one.
 *
 */
export interface ScheduleRemove {}

/**
 * Command that `scheduler` sends to itself by its timer when a turn is due.
 *
 */
export interface ScheduleTurn {}

/**
 * Command to `scheduler`, key: the id of the schedule. Makes the schedule, or gives the one that is there other settings; its counters go on. Replies with the schedule.
 *
 */
export interface ScheduleUpsert {
  /**
   * Five fields, or six with the second first. Exactly one of `cron` and `everyMs`.
   */
  cron?: string;
  /**
   * IANA name; UTC when absent.
   */
  timezone?: string;
  everyMs?: number;
  queue: string;
  /**
   * Of the jobs.
   */
  type: string;
  /**
   * Of each job, as the schema of its type says.
   */
  data: {
    [k: string]: unknown;
  };
  options?: ScheduledJobOptions;
  /**
   * Turns after which the schedule ends.
   */
  limit?: number;
  /**
   * No turn before; milliseconds since 1970.
   */
  startAt?: number;
  /**
   * No turn after; milliseconds since 1970.
   */
  endAt?: number;
  /**
   * Whether a turn is left out while the job of the turn before has not ended.
   */
  overlap: 'skip' | 'queue';
  /**
   * What becomes of turns that passed while nothing ran.
   */
  missed: 'skip' | 'once' | 'all';
}

/**
 * Of each job.
 */
export interface ScheduledJobOptions {
  priority?: number;
  isLifo?: boolean;
  attempts?: number;
  /**
   * How long a failed job waits before its next attempt.
   */
  backoff?: ScheduledBackoff | ScheduledCustomBackoff;
  attemptTimeoutMs?: number;
  totalTimeoutMs?: number;
}

export interface ScheduledBackoff {
  type: 'fixed' | 'exponential';
  delayMs: number;
  jitter?: number;
}

export interface ScheduledCustomBackoff {
  type: 'custom';
  name: string;
  delayMs?: number;
}

/**
 * One job as it stands in the body of a message of JOBS. Whoever adds one writes `t` and `d`, and `p` and `o` where wanted; the others are the queue's own.
 *
 */
export interface JobEntry {
  /**
   * Type, such as `llm.batch`: says which schema the data has.
   */
  t: string;
  /**
   * Data, as the schema of its type says.
   */
  d:
    | {
        [k: string]: unknown;
      }
    | unknown[]
    | string
    | number
    | boolean
    | null;
  /**
   * W3C trace context that the job goes on with.
   */
  p?: string;
  /**
   * Options of this job; what is absent is as the queue's settings say.
   */
  o?: {
    /**
     * How often it is tried.
     */
    a?: number;
    /**
     * Back-off: `["fixed", ms]`, `["exponential", ms]` or `["custom", name, ms]`; a third item of the first two is the jitter.
     */
    b?: unknown[];
    /**
     * Time-out of one attempt in milliseconds; 0 for none.
     */
    to?: number;
    /**
     * Time-out from adding to the end of the last attempt in milliseconds; 0 for none.
     */
    tt?: number;
    /**
     * Priority, 0 first; the class in the subject has to fit it. 0 when absent.
     */
    pr?: number;
    /**
     * Last in, first out.
     */
    l?: true;
    /**
     * Id of its deduplication.
     */
    k?: string;
    /**
     * The schedule that it belongs to, which is told when the job has ended.
     */
    sch?: {
      /**
       * Of the schedule.
       */
      id: string;
      /**
       * The turn: the instant at which it was due, in milliseconds since 1970.
       */
      turn: number;
    };
  };

  /**
   * Id, where it does not follow from the place: of a single, the one that its subject has.
   */
  i?: string;
  /**
   * When it was added, where that was before this message was stored; milliseconds since 1970.
   */
  a?: number;
  /**
   * Attempts made; 0 when absent.
   */
  n?: number;
  /**
   * How often it was taken from a worker that had fallen silent; 0 when absent.
   */
  s?: number;
  /**
   * The last failures, newest last.
   */
  e?: JobFailure[];
  /**
   * Incarnation: tells jobs apart that had the same id one after the other.
   */
  u?: string;
  /**
   * Class that it goes back to after a delay; `r0` when absent.
   */
  c?: string;
}

/**
 * A failed attempt of a job.
 *
 */
export interface JobFailure {
  /**
   * Stable, such as `AW_UNEXPECTED`.
   */
  code: string;
  /**
   * What went wrong, in a sentence.
   */
  message: string;
  /**
   * The attempt that failed, 1 for the first.
   */
  attempt: number;
  /**
   * When; milliseconds since 1970.
   */
  at: number;
  /**
   * Where in the code, as far as it is known.
   */
  stack?: string;
}

/**
 * What a job told on its way, as it stands in JOBLOG. The subject says what it is and which job it is of. Other fields may come.
 *
 */
export interface JobFact {
  /**
   * Type of the job.
   */
  t: string;
  /**
   * When it was told; milliseconds since 1970.
   */
  at: number;
  /**
   * The attempt, 1 for the first.
   */
  n?: number;
  /**
   * W3C trace context of the job.
   */
  p?: string;
  /**
   * Of `progress`, `log` and `partial`: what was told.
   */
  d?:
    | {
        [k: string]: unknown;
      }
    | unknown[]
    | string
    | number
    | boolean
    | null;
  e?: JobFailure;
  [k: string]: unknown;
}

/**
 * What became of jobs of one home, as it stands in JOBLOG and, for failed ones, in FAILED. The subject says which of the states it is. Other fields may come.
 *
 */
export interface JobOutcome {
  /**
   * The worker or the operator that wrote it.
   */
  w: string;
  /**
   * The jobs, one item each; none in `taken`.
   */
  j: {
    /**
     * Place in its pack: the id of the job is `<home without its ~>~<place in base 36>`. Absent for a single, whose id is the home.
     */
    i?: number;
    /**
     * Type of the job.
     */
    t: string;
    /**
     * Attempts made; 1 when absent.
     */
    n?: number;
    /**
     * When it was added, where that is not when its message was stored; milliseconds since 1970.
     */
    a?: number;
    /**
     * When it ended, where that is not when this record was stored; milliseconds since 1970.
     */
    at?: number;
    /**
     * How long the last attempt took, in milliseconds.
     */
    ms?: number;
    /**
     * What the processor returned: any JSON.
     */
    r?:
      | {
          [k: string]: unknown;
        }
      | unknown[]
      | string
      | number
      | boolean
      | null;
    e?: JobFailure;
    /**
     * W3C trace context of the job.
     */
    p?: string;
    /**
     * Incarnation, as its entry had it.
     */
    u?: string;
    job?: JobEntry;
    [k: string]: unknown;
  }[];
  /**
   * Messages that the jobs send: they leave after the record is stored, each once.
   */
  x?: {
    /**
     * The stream.
     */
    to: 'EVENTS' | 'MAILBOX' | 'JOBS';
    /**
     * Where it goes.
     */
    subject: string;
    /**
     * Its headers.
     */
    headers: {
      [k: string]: unknown;
    };

    /**
     * Its body.
     */
    body: string;
    /**
     * When it is due, and on which subject, where that is later.
     */
    deliver?: {
      [k: string]: unknown;
    };
    [k: string]: unknown;
  }[];
  [k: string]: unknown;
}

/**
 * What became of a job.
 *
 */
export interface JobResult {
  /**
   * True when it completed, false when it failed for good.
   */
  success: boolean;
  /**
   * What the processor returned: any JSON. Absent when it returned nothing, and when the job failed.
   */
  data?:
    | {
        [k: string]: unknown;
      }
    | unknown[]
    | string
    | number
    | boolean
    | null;
  /**
   * Why it failed, in a sentence. Absent when it completed.
   */
  error?: string;
  /**
   * How long the last attempt took, in milliseconds.
   */
  duration: number;
  /**
   * When it ended; milliseconds since 1970.
   */
  timestamp: number;
}

/**
 * What a language model is asked.
 *
 */
export interface LlmRequest {
  /**
   * The model, as its provider names it.
   */
  model: string;
  /**
   * The question or task.
   */
  prompt: string;
  /**
   * What the model is told before it.
   */
  systemPrompt?: string;
  /**
   * How freely it chooses; the provider's when absent.
   */
  temperature?: number;
  /**
   * At most so many tokens of answer; the provider's limit when absent.
   */
  maxTokens?: number;
}

/**
 * The CloudEvents 1.0 attributes of a message, as they stand in its NATS headers (binary mode: each attribute is a header with the prefix `ce-`; `traceparent` stands beside them). The body is the data, as JSON.
 *
 */
export interface Envelope {
  /**
   * CloudEvents version.
   */
  specversion: '1.0';
  /**
   * Unique for this message. A sender repeats it when it sends again, and sets `Nats-Msg-Id` to the same value.
   */
  id: string;
  /**
   * What the message is: a fact (`device.attached`), or an order to an actor (`device-watcher.plug`).
   */
  type: string;
  /**
   * Who sent it: `actor/<name>/<key>`, `gateway`, `cli`, `watcher/<host>`, or any URI of yours.
   */
  source: string;
  /**
   * The key of the entity it concerns, as written (its encoded form stands in the NATS subject).
   */
  subject: string;
  /**
   * When the fact happened or the order was given.
   */
  time: string;
  /**
   * W3C trace context.
   */
  traceparent?: string;
}

/**
 * Job: makes an agent, as a draft.
 *
 */
export interface AgentCreate {
  /**
   * What people call it.
   */
  name: string;
  /**
   * What it is for, in a few sentences.
   */
  description?: string;
  /**
   * Its configuration: any JSON object.
   */
  config?: {
    [k: string]: unknown;
  };
}

/**
 * Job: deploys an agent, so that it can run.
 *
 */
export interface AgentDeploy {
  /**
   * The agent, by its id.
   */
  agentId: string;
}

/**
 * Job: stops an agent that is deployed or runs.
 *
 */
export interface AgentStop {
  /**
   * The agent, by its id.
   */
  agentId: string;
}

/**
 * Job: asks a language model many things; the result has the answers in the order of the requests.
 *
 */
export interface LlmBatch {
  /**
   * What it is asked.
   *
   * @minItems 1
   * @maxItems 1000
   */
  requests: LlmRequest[];
}

/**
 * Job: asks a language model one thing; the answer comes piece by piece, as partial results, and whole as the result.
 *
 */
export interface LlmStream {
  request: LlmRequest;
}

/**
 * Job: finds what is remembered, by meaning and by words.
 *
 */
export interface MemorySearch {
  /**
   * What is looked for, as a person would say it.
   */
  query: string;
  /**
   * Only in the memory of this agent; in that of the whole tenant when absent.
   */
  agentId?: string;
  /**
   * At most so many, best first; 10 when absent.
   */
  limit?: number;
}

/**
 * Job: turns text into a vector and stores both, so that it can be found by its meaning.
 *
 */
export interface MemoryVectorize {
  /**
   * What is to be remembered.
   */
  text: string;
  /**
   * Its id, chosen by the caller; a memory of this id is replaced. A new one when absent.
   */
  memoryId?: string;
  /**
   * The agent whose memory it is; of the whole tenant when absent.
   */
  agentId?: string;
  /**
   * What else is known of it: any JSON object, given back by a search.
   */
  metadata?: {
    [k: string]: unknown;
  };
}

/**
 * Job: loads a plugin by its manifest.
 *
 */
export interface PluginLoad {
  /**
   * Where its `plugin.json` lies on the host that loads it.
   */
  manifestPath: string;
  /**
   * What is handed to the plugin when it is loaded: any JSON object.
   */
  options?: {
    [k: string]: unknown;
  };
}

/**
 * Job: unloads a plugin and loads it again from where it came from, with the same options.
 *
 */
export interface PluginReload {
  /**
   * The plugin, as loading it has named it: `<name>@<version>`.
   */
  pluginId: string;
}

/**
 * Job: unloads a plugin.
 *
 */
export interface PluginUnload {
  /**
   * The plugin, as loading it has named it: `<name>@<version>`.
   */
  pluginId: string;
}

/**
 * Job: forgets finished jobs that are older than retention wants. Built in.
 *
 */
export interface SystemCleanup {
  /**
   * Only of this queue; of all when absent.
   */
  queue?: string;
  /**
   * Finished jobs that ended within so many milliseconds stay; each queue's retention decides when absent.
   */
  graceMs?: number;
  /**
   * At most so many jobs of each queue and state in one run; no limit when absent.
   */
  limit?: number;
}

/**
 * Job: looks at the health of the parts, and fails when one is down. Built in.
 *
 */
export interface SystemHealthCheck {
  /**
   * Only these parts, by name, such as `broker` and `disk`; all when absent.
   *
   * @maxItems 64
   */
  components?: string[];
}

/**
 * The data of each job, by its type.
 *
 */
export interface JobData {
  'agent.create': AgentCreate;
  'agent.deploy': AgentDeploy;
  'agent.stop': AgentStop;
  'llm.batch': LlmBatch;
  'llm.stream': LlmStream;
  'memory.search': MemorySearch;
  'memory.vectorize': MemoryVectorize;
  'plugin.load': PluginLoad;
  'plugin.reload': PluginReload;
  'plugin.unload': PluginUnload;
  'system.cleanup': SystemCleanup;
  'system.health_check': SystemHealthCheck;
}

/** A JSON Schema as `proto/` has it; references lead to another schema's `$id`. */
export interface JsonSchema {
  readonly $id: string;
  readonly [keyword: string]: unknown;
}

/** By type, of messages and of jobs. */
export const SCHEMAS: Readonly<Record<keyof MessageData | keyof JobData, JsonSchema>> = {
  'device-watcher.plug': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'device-watcher.plug',
    title: 'DeviceWatcherPlug',
    description:
      'Command to `device-watcher`, key: the host. Plugs a virtual device, which is always marked so. Replies with the device.',
    type: 'object',
    properties: {
      vendorId: { type: 'integer', minimum: 0, maximum: 65535 },
      productId: { type: 'integer', minimum: 0, maximum: 65535 },
      manufacturer: { type: 'string', maxLength: 256 },
      product: { type: 'string', maxLength: 256 },
      serial: { type: 'string', minLength: 1, maxLength: 256 },
    },
    required: ['vendorId', 'productId'],
    additionalProperties: false,
  },
  'device-watcher.report': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'device-watcher.report',
    title: 'DeviceWatcherReport',
    description:
      'Command to `device-watcher`, key: the host. A whole snapshot of its USB bus; attach and detach come from the difference to the last one.',
    type: 'object',
    properties: {
      devices: { type: 'array', maxItems: 2048, items: { $ref: '../schemas/seen-device.schema.json' } },
      reason: { enum: ['start', 'hint', 'poll', 'request'] },
      observedAt: { type: 'string', format: 'date-time' },
      hintedAt: {
        type: 'string',
        format: 'date-time',
        description: 'When the first hot-plug event came that led to this snapshot.',
      },
    },
    required: ['devices', 'reason', 'observedAt'],
    additionalProperties: false,
  },
  'device-watcher.unplug': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'device-watcher.unplug',
    title: 'DeviceWatcherUnplug',
    description:
      'Command to `device-watcher`, key: the host. Unplugs a virtual device by its stable id. Replies with the device.',
    type: 'object',
    properties: { id: { type: 'string', minLength: 1, maxLength: 400 } },
    required: ['id'],
    additionalProperties: false,
  },
  'device.attached': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'device.attached',
    title: 'DeviceAttached',
    description: 'Event: a device is there that was not. Subject key: `host/id`.',
    type: 'object',
    properties: {
      device: { $ref: '../schemas/device.schema.json' },
      reason: {
        enum: ['start', 'hint', 'poll', 'request', 'plug'],
        description:
          "What led to the look at the bus: the watcher's start, a hot-plug event, the timer, a request, or a virtual plug.",
      },
    },
    required: ['device', 'reason'],
    additionalProperties: false,
  },
  'device.detached': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'device.detached',
    title: 'DeviceDetached',
    description: 'Event: a device that was there is gone. Subject key: `host/id`.',
    type: 'object',
    properties: {
      device: { $ref: '../schemas/device.schema.json' },
      reason: {
        enum: ['start', 'hint', 'poll', 'request', 'unplug'],
        description:
          "What led to the look at the bus: the watcher's start, a hot-plug event, the timer, a request, or a virtual unplug.",
      },
    },
    required: ['device', 'reason'],
    additionalProperties: false,
  },
  'schedule.finished': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'schedule.finished',
    title: 'ScheduleFinished',
    description:
      'Command to `scheduler`, key: the id of the schedule. Sent when a job of it has ended, in whatever way.',
    type: 'object',
    properties: {
      turn: {
        description: 'The turn that the job belongs to: the instant at which it was due, in milliseconds since 1970.',
        type: 'integer',
        minimum: 0,
        maximum: 253402300799999,
      },
    },
    required: ['turn'],
    additionalProperties: false,
  },
  'schedule.remove': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'schedule.remove',
    title: 'ScheduleRemove',
    description:
      'Command to `scheduler`, key: the id of the schedule. Removes it; jobs that it has added stay. Replies whether there was one.',
    type: 'object',
    properties: {},
    additionalProperties: false,
  },
  'schedule.turn': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'schedule.turn',
    title: 'ScheduleTurn',
    description: 'Command that `scheduler` sends to itself by its timer when a turn is due.',
    type: 'object',
    properties: {},
    additionalProperties: false,
  },
  'schedule.upsert': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'schedule.upsert',
    title: 'ScheduleUpsert',
    description:
      'Command to `scheduler`, key: the id of the schedule. Makes the schedule, or gives the one that is there other settings; its counters go on. Replies with the schedule.',
    type: 'object',
    properties: {
      cron: {
        description: 'Five fields, or six with the second first. Exactly one of `cron` and `everyMs`.',
        type: 'string',
        minLength: 1,
        maxLength: 256,
      },
      timezone: { description: 'IANA name; UTC when absent.', type: 'string', minLength: 1, maxLength: 64 },
      everyMs: { type: 'integer', minimum: 1, maximum: 315576000000 },
      queue: { type: 'string', pattern: '^[a-z][a-z0-9_-]{0,62}$' },
      type: { description: 'Of the jobs.', type: 'string', minLength: 3, maxLength: 128 },
      data: { description: 'Of each job, as the schema of its type says.' },
      options: {
        title: 'ScheduledJobOptions',
        description: 'Of each job.',
        type: 'object',
        properties: {
          priority: { type: 'integer', minimum: 0, maximum: 2097152 },
          isLifo: { type: 'boolean' },
          attempts: { type: 'integer', minimum: 1, maximum: 10000 },
          backoff: {
            description: 'How long a failed job waits before its next attempt.',
            oneOf: [
              {
                title: 'ScheduledBackoff',
                type: 'object',
                properties: {
                  type: { enum: ['fixed', 'exponential'] },
                  delayMs: { type: 'integer', minimum: 0, maximum: 31622400000 },
                  jitter: { type: 'number', minimum: 0, maximum: 1 },
                },
                required: ['type', 'delayMs'],
                additionalProperties: false,
              },
              {
                title: 'ScheduledCustomBackoff',
                type: 'object',
                properties: {
                  type: { const: 'custom' },
                  name: { type: 'string', minLength: 1, maxLength: 100 },
                  delayMs: { type: 'integer', minimum: 0, maximum: 31622400000 },
                },
                required: ['type', 'name'],
                additionalProperties: false,
              },
            ],
          },
          attemptTimeoutMs: { type: 'integer', minimum: 0, maximum: 31622400000 },
          totalTimeoutMs: { type: 'integer', minimum: 0, maximum: 31622400000 },
        },
        additionalProperties: false,
      },
      limit: { description: 'Turns after which the schedule ends.', type: 'integer', minimum: 1 },
      startAt: {
        description: 'No turn before; milliseconds since 1970.',
        type: 'integer',
        minimum: 0,
        maximum: 253402300799999,
      },
      endAt: {
        description: 'No turn after; milliseconds since 1970.',
        type: 'integer',
        minimum: 0,
        maximum: 253402300799999,
      },
      overlap: {
        description: 'Whether a turn is left out while the job of the turn before has not ended.',
        enum: ['skip', 'queue'],
      },
      missed: { description: 'What becomes of turns that passed while nothing ran.', enum: ['skip', 'once', 'all'] },
    },
    required: ['queue', 'type', 'data', 'overlap', 'missed'],
    additionalProperties: false,
  },
  'agent.create': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'agent.create',
    title: 'AgentCreate',
    description: 'Job: makes an agent, as a draft.',
    type: 'object',
    properties: {
      name: { type: 'string', minLength: 1, maxLength: 200, description: 'What people call it.' },
      description: { type: 'string', maxLength: 2000, description: 'What it is for, in a few sentences.' },
      config: { type: 'object', description: 'Its configuration: any JSON object.' },
    },
    required: ['name'],
    additionalProperties: false,
  },
  'agent.deploy': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'agent.deploy',
    title: 'AgentDeploy',
    description: 'Job: deploys an agent, so that it can run.',
    type: 'object',
    properties: { agentId: { type: 'string', minLength: 1, maxLength: 200, description: 'The agent, by its id.' } },
    required: ['agentId'],
    additionalProperties: false,
  },
  'agent.stop': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'agent.stop',
    title: 'AgentStop',
    description: 'Job: stops an agent that is deployed or runs.',
    type: 'object',
    properties: { agentId: { type: 'string', minLength: 1, maxLength: 200, description: 'The agent, by its id.' } },
    required: ['agentId'],
    additionalProperties: false,
  },
  'llm.batch': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'llm.batch',
    title: 'LlmBatch',
    description: 'Job: asks a language model many things; the result has the answers in the order of the requests.',
    type: 'object',
    properties: {
      requests: {
        type: 'array',
        minItems: 1,
        maxItems: 1000,
        items: { $ref: '../schemas/llm-request.schema.json' },
        description: 'What it is asked.',
      },
    },
    required: ['requests'],
    additionalProperties: false,
  },
  'llm.stream': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'llm.stream',
    title: 'LlmStream',
    description:
      'Job: asks a language model one thing; the answer comes piece by piece, as partial results, and whole as the result.',
    type: 'object',
    properties: { request: { $ref: '../schemas/llm-request.schema.json' } },
    required: ['request'],
    additionalProperties: false,
  },
  'memory.search': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'memory.search',
    title: 'MemorySearch',
    description: 'Job: finds what is remembered, by meaning and by words.',
    type: 'object',
    properties: {
      query: {
        type: 'string',
        minLength: 1,
        maxLength: 10000,
        description: 'What is looked for, as a person would say it.',
      },
      agentId: {
        type: 'string',
        minLength: 1,
        maxLength: 200,
        description: 'Only in the memory of this agent; in that of the whole tenant when absent.',
      },
      limit: {
        type: 'integer',
        minimum: 1,
        maximum: 1000,
        description: 'At most so many, best first; 10 when absent.',
      },
    },
    required: ['query'],
    additionalProperties: false,
  },
  'memory.vectorize': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'memory.vectorize',
    title: 'MemoryVectorize',
    description: 'Job: turns text into a vector and stores both, so that it can be found by its meaning.',
    type: 'object',
    properties: {
      text: { type: 'string', minLength: 1, maxLength: 100000, description: 'What is to be remembered.' },
      memoryId: {
        type: 'string',
        minLength: 1,
        maxLength: 200,
        description: 'Its id, chosen by the caller; a memory of this id is replaced. A new one when absent.',
      },
      agentId: {
        type: 'string',
        minLength: 1,
        maxLength: 200,
        description: 'The agent whose memory it is; of the whole tenant when absent.',
      },
      metadata: {
        type: 'object',
        maxProperties: 100,
        description: 'What else is known of it: any JSON object, given back by a search.',
      },
    },
    required: ['text'],
    additionalProperties: false,
  },
  'plugin.load': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'plugin.load',
    title: 'PluginLoad',
    description: 'Job: loads a plugin by its manifest.',
    type: 'object',
    properties: {
      manifestPath: {
        type: 'string',
        minLength: 1,
        maxLength: 4096,
        description: 'Where its `plugin.json` lies on the host that loads it.',
      },
      options: {
        type: 'object',
        maxProperties: 100,
        description: 'What is handed to the plugin when it is loaded: any JSON object.',
      },
    },
    required: ['manifestPath'],
    additionalProperties: false,
  },
  'plugin.reload': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'plugin.reload',
    title: 'PluginReload',
    description: 'Job: unloads a plugin and loads it again from where it came from, with the same options.',
    type: 'object',
    properties: {
      pluginId: {
        type: 'string',
        minLength: 1,
        maxLength: 200,
        description: 'The plugin, as loading it has named it: `<name>@<version>`.',
      },
    },
    required: ['pluginId'],
    additionalProperties: false,
  },
  'plugin.unload': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'plugin.unload',
    title: 'PluginUnload',
    description: 'Job: unloads a plugin.',
    type: 'object',
    properties: {
      pluginId: {
        type: 'string',
        minLength: 1,
        maxLength: 200,
        description: 'The plugin, as loading it has named it: `<name>@<version>`.',
      },
    },
    required: ['pluginId'],
    additionalProperties: false,
  },
  'system.cleanup': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'system.cleanup',
    title: 'SystemCleanup',
    description: 'Job: forgets finished jobs that are older than retention wants. Built in.',
    type: 'object',
    properties: {
      queue: {
        type: 'string',
        pattern: '^[a-z][a-z0-9_-]{0,62}$',
        description: 'Only of this queue; of all when absent.',
      },
      graceMs: {
        type: 'integer',
        minimum: 0,
        description:
          "Finished jobs that ended within so many milliseconds stay; each queue's retention decides when absent.",
      },
      limit: {
        type: 'integer',
        minimum: 1,
        maximum: 1000000,
        description: 'At most so many jobs of each queue and state in one run; no limit when absent.',
      },
    },
    additionalProperties: false,
  },
  'system.health_check': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'system.health_check',
    title: 'SystemHealthCheck',
    description: 'Job: looks at the health of the parts, and fails when one is down. Built in.',
    type: 'object',
    properties: {
      components: {
        type: 'array',
        maxItems: 64,
        uniqueItems: true,
        items: { type: 'string', minLength: 1, maxLength: 63 },
        description: 'Only these parts, by name, such as `broker` and `disk`; all when absent.',
      },
    },
    additionalProperties: false,
  },
};

/** Those of {@link SCHEMAS} that are jobs. */
export const JOB_TYPES: readonly (keyof JobData)[] = [
  'agent.create',
  'agent.deploy',
  'agent.stop',
  'llm.batch',
  'llm.stream',
  'memory.search',
  'memory.vectorize',
  'plugin.load',
  'plugin.reload',
  'plugin.unload',
  'system.cleanup',
  'system.health_check',
];

/** What they refer to, by `$id`. */
export const SHARED_SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  'schemas/device.schema.json': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'schemas/device.schema.json',
    title: 'Device',
    description:
      "A USB device while it is, or was, attached. Strings come from sysfs and are absent where they can't be read.",
    type: 'object',
    properties: {
      id: {
        type: 'string',
        minLength: 1,
        maxLength: 400,
        description: 'Stable identity: `vvvv:pppp:serial`, else `vvvv:pppp@port` (hexadecimal).',
      },
      session: {
        type: 'string',
        minLength: 1,
        maxLength: 128,
        description: 'Identity of one plug-in: `bus:address:inode`, or `virtual:<id of the plug command>`.',
      },
      host: { type: 'string', minLength: 1, maxLength: 253, description: 'The host it is plugged into.' },
      bus: { type: 'integer', minimum: 0, description: 'USB bus number; 0 for a virtual device.' },
      address: { type: 'integer', minimum: 0, description: 'Address on the bus; 0 for a virtual device.' },
      port: { type: 'string', minLength: 1, maxLength: 64, description: 'Physical port path such as `1-4.2`.' },
      vendorId: { type: 'integer', minimum: 0, maximum: 65535 },
      productId: { type: 'integer', minimum: 0, maximum: 65535 },
      vendor: { type: 'string', description: 'Manufacturer, or `Vendor 1d6b` when unknown.' },
      product: { type: 'string', description: 'Product name, or `Product 0104` when unknown.' },
      serial: { type: 'string', description: 'Serial number, where the device has one.' },
      manufacturer: { type: 'string', description: 'Manufacturer string as the device gives it.' },
      deviceName: { type: 'string', description: 'Product string as the device gives it.' },
      speed: { type: 'string', description: 'Mbit/s, as the kernel says it: `480`, `1.5`.' },
      deviceClass: { type: 'integer', minimum: 0, maximum: 255 },
      path: { type: 'string', description: 'Device node such as `/dev/bus/usb/001/004`.' },
      partial: { type: 'boolean', description: 'True when something that should be readable was not.' },
      virtual: { type: 'boolean', description: 'True for a device plugged from the CLI or the UI.' },
      timestamp: { type: 'number', description: 'When it was attached; milliseconds since 1970.' },
    },
    required: [
      'id',
      'session',
      'host',
      'bus',
      'address',
      'port',
      'vendorId',
      'productId',
      'vendor',
      'product',
      'path',
      'partial',
      'virtual',
      'timestamp',
    ],
    additionalProperties: false,
  },
  'schemas/job-entry.schema.json': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'schemas/job-entry.schema.json',
    title: 'JobEntry',
    description:
      "One job as it stands in the body of a message of JOBS. Whoever adds one writes `t` and `d`, and `p` and `o` where wanted; the others are the queue's own.",
    type: 'object',
    properties: {
      t: {
        type: 'string',
        pattern: '^[a-z][a-z0-9_-]*\\.[a-z][a-z0-9_-]*$',
        maxLength: 128,
        description: 'Type, such as `llm.batch`: says which schema the data has.',
      },
      d: {
        type: ['object', 'array', 'string', 'number', 'boolean', 'null'],
        description: 'Data, as the schema of its type says.',
      },
      p: {
        type: 'string',
        pattern: '^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$',
        description: 'W3C trace context that the job goes on with.',
      },
      o: {
        type: 'object',
        description: "Options of this job; what is absent is as the queue's settings say.",
        properties: {
          a: { type: 'integer', minimum: 1, description: 'How often it is tried.', maximum: 10000 },
          b: {
            description:
              'Back-off: `["fixed", ms]`, `["exponential", ms]` or `["custom", name, ms]`; a third item of the first two is the jitter.',
            anyOf: [
              {
                type: 'array',
                minItems: 2,
                maxItems: 3,
                prefixItems: [
                  { enum: ['fixed', 'exponential'] },
                  { type: 'integer', minimum: 0, maximum: 31622400000 },
                  { type: 'number', minimum: 0, maximum: 1 },
                ],
              },
              {
                type: 'array',
                minItems: 2,
                maxItems: 3,
                prefixItems: [
                  { const: 'custom' },
                  { type: 'string', minLength: 1, maxLength: 100 },
                  { type: 'integer', minimum: 0, maximum: 31622400000 },
                ],
              },
            ],
          },
          to: {
            type: 'integer',
            minimum: 0,
            description: 'Time-out of one attempt in milliseconds; 0 for none.',
            maximum: 31622400000,
          },
          tt: {
            type: 'integer',
            minimum: 0,
            description: 'Time-out from adding to the end of the last attempt in milliseconds; 0 for none.',
            maximum: 31622400000,
          },
          pr: {
            type: 'integer',
            minimum: 0,
            maximum: 2097152,
            description: 'Priority, 0 first; the class in the subject has to fit it. 0 when absent.',
          },
          l: { const: true, description: 'Last in, first out.' },
          k: { type: 'string', minLength: 1, maxLength: 200, description: 'Id of its deduplication.' },
          sch: {
            type: 'object',
            description: 'The schedule that it belongs to, which is told when the job has ended.',
            properties: {
              id: { type: 'string', minLength: 1, maxLength: 200, description: 'Of the schedule.' },
              turn: {
                type: 'integer',
                minimum: 0,
                description: 'The turn: the instant at which it was due, in milliseconds since 1970.',
              },
            },
            required: ['id', 'turn'],
            additionalProperties: false,
          },
        },
        additionalProperties: false,
      },
      i: {
        type: 'string',
        minLength: 1,
        maxLength: 200,
        description: 'Id, where it does not follow from the place: of a single, the one that its subject has.',
      },
      a: {
        type: 'integer',
        minimum: 0,
        description: 'When it was added, where that was before this message was stored; milliseconds since 1970.',
      },
      n: { type: 'integer', minimum: 0, description: 'Attempts made; 0 when absent.' },
      s: {
        type: 'integer',
        minimum: 0,
        description: 'How often it was taken from a worker that had fallen silent; 0 when absent.',
      },
      e: { type: 'array', description: 'The last failures, newest last.', items: { $ref: 'job-failure.schema.json' } },
      u: {
        type: 'string',
        minLength: 1,
        maxLength: 64,
        description: 'Incarnation: tells jobs apart that had the same id one after the other.',
      },
      c: {
        type: 'string',
        pattern: '^(f|l|r(1[0-5]|[0-9]))$',
        description: 'Class that it goes back to after a delay; `r0` when absent.',
      },
    },
    required: ['t', 'd'],
    additionalProperties: false,
  },
  'schemas/job-fact.schema.json': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'schemas/job-fact.schema.json',
    title: 'JobFact',
    description:
      'What a job told on its way, as it stands in JOBLOG. The subject says what it is and which job it is of. Other fields may come.',
    type: 'object',
    properties: {
      t: { type: 'string', maxLength: 128, description: 'Type of the job.' },
      at: { type: 'integer', minimum: 0, description: 'When it was told; milliseconds since 1970.' },
      n: { type: 'integer', minimum: 0, description: 'The attempt, 1 for the first.' },
      p: { type: 'string', description: 'W3C trace context of the job.' },
      d: {
        type: ['object', 'array', 'string', 'number', 'boolean', 'null'],
        description: 'Of `progress`, `log` and `partial`: what was told.',
      },
      e: { $ref: 'job-failure.schema.json' },
    },
    required: ['t', 'at'],
  },
  'schemas/job-failure.schema.json': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'schemas/job-failure.schema.json',
    title: 'JobFailure',
    description: 'A failed attempt of a job.',
    type: 'object',
    properties: {
      code: { type: 'string', description: 'Stable, such as `AW_UNEXPECTED`.' },
      message: { type: 'string', description: 'What went wrong, in a sentence.' },
      attempt: { type: 'integer', minimum: 0, description: 'The attempt that failed, 1 for the first.' },
      at: { type: 'integer', minimum: 0, description: 'When; milliseconds since 1970.' },
      stack: { type: 'string', description: 'Where in the code, as far as it is known.' },
    },
    required: ['code', 'message', 'attempt', 'at'],
    additionalProperties: false,
  },
  'schemas/job-outcome.schema.json': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'schemas/job-outcome.schema.json',
    title: 'JobOutcome',
    description:
      'What became of jobs of one home, as it stands in JOBLOG and, for failed ones, in FAILED. The subject says which of the states it is. Other fields may come.',
    type: 'object',
    properties: {
      w: { type: 'string', description: 'The worker or the operator that wrote it.' },
      j: {
        type: 'array',
        description: 'The jobs, one item each; none in `taken`.',
        items: {
          type: 'object',
          properties: {
            i: {
              type: 'integer',
              minimum: 0,
              description:
                'Place in its pack: the id of the job is `<home without its ~>~<place in base 36>`. Absent for a single, whose id is the home.',
            },
            t: { type: 'string', maxLength: 128, description: 'Type of the job.' },
            n: { type: 'integer', minimum: 0, description: 'Attempts made; 1 when absent.' },
            a: {
              type: 'integer',
              minimum: 0,
              description: 'When it was added, where that is not when its message was stored; milliseconds since 1970.',
            },
            at: {
              type: 'integer',
              minimum: 0,
              description: 'When it ended, where that is not when this record was stored; milliseconds since 1970.',
            },
            ms: { type: 'number', minimum: 0, description: 'How long the last attempt took, in milliseconds.' },
            r: {
              type: ['object', 'array', 'string', 'number', 'boolean', 'null'],
              description: 'What the processor returned: any JSON.',
            },
            e: { $ref: 'job-failure.schema.json' },
            p: { type: 'string', description: 'W3C trace context of the job.' },
            u: { type: 'string', description: 'Incarnation, as its entry had it.' },
            job: { $ref: 'job-entry.schema.json' },
          },
          required: ['t'],
        },
      },
      x: {
        type: 'array',
        description: 'Messages that the jobs send: they leave after the record is stored, each once.',
        items: {
          type: 'object',
          properties: {
            to: { enum: ['EVENTS', 'MAILBOX', 'JOBS'], description: 'The stream.' },
            subject: { type: 'string', description: 'Where it goes.' },
            headers: { type: 'object', description: 'Its headers.' },
            body: { type: 'string', description: 'Its body.' },
            deliver: { type: 'object', description: 'When it is due, and on which subject, where that is later.' },
          },
          required: ['to', 'subject', 'headers', 'body'],
        },
      },
    },
    required: ['w', 'j'],
  },
  'schemas/job-result.schema.json': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'schemas/job-result.schema.json',
    title: 'JobResult',
    description: 'What became of a job.',
    type: 'object',
    properties: {
      success: { type: 'boolean', description: 'True when it completed, false when it failed for good.' },
      data: {
        type: ['object', 'array', 'string', 'number', 'boolean', 'null'],
        description: 'What the processor returned: any JSON. Absent when it returned nothing, and when the job failed.',
      },
      error: { type: 'string', description: 'Why it failed, in a sentence. Absent when it completed.' },
      duration: { type: 'number', minimum: 0, description: 'How long the last attempt took, in milliseconds.' },
      timestamp: { type: 'number', description: 'When it ended; milliseconds since 1970.' },
    },
    required: ['success', 'duration', 'timestamp'],
    additionalProperties: false,
  },
  'schemas/llm-request.schema.json': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'schemas/llm-request.schema.json',
    title: 'LlmRequest',
    description: 'What a language model is asked.',
    type: 'object',
    properties: {
      model: { type: 'string', minLength: 1, maxLength: 200, description: 'The model, as its provider names it.' },
      prompt: { type: 'string', minLength: 1, maxLength: 500000, description: 'The question or task.' },
      systemPrompt: { type: 'string', maxLength: 100000, description: 'What the model is told before it.' },
      temperature: {
        type: 'number',
        minimum: 0,
        maximum: 2,
        description: "How freely it chooses; the provider's when absent.",
      },
      maxTokens: {
        type: 'integer',
        minimum: 1,
        maximum: 1000000,
        description: "At most so many tokens of answer; the provider's limit when absent.",
      },
    },
    required: ['model', 'prompt'],
    additionalProperties: false,
  },
  'schemas/seen-device.schema.json': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'schemas/seen-device.schema.json',
    title: 'SeenDevice',
    description: 'A USB device as one snapshot of the bus shows it.',
    type: 'object',
    properties: {
      session: {
        type: 'string',
        minLength: 1,
        maxLength: 128,
        description: '`bus:address:inode`: one plug-in of one device.',
      },
      bus: { type: 'integer', minimum: 0 },
      address: { type: 'integer', minimum: 0 },
      port: { type: 'string', minLength: 1, maxLength: 64 },
      vendorId: { type: 'integer', minimum: 0, maximum: 65535 },
      productId: { type: 'integer', minimum: 0, maximum: 65535 },
      serial: { type: 'string', maxLength: 1024 },
      manufacturer: { type: 'string', maxLength: 1024 },
      product: { type: 'string', maxLength: 1024 },
      speed: { type: 'string', maxLength: 32 },
      deviceClass: { type: 'integer', minimum: 0, maximum: 255 },
      path: { type: 'string', maxLength: 1024 },
      partial: { type: 'boolean' },
      virtual: { type: 'boolean' },
    },
    required: ['session', 'bus', 'address', 'port', 'vendorId', 'productId', 'path', 'partial'],
    additionalProperties: false,
  },
};

export const ENVELOPE_SCHEMA: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'envelope',
  title: 'Envelope',
  description:
    'The CloudEvents 1.0 attributes of a message, as they stand in its NATS headers (binary mode: each attribute is a header with the prefix `ce-`; `traceparent` stands beside them). The body is the data, as JSON.',
  type: 'object',
  properties: {
    specversion: { const: '1.0', description: 'CloudEvents version.' },
    id: {
      type: 'string',
      minLength: 1,
      maxLength: 256,
      description:
        'Unique for this message. A sender repeats it when it sends again, and sets `Nats-Msg-Id` to the same value.',
    },
    type: {
      type: 'string',
      pattern: '^[a-z][a-z0-9_-]*\\.[a-z][a-z0-9_-]*$',
      maxLength: 128,
      description: 'What the message is: a fact (`device.attached`), or an order to an actor (`device-watcher.plug`).',
    },
    source: {
      type: 'string',
      minLength: 1,
      maxLength: 1024,
      description: 'Who sent it: `actor/<name>/<key>`, `gateway`, `cli`, `watcher/<host>`, or any URI of yours.',
    },
    subject: {
      type: 'string',
      minLength: 1,
      maxLength: 512,
      description: 'The key of the entity it concerns, as written (its encoded form stands in the NATS subject).',
    },
    time: { type: 'string', format: 'date-time', description: 'When the fact happened or the order was given.' },
    traceparent: {
      type: 'string',
      pattern: '^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$',
      description: 'W3C trace context.',
    },
  },
  required: ['specversion', 'id', 'type', 'source', 'subject', 'time'],
  additionalProperties: false,
};
