// Generated from proto/ by npm run generate; do not edit.

/**
 * The data of each message, by its type.
 */
export interface MessageData {
  'agent-router.go_on': AgentRouterGoOn;
  'agent-router.remove': AgentRouterRemove;
  'agent-router.set': AgentRouterSet;
  'agent-run.begin': AgentRunBegin;
  'agent-run.check': AgentRunCheck;
  'agent-run.forget': AgentRunForget;
  'agent-run.proceed': AgentRunProceed;
  'agent-run.stop': AgentRunStop;
  'agent.delete': AgentDelete;
  'agent.deleted': AgentDeleted;
  'agent.run_ended': AgentRunEnded;
  'agent.run_finished': AgentRunFinished;
  'agent.run_started': AgentRunStarted;
  'agent.start': AgentStart;
  'agent.status_changed': AgentStatusChanged;
  'agent.step_finished': AgentStepFinished;
  'agent.update': AgentUpdate;
  'agent.updated': AgentUpdated;
  'agent.watch': AgentWatch;
  'device-watcher.plug': DeviceWatcherPlug;
  'device-watcher.report': DeviceWatcherReport;
  'device-watcher.unplug': DeviceWatcherUnplug;
  'device.attached': DeviceAttached;
  'device.detached': DeviceDetached;
  'job.ended': JobEnded;
  'memory.forget': MemoryForget;
  'memory.forgotten': MemoryForgotten;
  'memory.remember': MemoryRemember;
  'memory.remembered': MemoryRemembered;
  'plugin-hooks.remove': PluginHooksRemove;
  'plugin-hooks.set': PluginHooksSet;
  'plugin-kv.delete': PluginKvDelete;
  'plugin-kv.set': PluginKvSet;
  'plugin.denied': PluginDenied;
  'plugin.deny': PluginDeny;
  'plugin.describe': PluginDescribe;
  'plugin.failed': PluginFailed;
  'plugin.grant': PluginGrant;
  'plugin.granted': PluginGranted;
  'plugin.hook_failed': PluginHookFailed;
  'plugin.loaded': PluginLoaded;
  'plugin.record': PluginRecord;
  'plugin.revoke': PluginRevoke;
  'plugin.revoked': PluginRevoked;
  'plugin.unloaded': PluginUnloaded;
  'schedule.finished': ScheduleFinished;
  'schedule.remove': ScheduleRemove;
  'schedule.turn': ScheduleTurn;
  'schedule.upsert': ScheduleUpsert;
}

/**
 * Command to `agent-router`, by itself: starts the agents that one turn had no room for.
 *
 */
export interface AgentRouterGoOn {
  /**
   * The last agent that was started.
   */
  after: string;
  on: 'attached' | 'detached';
  device: Device;
  reason?: string;
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
 * Command to `agent-router`, key `devices`: no device starts the agent any more.
 *
 */
export interface AgentRouterRemove {
  /**
   * The agent, by its id.
   */
  agentId: string;
}

/**
 * Command to `agent-router`, key `devices`: the agent is started by these devices.
 *
 */
export interface AgentRouterSet {
  /**
   * The agent, by its id.
   */
  agentId: string;
  /**
   * @maxItems 32
   */
  triggers: {
    on: 'attached' | 'detached';
    vendorId?: number;
    productId?: number;
    serial?: string;
  }[];
}

/**
 * Command to `agent-run`, key: id of the run.
 *
 */
export interface AgentRunBegin {
  /**
   * The agent, by its id.
   */
  agentId: string;
  graph: AgentGraph;
  trigger: {
    [k: string]: unknown;
  };
}

/**
 * What an agent does: what starts it, and the steps of a run. A text that is `{{path}}` alone becomes that value, within a text its text. Paths begin with `trigger`, `run` or the id of a node: `{{describe.output.title}}`.
 *
 */
export interface AgentGraph {
  /**
   * What starts a run, beside a person.
   *
   * @maxItems 32
   */
  triggers?: (AgentDeviceTrigger | AgentJobTrigger | AgentScheduleTrigger)[];
  /**
   * The first node; the first of the list when absent.
   */
  start?: string;
  /**
   * @minItems 1
   * @maxItems 100
   */
  nodes: (AgentPluginNode | AgentJobNode | AgentConditionNode | AgentRememberNode | AgentSearchNode)[];
}

/**
 * A device was attached or detached: `trigger.device`, `trigger.reason`.
 */
export interface AgentDeviceTrigger {
  type: 'device';
  on: 'attached' | 'detached';
  vendorId?: number;
  productId?: number;
  /**
   * Serial number.
   */
  serial?: string;
}

/**
 * A job `agent.run` of the queue `agents` names this agent: `trigger.input`.
 */
export interface AgentJobTrigger {
  type: 'job';
}

/**
 * By the clock: exactly one of `cron` and `everyMs`.
 */
export interface AgentScheduleTrigger {
  type: 'schedule';
  /**
   * Five or six fields.
   */
  cron?: string;
  /**
   * IANA name; UTC when absent.
   */
  timezone?: string;
  everyMs?: number;
  /**
   * `trigger.input` of each run.
   */
  input?: unknown;
}

export interface AgentPluginNode {
  /**
   * Unlike that of any other node; `trigger` and `run` are taken.
   */
  id: string;
  type: 'plugin';
  /**
   * By its name; it must be loaded.
   */
  plugin: string;
  /**
   * The function that it exports.
   */
  function: string;
  /**
   * What it is given, as JSON.
   */
  input?: unknown;
  /**
   * The node that comes after; the run ends here when absent.
   */
  next?: string;
}

export interface AgentJobNode {
  /**
   * Unlike that of any other node; `trigger` and `run` are taken.
   */
  id: string;
  type: 'job';
  queue: string;
  jobType: string;
  /**
   * Of the job.
   */
  data?: unknown;
  /**
   * Whether the run waits for its result, which is the output; true when absent.
   */
  wait?: boolean;
  /**
   * The node that comes after; the run ends here when absent.
   */
  next?: string;
}

export interface AgentConditionNode {
  /**
   * Unlike that of any other node; `trigger` and `run` are taken.
   */
  id: string;
  type: 'condition';
  if: {
    /**
     * What is looked at.
     */
    value: unknown;
    is: 'equal' | 'not_equal' | 'greater' | 'less' | 'contains' | 'present';
    /**
     * What it is compared with; not with `present`.
     */
    to?: unknown;
  };

  /**
   * The node to go on with when it holds; `next` when absent.
   */
  then?: string;
  /**
   * When it does not hold; `next` when absent.
   */
  else?: string;
  /**
   * The node that comes after; the run ends here when absent.
   */
  next?: string;
}

export interface AgentRememberNode {
  /**
   * Unlike that of any other node; `trigger` and `run` are taken.
   */
  id: string;
  type: 'remember';
  /**
   * What is kept.
   */
  text: string;
  metadata?: {
    [k: string]: unknown;
  };

  /**
   * The node that comes after; the run ends here when absent.
   */
  next?: string;
}

export interface AgentSearchNode {
  /**
   * Unlike that of any other node; `trigger` and `run` are taken.
   */
  id: string;
  type: 'search';
  /**
   * Words that are looked for.
   */
  query: string;
  limit?: number;
  /**
   * Whose memories; those of this agent when absent.
   */
  scope?: 'agent' | 'tenant';
  /**
   * The node that comes after; the run ends here when absent.
   */
  next?: string;
}

/**
 * Command to `agent-run`: has it found out what became of a step that has waited for long, and say that it has ended where the agent has not heard of it.
 *
 */
export interface AgentRunCheck {}

/**
 * Command to `agent-run`: forgets it.
 *
 */
export interface AgentRunForget {}

/**
 * Command to `agent-run`, by itself: does the step that comes next.
 *
 */
export interface AgentRunProceed {
  /**
   * Its place in the run; one that is done already is left alone.
   */
  step: number;
}

/**
 * Command to `agent-run`: ends it after the step at work.
 *
 */
export interface AgentRunStop {}

/**
 * Command to `agent`, key: its id. Forgets it with its runs. Replies whether there was one.
 *
 */
export interface AgentDelete {}

/**
 * Event: an agent was deleted. Subject key: its id.
 *
 */
export interface AgentDeleted {
  /**
   * The agent, by its id.
   */
  agentId: string;
  /**
   * What people called it.
   */
  name: string;
}

/**
 * Command to `agent`, key: its id. Sent by the run.
 *
 */
export interface AgentRunEnded {
  /**
   * The run.
   */
  runId: string;
  status: 'DONE' | 'FAILED' | 'STOPPED';
  error?: {
    /**
     * Stable code.
     */
    code: string;
    /**
     * In a sentence.
     */
    message: string;
  };

  /**
   * How often it has remembered something.
   */
  remembered: number;
}

/**
 * Event: a run has ended. Subject key: id of the agent.
 *
 */
export interface AgentRunFinished {
  /**
   * The agent, by its id.
   */
  agentId: string;
  /**
   * The run.
   */
  runId: string;
  status: 'DONE' | 'FAILED' | 'STOPPED';
  error?: {
    /**
     * Stable code.
     */
    code: string;
    /**
     * In a sentence.
     */
    message: string;
  };
}

/**
 * Event: a run has begun. Subject key: id of the agent.
 *
 */
export interface AgentRunStarted {
  /**
   * The agent, by its id.
   */
  agentId: string;
  /**
   * The run.
   */
  runId: string;
  trigger: 'device' | 'job' | 'schedule' | 'manual';
}

/**
 * Command to `agent`, key: its id. Begins a run. Replies with the id of the run; null when a device would start an agent that is not deployed.
 *
 */
export interface AgentStart {
  /**
   * What starts it, with what it brings.
   */
  trigger: {
    type: 'device' | 'job' | 'schedule' | 'manual';
    [k: string]: unknown;
  };

  /**
   * Ends the id of the run: `<agent>/<run>`. One that was begun within the last hour is not begun again, though it may be forgotten. Random when absent.
   */
  run?: string;
}

/**
 * Event: the status of an agent has changed. Subject key: its id.
 *
 */
export interface AgentStatusChanged {
  /**
   * The agent, by its id.
   */
  agentId: string;
  /**
   * What people call it.
   */
  name: string;
  status: 'DRAFT' | 'DEPLOYED' | 'RUNNING' | 'STOPPED' | 'ERROR';
  /**
   * Null for a new one.
   */
  before: ('DRAFT' | 'DEPLOYED' | 'RUNNING' | 'STOPPED' | 'ERROR') | null;
}

/**
 * Event: a step of a run has ended. Subject key: id of the agent.
 *
 */
export interface AgentStepFinished {
  /**
   * The agent, by its id.
   */
  agentId: string;
  /**
   * The run.
   */
  runId: string;
  /**
   * Its place in the run, from 0.
   */
  step: number;
  /**
   * Id of the node.
   */
  node: string;
  /**
   * Of the node.
   */
  type: string;
  status: 'DONE' | 'FAILED';
}

/**
 * Command to `agent`, key: its id. Gives it another name, description and graph, in the place of those before. Replies with the agent.
 *
 */
export interface AgentUpdate {
  /**
   * What people call it.
   */
  name: string;
  /**
   * What it is for, in a few sentences; none when absent.
   */
  description?: string;
  /**
   * `{ graph }`; without it, it has none.
   */
  config?: {
    [k: string]: unknown;
  };
}

/**
 * Event: an agent has another name, description or graph. Subject key: its id.
 *
 */
export interface AgentUpdated {
  /**
   * The agent, by its id.
   */
  agentId: string;
  /**
   * What people call it now.
   */
  name: string;
}

/**
 * Command to `agent`, by its timer: looks after the runs at work.
 *
 */
export interface AgentWatch {}

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
 * Command to the actor that a job names: the job has ended. Sent with its outcome.
 *
 */
export interface JobEnded {
  /**
   * Of the job.
   */
  queue: string;
  /**
   * Of the job.
   */
  jobId: string;
  /**
   * As the job has it.
   */
  ref: string;
  outcome: 'completed' | 'failed' | 'cancelled' | 'removed';
  /**
   * What a completed one gave.
   */
  result?: unknown;
  /**
   * Why it did not complete.
   */
  error?: {
    /**
     * Stable code.
     */
    code: string;
    /**
     * In a sentence.
     */
    message: string;
  };
}

/**
 * Command to `memory`, key: id of the memory. Forgets it. Replies whether there was one.
 *
 */
export interface MemoryForget {}

/**
 * Event: something was forgotten. Subject key: id of the memory.
 *
 */
export interface MemoryForgotten {
  /**
   * The memory.
   */
  memoryId: string;
  /**
   * The agent, by its id.
   */
  agentId?: string;
}

/**
 * Command to `memory`, key: id of the memory. Keeps a text, or puts it in the place of the one before. Replies with the record.
 *
 */
export interface MemoryRemember {
  /**
   * What is to be remembered.
   */
  text: string;
  /**
   * The agent whose memory it is; of the whole tenant when absent.
   */
  agentId?: string;
  metadata?: {
    [k: string]: unknown;
  };
}

/**
 * Event: something is remembered. Subject key: id of the memory. The text stands with the memory alone, so that forgetting it leaves nothing.
 *
 */
export interface MemoryRemembered {
  /**
   * The memory.
   */
  memoryId: string;
  /**
   * The agent, by its id.
   */
  agentId?: string;
  characters: number;
}

/**
 * Command to `plugin-hooks`, key `devices`: the plugin is told of no device any more.
 *
 */
export interface PluginHooksRemove {
  plugin: string;
}

/**
 * Command to `plugin-hooks`, key `devices`: the plugin is to be told of these devices.
 *
 */
export interface PluginHooksSet {
  plugin: string;
  onUSBAttach?: string;
  onUSBDetach?: string;
  permissions: PluginPermissions;
}

/**
 * What a plugin asks for, or was granted. What is absent, or an empty list, is nothing at all.
 *
 */
export interface PluginPermissions {
  /**
   * Folders. Not linked yet: granting it changes nothing.
   *
   * @maxItems 32
   */
  filesystem?: {
    /**
     * Folder or file.
     */
    path: string;
    mode: 'read' | 'write' | 'readwrite';
  }[];
  /**
   * Not linked yet: granting it changes nothing.
   */
  network?: {
    /**
     * @maxItems 64
     */
    outbound?: string[];
    inbound?: {
      port?: number;
      interface?: 'localhost' | 'all';
    };
  };

  /**
   * The devices whose attach and detach it is told of.
   */
  usb?: {
    /**
     * Devices of these vendors; `*` for any.
     *
     * @maxItems 256
     */
    vendor_ids?: string[];
    /**
     * Of those, only these products; any when absent.
     *
     * @maxItems 256
     */
    product_ids?: string[];
    /**
     * Of those, only these serial numbers; any when absent.
     *
     * @maxItems 256
     *
     * Items: Serial number.
     */
    serials?: string[];
  };
  memory?: {
    /**
     * Most linear memory of one instance, in MiB; 16 when absent.
     */
    max_heap_mb?: number;
    /**
     * Most instances at once; 1 when absent.
     */
    max_workers?: number;
  };

  /**
   * Queues. A name alone means both: it may add jobs, and takes jobs if it has `onJobReceived`.
   *
   * @maxItems 64
   */
  queue?: (string | PluginQueuePermission)[];
  kv?: {
    /**
     * Keys that begin so may be read and written.
     */
    prefix: string;
  };

  /**
   * Types of events that it may emit.
   *
   * @maxItems 64
   */
  events?: string[];
  /**
   * Not linked yet: granting it changes nothing.
   *
   * @maxItems 64
   */
  secrets?: string[];
}

export interface PluginQueuePermission {
  name: string;
  mode: 'add' | 'work' | 'both';
}

/**
 * Command to `plugin-kv`, key: the key. Forgets the value.
 *
 */
export interface PluginKvDelete {
  plugin: string;
  /**
   * The call that writes it; by this it is known when it has taken effect.
   */
  write?: string;
}

/**
 * Command to `plugin-kv`, key: the key. Keeps a value.
 *
 */
export interface PluginKvSet {
  /**
   * Any text.
   */
  value: string;
  plugin: string;
  /**
   * The call that writes it; by this it is known when it has taken effect.
   */
  write?: string;
}

/**
 * Event: a plugin tried what it may not. Subject key: its name.
 *
 */
export interface PluginDenied {
  plugin: string;
  /**
   * Which kind.
   */
  capability: string;
  /**
   * What it was about.
   */
  subject: string;
  /**
   * How often since the event before.
   */
  count: number;
}

/**
 * Command to `plugin`, key: the name of the plugin. Sent by a plugin host: what the plugin tried and may not.
 *
 */
export interface PluginDeny {
  /**
   * @minItems 1
   * @maxItems 100
   */
  denials: PluginDenial[];
}

export interface PluginDenial {
  capability: 'kv' | 'queue' | 'events' | 'usb' | 'memory' | 'import';
  /**
   * What it was about: a key, a queue, a type.
   */
  subject: string;
  count: number;
}

/**
 * Call of `plugin`, key: the name of the plugin. Replies with the record.
 *
 */
export interface PluginDescribe {}

/**
 * Event: a plugin could not be loaded, or was given up. Subject key: its name.
 *
 */
export interface PluginFailed {
  plugin: string;
  error: {
    /**
     * Stable code.
     */
    code: string;
    /**
     * In a sentence.
     */
    message: string;
  };
}

/**
 * Command to `plugin`, key: the name of the plugin. Keeps what was asked for and what was granted of it. Replies with the record.
 *
 */
export interface PluginGrant {
  /**
   * The version that asked.
   */
  version: string;
  requested: PluginPermissions;
  granted: PluginPermissions;
  /**
   * The `plugin.json` that asked. Without a signature a plugin is known by the place where it lies.
   */
  source: string;
}

/**
 * Event: somebody has granted permissions to a plugin. Subject key: its name.
 *
 */
export interface PluginGranted {
  plugin: string;
  /**
   * The version that asked.
   */
  version: string;
  granted: PluginPermissions;
}

/**
 * Event: a plugin was to be told of a device, and its last attempt at that has failed. Subject key: its name.
 *
 */
export interface PluginHookFailed {
  plugin: string;
  /**
   * As the manifest names it: onUSBAttach or onUSBDetach.
   */
  hook: string;
  /**
   * Of its queue, `plugin-<name>`.
   */
  jobId: string;
  error: {
    /**
     * Stable code.
     */
    code: string;
    /**
     * In a sentence.
     */
    message: string;
  };
}

/**
 * Event: a plugin was loaded, or loaded anew. Subject key: its name.
 *
 */
export interface PluginLoaded {
  plugin: string;
  /**
   * `<name>@<version>`.
   */
  pluginId: string;
  sha256: string;
  durationMs?: number;
}

/**
 * Command to `plugin`, key: the name of the plugin. Sent by a plugin host: what it has done with the plugin.
 *
 */
export interface PluginRecord {
  status: 'LOADED' | 'UNLOADED' | 'FAILED';
  manifest?: PluginManifest;
  /**
   * Where it lies.
   */
  manifestPath?: string;
  /**
   * Of the module.
   */
  sha256?: string;
  options?: {
    [k: string]: unknown;
  };

  /**
   * What it exports.
   *
   * @maxItems 1000
   */
  functions?: string[];
  error?: {
    /**
     * Stable code.
     */
    code: string;
    /**
     * In a sentence.
     */
    message: string;
  };
  durationMs?: number;
  effective?: PluginPermissions;
  /**
   * With FAILED: an older load of it goes on; false when absent.
   */
  isStillLoaded?: boolean;
}

/**
 * The `plugin.json` of a plugin.
 *
 */
export interface PluginManifest {
  $schema?: string;
  /**
   * Unlike that of any other plugin here.
   */
  name: string;
  version: string;
  /**
   * What it is for, in a sentence.
   */
  description?: string;
  /**
   * The module, from the folder of this file.
   */
  entry: string;
  permissions: PluginPermissions;
  hooks?: {
    /**
     * Exported function: When an instance was made; its input is the options.
     */
    onLoad?: string;
    /**
     * Exported function: Before an instance is let go of.
     */
    onUnload?: string;
    /**
     * Exported function: A device that it may see was attached; its input is `{ device, reason }`.
     */
    onUSBAttach?: string;
    /**
     * Exported function: Likewise, detached.
     */
    onUSBDetach?: string;
    /**
     * Exported function: A job of a queue that it may work on; its input is `{ id, queue, type, data, attempt }`, its output the result.
     */
    onJobReceived?: string;
  };
  limits?: {
    /**
     * For one call; 1,000 when absent. An instance that takes longer is ended.
     */
    call_timeout_ms?: number;
    /**
     * Most output of one call, in KiB; 240 when absent, which is what the result of a job holds.
     */
    max_output_kb?: number;
  };

  /**
   * Job types of its own, each with the JSON Schema of its data; `{}` allows any.
   */
  jobs?: {
    [k: string]: {
      [k: string]: unknown;
    };
  };

  /**
   * Event types of its own, likewise.
   */
  events?: {
    [k: string]: {
      [k: string]: unknown;
    };
  };

  /**
   * SHA-256 of this file without `signature` (as JSON, two blanks of indent) and the module: integrity, not authenticity.
   */
  signature?: {
    algorithm: 'SHA-256';
    value: string;
    /**
     * Who says so; not verified.
     */
    signer?: string;
  };
}

/**
 * Command to `plugin`, key: the name of the plugin. Takes the consent back, or some of what was granted. Replies whether there was anything to take back.
 *
 */
export interface PluginRevoke {
  /**
   * Only these, such as `kv`, `queue:labels` or `events:label.printed`; names that nothing bears take nothing.
   *
   * @minItems 1
   * @maxItems 256
   */
  capabilities?: string[];
}

/**
 * Event: the consent to a plugin was taken back, or some of what was granted. Subject key: its name.
 *
 */
export interface PluginRevoked {
  plugin: string;
  /**
   * What was taken back, such as `kv` or `queue:labels`; the whole consent when absent.
   *
   * @minItems 1
   * @maxItems 256
   */
  capabilities?: string[];
  granted?: PluginPermissions1;
}

/**
 * What a plugin asks for, or was granted. What is absent, or an empty list, is nothing at all.
 */
export interface PluginPermissions1 {
  /**
   * Folders. Not linked yet: granting it changes nothing.
   *
   * @maxItems 32
   */
  filesystem?: {
    /**
     * Folder or file.
     */
    path: string;
    mode: 'read' | 'write' | 'readwrite';
  }[];
  /**
   * Not linked yet: granting it changes nothing.
   */
  network?: {
    /**
     * @maxItems 64
     */
    outbound?: string[];
    inbound?: {
      port?: number;
      interface?: 'localhost' | 'all';
    };
  };

  /**
   * The devices whose attach and detach it is told of.
   */
  usb?: {
    /**
     * Devices of these vendors; `*` for any.
     *
     * @maxItems 256
     */
    vendor_ids?: string[];
    /**
     * Of those, only these products; any when absent.
     *
     * @maxItems 256
     */
    product_ids?: string[];
    /**
     * Of those, only these serial numbers; any when absent.
     *
     * @maxItems 256
     *
     * Items: Serial number.
     */
    serials?: string[];
  };
  memory?: {
    /**
     * Most linear memory of one instance, in MiB; 16 when absent.
     */
    max_heap_mb?: number;
    /**
     * Most instances at once; 1 when absent.
     */
    max_workers?: number;
  };

  /**
   * Queues. A name alone means both: it may add jobs, and takes jobs if it has `onJobReceived`.
   *
   * @maxItems 64
   */
  queue?: (string | PluginQueuePermission)[];
  kv?: {
    /**
     * Keys that begin so may be read and written.
     */
    prefix: string;
  };

  /**
   * Types of events that it may emit.
   *
   * @maxItems 64
   */
  events?: string[];
  /**
   * Not linked yet: granting it changes nothing.
   *
   * @maxItems 64
   */
  secrets?: string[];
}

/**
 * Event: a plugin was unloaded. Subject key: its name.
 *
 */
export interface PluginUnloaded {
  plugin: string;
  /**
   * `<name>@<version>`.
   */
  pluginId: string;
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
  data: unknown;
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
 * A run of an agent, with its steps as far as it came.
 *
 */
export interface AgentRun {
  /**
   * Unique.
   */
  id: string;
  /**
   * Whose.
   */
  agentId: string;
  status: 'RUNNING' | 'DONE' | 'FAILED' | 'STOPPED';
  /**
   * What started it, with what it brought.
   */
  trigger: {
    type: 'device' | 'job' | 'schedule' | 'manual';
    [k: string]: unknown;
  };

  /**
   * When it began.
   */
  startedAt: string;
  /**
   * When it ended.
   */
  endedAt?: string;
  steps: AgentStep[];
  error?: {
    /**
     * Stable code.
     */
    code: string;
    /**
     * In a sentence.
     */
    message: string;
  };
  traceparent?: string;
}

/**
 * One step of a run.
 *
 */
export interface AgentStep {
  /**
   * Id of the node.
   */
  node: string;
  type: 'plugin' | 'job' | 'condition' | 'remember' | 'search';
  status: 'WAITING' | 'DONE' | 'FAILED';
  /**
   * When it began.
   */
  startedAt: string;
  /**
   * When it ended; absent while it waits.
   */
  endedAt?: string;
  /**
   * What it gave.
   */
  output?: unknown;
  error?: {
    /**
     * Stable code.
     */
    code: string;
    /**
     * In a sentence.
     */
    message: string;
  };

  /**
   * The job that does it.
   */
  job?: {
    /**
     * Its queue.
     */
    queue: string;
    /**
     * Its id.
     */
    id: string;
  };

  /**
   * The node that came after.
   */
  next?: string;
}

/**
 * An agent.
 *
 */
export interface Agent {
  /**
   * Unique.
   */
  id: string;
  /**
   * What people call it.
   */
  name: string;
  /**
   * What it is for.
   */
  description?: string;
  status: 'DRAFT' | 'DEPLOYED' | 'RUNNING' | 'STOPPED' | 'ERROR';
  /**
   * Whose it is.
   */
  tenantId: string;
  /**
   * When it was made.
   */
  createdAt: string;
  /**
   * When it last changed.
   */
  updatedAt: string;
  graph?: AgentGraph;
  /**
   * Of the last run, when it failed.
   */
  error?: {
    /**
     * Stable code.
     */
    code: string;
    /**
     * In a sentence.
     */
    message: string;
  };

  /**
   * Runs at work.
   *
   * Items: Id of a run.
   */
  running: string[];
  /**
   * The last runs, newest first, those at work among them.
   *
   * Items: Id of a run.
   */
  runs: string[];
  /**
   * How often its runs have remembered something.
   */
  memories: number;
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
     * The actor that is told when the job has ended, by the command `job.ended`.
     */
    nt?: {
      /**
       * Its name.
       */
      a: string;
      /**
       * The key.
       */
      k: string;
      /**
       * The word by which it knows the job.
       */
      r: string;
    };

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
 * Something that is remembered.
 *
 */
export interface MemoryRecord {
  /**
   * Unique.
   */
  id: string;
  /**
   * What is remembered.
   */
  text: string;
  /**
   * The agent whose memory it is; of the whole tenant when absent.
   */
  agentId?: string;
  /**
   * What else is known of it.
   */
  metadata?: {
    [k: string]: unknown;
  };

  /**
   * When it was first remembered.
   */
  createdAt: string;
  /**
   * When it was last changed.
   */
  updatedAt: string;
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
 * Job: added by a run. Looks what became of the job that a step waits for, and tells the run where it has ended or is lost.
 *
 */
export interface AgentCheckStep {
  /**
   * The run, by its id.
   */
  runId: string;
  /**
   * Its place in the run.
   */
  step: number;
  /**
   * Of the job that it waits for.
   */
  queue: string;
  /**
   * Of the job that it waits for.
   */
  jobId: string;
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
 * Job: begins a run of an agent. Its result is `{ runId }`.
 *
 */
export interface AgentRunJob {
  /**
   * The agent, by its id.
   */
  agentId: string;
  /**
   * `trigger.input` of the run.
   */
  input?: unknown;
  /**
   * What the run says of its start; `job` when absent. `schedule` is for the turns of the agent's own schedules alone.
   */
  trigger?: 'job' | 'schedule';
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
 * Job: calls a function of a plugin. The queue `plugin-<name>` says of which.
 *
 */
export interface PluginCall {
  /**
   * The function that it exports.
   */
  function: string;
  /**
   * What it is given, as JSON; nothing when absent.
   */
  input?: unknown;
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
  'agent.check_step': AgentCheckStep;
  'agent.create': AgentCreate;
  'agent.deploy': AgentDeploy;
  'agent.run': AgentRunJob;
  'agent.stop': AgentStop;
  'llm.batch': LlmBatch;
  'llm.stream': LlmStream;
  'memory.search': MemorySearch;
  'memory.vectorize': MemoryVectorize;
  'plugin.call': PluginCall;
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
  'agent-router.go_on': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'agent-router.go_on',
    title: 'AgentRouterGoOn',
    description: 'Command to `agent-router`, by itself: starts the agents that one turn had no room for.',
    type: 'object',
    properties: {
      after: { type: 'string', minLength: 1, maxLength: 200, description: 'The last agent that was started.' },
      on: { enum: ['attached', 'detached'] },
      device: { $ref: '../schemas/device.schema.json' },
      reason: { type: 'string', maxLength: 32 },
    },
    required: ['after', 'on', 'device'],
    additionalProperties: false,
  },
  'agent-router.remove': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'agent-router.remove',
    title: 'AgentRouterRemove',
    description: 'Command to `agent-router`, key `devices`: no device starts the agent any more.',
    type: 'object',
    properties: { agentId: { type: 'string', minLength: 1, maxLength: 200, description: 'The agent, by its id.' } },
    required: ['agentId'],
    additionalProperties: false,
  },
  'agent-router.set': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'agent-router.set',
    title: 'AgentRouterSet',
    description: 'Command to `agent-router`, key `devices`: the agent is started by these devices.',
    type: 'object',
    properties: {
      agentId: { type: 'string', minLength: 1, maxLength: 200, description: 'The agent, by its id.' },
      triggers: {
        type: 'array',
        maxItems: 32,
        items: {
          type: 'object',
          properties: {
            on: { enum: ['attached', 'detached'] },
            vendorId: { type: 'integer' },
            productId: { type: 'integer' },
            serial: { type: 'string', maxLength: 256 },
          },
          required: ['on'],
          additionalProperties: false,
        },
      },
    },
    required: ['agentId', 'triggers'],
    additionalProperties: false,
  },
  'agent-run.begin': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'agent-run.begin',
    title: 'AgentRunBegin',
    description: 'Command to `agent-run`, key: id of the run.',
    type: 'object',
    properties: {
      agentId: { type: 'string', minLength: 1, maxLength: 200, description: 'The agent, by its id.' },
      graph: { $ref: '../schemas/agent-graph.schema.json' },
      trigger: { type: 'object' },
    },
    required: ['agentId', 'graph', 'trigger'],
    additionalProperties: false,
  },
  'agent-run.check': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'agent-run.check',
    title: 'AgentRunCheck',
    description:
      'Command to `agent-run`: has it found out what became of a step that has waited for long, and say that it has ended where the agent has not heard of it.',
    type: 'object',
    properties: {},
    additionalProperties: false,
  },
  'agent-run.forget': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'agent-run.forget',
    title: 'AgentRunForget',
    description: 'Command to `agent-run`: forgets it.',
    type: 'object',
    properties: {},
    additionalProperties: false,
  },
  'agent-run.proceed': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'agent-run.proceed',
    title: 'AgentRunProceed',
    description: 'Command to `agent-run`, by itself: does the step that comes next.',
    type: 'object',
    properties: {
      step: {
        type: 'integer',
        minimum: 0,
        description: 'Its place in the run; one that is done already is left alone.',
      },
    },
    required: ['step'],
    additionalProperties: false,
  },
  'agent-run.stop': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'agent-run.stop',
    title: 'AgentRunStop',
    description: 'Command to `agent-run`: ends it after the step at work.',
    type: 'object',
    properties: {},
    additionalProperties: false,
  },
  'agent.delete': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'agent.delete',
    title: 'AgentDelete',
    description: 'Command to `agent`, key: its id. Forgets it with its runs. Replies whether there was one.',
    type: 'object',
    properties: {},
    additionalProperties: false,
  },
  'agent.deleted': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'agent.deleted',
    title: 'AgentDeleted',
    description: 'Event: an agent was deleted. Subject key: its id.',
    type: 'object',
    properties: {
      agentId: { type: 'string', minLength: 1, maxLength: 200, description: 'The agent, by its id.' },
      name: { type: 'string', minLength: 1, maxLength: 200, description: 'What people called it.' },
    },
    required: ['agentId', 'name'],
    additionalProperties: false,
  },
  'agent.run_ended': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'agent.run_ended',
    title: 'AgentRunEnded',
    description: 'Command to `agent`, key: its id. Sent by the run.',
    type: 'object',
    properties: {
      runId: { type: 'string', minLength: 1, maxLength: 200, description: 'The run.' },
      status: { enum: ['DONE', 'FAILED', 'STOPPED'] },
      error: {
        type: 'object',
        properties: {
          code: { type: 'string', minLength: 1, maxLength: 128, description: 'Stable code.' },
          message: { type: 'string', maxLength: 4096, description: 'In a sentence.' },
        },
        required: ['code', 'message'],
        additionalProperties: false,
      },
      remembered: { type: 'integer', minimum: 0, description: 'How often it has remembered something.' },
    },
    required: ['runId', 'status', 'remembered'],
    additionalProperties: false,
  },
  'agent.run_finished': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'agent.run_finished',
    title: 'AgentRunFinished',
    description: 'Event: a run has ended. Subject key: id of the agent.',
    type: 'object',
    properties: {
      agentId: { type: 'string', minLength: 1, maxLength: 200, description: 'The agent, by its id.' },
      runId: { type: 'string', minLength: 1, maxLength: 200, description: 'The run.' },
      status: { enum: ['DONE', 'FAILED', 'STOPPED'] },
      error: {
        type: 'object',
        properties: {
          code: { type: 'string', minLength: 1, maxLength: 128, description: 'Stable code.' },
          message: { type: 'string', maxLength: 4096, description: 'In a sentence.' },
        },
        required: ['code', 'message'],
        additionalProperties: false,
      },
    },
    required: ['agentId', 'runId', 'status'],
    additionalProperties: false,
  },
  'agent.run_started': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'agent.run_started',
    title: 'AgentRunStarted',
    description: 'Event: a run has begun. Subject key: id of the agent.',
    type: 'object',
    properties: {
      agentId: { type: 'string', minLength: 1, maxLength: 200, description: 'The agent, by its id.' },
      runId: { type: 'string', minLength: 1, maxLength: 200, description: 'The run.' },
      trigger: { enum: ['device', 'job', 'schedule', 'manual'] },
    },
    required: ['agentId', 'runId', 'trigger'],
    additionalProperties: false,
  },
  'agent.start': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'agent.start',
    title: 'AgentStart',
    description:
      'Command to `agent`, key: its id. Begins a run. Replies with the id of the run; null when a device would start an agent that is not deployed.',
    type: 'object',
    properties: {
      trigger: {
        type: 'object',
        required: ['type'],
        properties: { type: { enum: ['device', 'job', 'schedule', 'manual'] } },
        description: 'What starts it, with what it brings.',
      },
      run: {
        type: 'string',
        pattern: '^[0-9a-z]{1,32}$',
        description:
          'Ends the id of the run: `<agent>/<run>`. One that was begun within the last hour is not begun again, though it may be forgotten. Random when absent.',
      },
    },
    required: ['trigger'],
    additionalProperties: false,
  },
  'agent.status_changed': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'agent.status_changed',
    title: 'AgentStatusChanged',
    description: 'Event: the status of an agent has changed. Subject key: its id.',
    type: 'object',
    properties: {
      agentId: { type: 'string', minLength: 1, maxLength: 200, description: 'The agent, by its id.' },
      name: { type: 'string', minLength: 1, maxLength: 200, description: 'What people call it.' },
      status: { enum: ['DRAFT', 'DEPLOYED', 'RUNNING', 'STOPPED', 'ERROR'] },
      before: {
        oneOf: [{ enum: ['DRAFT', 'DEPLOYED', 'RUNNING', 'STOPPED', 'ERROR'] }, { type: 'null' }],
        description: 'Null for a new one.',
      },
    },
    required: ['agentId', 'name', 'status', 'before'],
    additionalProperties: false,
  },
  'agent.step_finished': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'agent.step_finished',
    title: 'AgentStepFinished',
    description: 'Event: a step of a run has ended. Subject key: id of the agent.',
    type: 'object',
    properties: {
      agentId: { type: 'string', minLength: 1, maxLength: 200, description: 'The agent, by its id.' },
      runId: { type: 'string', minLength: 1, maxLength: 200, description: 'The run.' },
      step: { type: 'integer', minimum: 0, description: 'Its place in the run, from 0.' },
      node: { type: 'string', minLength: 1, maxLength: 63, description: 'Id of the node.' },
      type: { type: 'string', minLength: 1, maxLength: 32, description: 'Of the node.' },
      status: { enum: ['DONE', 'FAILED'] },
    },
    required: ['agentId', 'runId', 'step', 'node', 'type', 'status'],
    additionalProperties: false,
  },
  'agent.update': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'agent.update',
    title: 'AgentUpdate',
    description:
      'Command to `agent`, key: its id. Gives it another name, description and graph, in the place of those before. Replies with the agent.',
    type: 'object',
    properties: {
      name: { type: 'string', minLength: 1, maxLength: 200, description: 'What people call it.' },
      description: {
        type: 'string',
        maxLength: 2000,
        description: 'What it is for, in a few sentences; none when absent.',
      },
      config: { type: 'object', description: '`{ graph }`; without it, it has none.' },
    },
    required: ['name'],
    additionalProperties: false,
  },
  'agent.updated': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'agent.updated',
    title: 'AgentUpdated',
    description: 'Event: an agent has another name, description or graph. Subject key: its id.',
    type: 'object',
    properties: {
      agentId: { type: 'string', minLength: 1, maxLength: 200, description: 'The agent, by its id.' },
      name: { type: 'string', minLength: 1, maxLength: 200, description: 'What people call it now.' },
    },
    required: ['agentId', 'name'],
    additionalProperties: false,
  },
  'agent.watch': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'agent.watch',
    title: 'AgentWatch',
    description: 'Command to `agent`, by its timer: looks after the runs at work.',
    type: 'object',
    properties: {},
    additionalProperties: false,
  },
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
  'job.ended': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'job.ended',
    title: 'JobEnded',
    description: 'Command to the actor that a job names: the job has ended. Sent with its outcome.',
    type: 'object',
    properties: {
      queue: { type: 'string', minLength: 1, maxLength: 64, description: 'Of the job.' },
      jobId: { type: 'string', minLength: 1, maxLength: 200, description: 'Of the job.' },
      ref: { type: 'string', minLength: 1, maxLength: 200, description: 'As the job has it.' },
      outcome: { enum: ['completed', 'failed', 'cancelled', 'removed'] },
      result: { description: 'What a completed one gave.' },
      error: {
        type: 'object',
        properties: {
          code: { type: 'string', minLength: 1, maxLength: 128, description: 'Stable code.' },
          message: { type: 'string', maxLength: 4096, description: 'In a sentence.' },
        },
        required: ['code', 'message'],
        additionalProperties: false,
        description: 'Why it did not complete.',
      },
    },
    required: ['queue', 'jobId', 'ref', 'outcome'],
    additionalProperties: false,
  },
  'memory.forget': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'memory.forget',
    title: 'MemoryForget',
    description: 'Command to `memory`, key: id of the memory. Forgets it. Replies whether there was one.',
    type: 'object',
    properties: {},
    additionalProperties: false,
  },
  'memory.forgotten': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'memory.forgotten',
    title: 'MemoryForgotten',
    description: 'Event: something was forgotten. Subject key: id of the memory.',
    type: 'object',
    properties: {
      memoryId: { type: 'string', minLength: 1, maxLength: 200, description: 'The memory.' },
      agentId: { type: 'string', minLength: 1, maxLength: 200, description: 'The agent, by its id.' },
    },
    required: ['memoryId'],
    additionalProperties: false,
  },
  'memory.remember': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'memory.remember',
    title: 'MemoryRemember',
    description:
      'Command to `memory`, key: id of the memory. Keeps a text, or puts it in the place of the one before. Replies with the record.',
    type: 'object',
    properties: {
      text: { type: 'string', minLength: 1, maxLength: 100000, description: 'What is to be remembered.' },
      agentId: {
        type: 'string',
        minLength: 1,
        maxLength: 200,
        description: 'The agent whose memory it is; of the whole tenant when absent.',
      },
      metadata: { type: 'object', maxProperties: 100 },
    },
    required: ['text'],
    additionalProperties: false,
  },
  'memory.remembered': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'memory.remembered',
    title: 'MemoryRemembered',
    description:
      'Event: something is remembered. Subject key: id of the memory. The text stands with the memory alone, so that forgetting it leaves nothing.',
    type: 'object',
    properties: {
      memoryId: { type: 'string', minLength: 1, maxLength: 200, description: 'The memory.' },
      agentId: { type: 'string', minLength: 1, maxLength: 200, description: 'The agent, by its id.' },
      characters: { type: 'integer', minimum: 1 },
    },
    required: ['memoryId', 'characters'],
    additionalProperties: false,
  },
  'plugin-hooks.remove': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'plugin-hooks.remove',
    title: 'PluginHooksRemove',
    description: 'Command to `plugin-hooks`, key `devices`: the plugin is told of no device any more.',
    type: 'object',
    properties: { plugin: { type: 'string', pattern: '^[a-z0-9-]+$', minLength: 3, maxLength: 50 } },
    required: ['plugin'],
    additionalProperties: false,
  },
  'plugin-hooks.set': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'plugin-hooks.set',
    title: 'PluginHooksSet',
    description: 'Command to `plugin-hooks`, key `devices`: the plugin is to be told of these devices.',
    type: 'object',
    properties: {
      plugin: { type: 'string', pattern: '^[a-z0-9-]+$', minLength: 3, maxLength: 50 },
      onUSBAttach: { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_]{0,99}$' },
      onUSBDetach: { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_]{0,99}$' },
      permissions: { $ref: '../schemas/plugin-permissions.schema.json' },
    },
    required: ['plugin', 'permissions'],
    additionalProperties: false,
  },
  'plugin-kv.delete': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'plugin-kv.delete',
    title: 'PluginKvDelete',
    description: 'Command to `plugin-kv`, key: the key. Forgets the value.',
    type: 'object',
    properties: {
      plugin: { type: 'string', pattern: '^[a-z0-9-]+$', minLength: 3, maxLength: 50 },
      write: {
        type: 'string',
        maxLength: 512,
        description: 'The call that writes it; by this it is known when it has taken effect.',
      },
    },
    required: ['plugin'],
    additionalProperties: false,
  },
  'plugin-kv.set': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'plugin-kv.set',
    title: 'PluginKvSet',
    description: 'Command to `plugin-kv`, key: the key. Keeps a value.',
    type: 'object',
    properties: {
      value: { type: 'string', maxLength: 65536, description: 'Any text.' },
      plugin: { type: 'string', pattern: '^[a-z0-9-]+$', minLength: 3, maxLength: 50 },
      write: {
        type: 'string',
        maxLength: 512,
        description: 'The call that writes it; by this it is known when it has taken effect.',
      },
    },
    required: ['value', 'plugin'],
    additionalProperties: false,
  },
  'plugin.denied': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'plugin.denied',
    title: 'PluginDenied',
    description: 'Event: a plugin tried what it may not. Subject key: its name.',
    type: 'object',
    properties: {
      plugin: { type: 'string', pattern: '^[a-z0-9-]+$', minLength: 3, maxLength: 50 },
      capability: { type: 'string', minLength: 1, maxLength: 32, description: 'Which kind.' },
      subject: { type: 'string', maxLength: 512, description: 'What it was about.' },
      count: { type: 'integer', minimum: 1, description: 'How often since the event before.' },
    },
    required: ['plugin', 'capability', 'subject', 'count'],
    additionalProperties: false,
  },
  'plugin.deny': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'plugin.deny',
    title: 'PluginDeny',
    description:
      'Command to `plugin`, key: the name of the plugin. Sent by a plugin host: what the plugin tried and may not.',
    type: 'object',
    properties: {
      denials: {
        type: 'array',
        minItems: 1,
        maxItems: 100,
        items: {
          type: 'object',
          properties: {
            capability: { enum: ['kv', 'queue', 'events', 'usb', 'memory', 'import'] },
            subject: { type: 'string', maxLength: 512, description: 'What it was about: a key, a queue, a type.' },
            count: { type: 'integer', minimum: 1 },
          },
          required: ['capability', 'subject', 'count'],
          additionalProperties: false,
          title: 'PluginDenial',
        },
      },
    },
    required: ['denials'],
    additionalProperties: false,
  },
  'plugin.describe': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'plugin.describe',
    title: 'PluginDescribe',
    description: 'Call of `plugin`, key: the name of the plugin. Replies with the record.',
    type: 'object',
    properties: {},
    additionalProperties: false,
  },
  'plugin.failed': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'plugin.failed',
    title: 'PluginFailed',
    description: 'Event: a plugin could not be loaded, or was given up. Subject key: its name.',
    type: 'object',
    properties: {
      plugin: { type: 'string', pattern: '^[a-z0-9-]+$', minLength: 3, maxLength: 50 },
      error: {
        type: 'object',
        properties: {
          code: { type: 'string', minLength: 1, maxLength: 128, description: 'Stable code.' },
          message: { type: 'string', maxLength: 4096, description: 'In a sentence.' },
        },
        required: ['code', 'message'],
        additionalProperties: false,
      },
    },
    required: ['plugin', 'error'],
    additionalProperties: false,
  },
  'plugin.grant': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'plugin.grant',
    title: 'PluginGrant',
    description:
      'Command to `plugin`, key: the name of the plugin. Keeps what was asked for and what was granted of it. Replies with the record.',
    type: 'object',
    properties: {
      version: { type: 'string', minLength: 1, maxLength: 64, description: 'The version that asked.' },
      requested: { $ref: '../schemas/plugin-permissions.schema.json' },
      granted: { $ref: '../schemas/plugin-permissions.schema.json' },
      source: {
        type: 'string',
        minLength: 1,
        maxLength: 4096,
        description: 'The `plugin.json` that asked. Without a signature a plugin is known by the place where it lies.',
      },
    },
    required: ['version', 'requested', 'granted', 'source'],
    additionalProperties: false,
  },
  'plugin.granted': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'plugin.granted',
    title: 'PluginGranted',
    description: 'Event: somebody has granted permissions to a plugin. Subject key: its name.',
    type: 'object',
    properties: {
      plugin: { type: 'string', pattern: '^[a-z0-9-]+$', minLength: 3, maxLength: 50 },
      version: { type: 'string', minLength: 1, maxLength: 64, description: 'The version that asked.' },
      granted: { $ref: '../schemas/plugin-permissions.schema.json' },
    },
    required: ['plugin', 'version', 'granted'],
    additionalProperties: false,
  },
  'plugin.hook_failed': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'plugin.hook_failed',
    title: 'PluginHookFailed',
    description:
      'Event: a plugin was to be told of a device, and its last attempt at that has failed. Subject key: its name.',
    type: 'object',
    properties: {
      plugin: { type: 'string', pattern: '^[a-z0-9-]+$', minLength: 3, maxLength: 50 },
      hook: {
        type: 'string',
        minLength: 1,
        maxLength: 200,
        description: 'As the manifest names it: onUSBAttach or onUSBDetach.',
      },
      jobId: { type: 'string', minLength: 1, maxLength: 200, description: 'Of its queue, `plugin-<name>`.' },
      error: {
        type: 'object',
        properties: {
          code: { type: 'string', minLength: 1, maxLength: 128, description: 'Stable code.' },
          message: { type: 'string', maxLength: 4096, description: 'In a sentence.' },
        },
        required: ['code', 'message'],
        additionalProperties: false,
      },
    },
    required: ['plugin', 'hook', 'jobId', 'error'],
    additionalProperties: false,
  },
  'plugin.loaded': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'plugin.loaded',
    title: 'PluginLoaded',
    description: 'Event: a plugin was loaded, or loaded anew. Subject key: its name.',
    type: 'object',
    properties: {
      plugin: { type: 'string', pattern: '^[a-z0-9-]+$', minLength: 3, maxLength: 50 },
      pluginId: { type: 'string', minLength: 1, maxLength: 200, description: '`<name>@<version>`.' },
      sha256: { type: 'string', pattern: '^[0-9a-f]{64}$' },
      durationMs: { type: 'number', minimum: 0 },
    },
    required: ['plugin', 'pluginId', 'sha256'],
    additionalProperties: false,
  },
  'plugin.record': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'plugin.record',
    title: 'PluginRecord',
    description:
      'Command to `plugin`, key: the name of the plugin. Sent by a plugin host: what it has done with the plugin.',
    type: 'object',
    properties: {
      status: { enum: ['LOADED', 'UNLOADED', 'FAILED'] },
      manifest: { $ref: '../schemas/plugin-manifest.schema.json' },
      manifestPath: { type: 'string', minLength: 1, maxLength: 4096, description: 'Where it lies.' },
      sha256: { type: 'string', pattern: '^[0-9a-f]{64}$', description: 'Of the module.' },
      options: { type: 'object', maxProperties: 100 },
      functions: {
        type: 'array',
        maxItems: 1000,
        items: { type: 'string', maxLength: 256 },
        description: 'What it exports.',
      },
      error: {
        type: 'object',
        properties: {
          code: { type: 'string', minLength: 1, maxLength: 128, description: 'Stable code.' },
          message: { type: 'string', maxLength: 4096, description: 'In a sentence.' },
        },
        required: ['code', 'message'],
        additionalProperties: false,
      },
      durationMs: { type: 'number', minimum: 0 },
      effective: { $ref: '../schemas/plugin-permissions.schema.json' },
      isStillLoaded: { type: 'boolean', description: 'With FAILED: an older load of it goes on; false when absent.' },
    },
    required: ['status'],
    additionalProperties: false,
  },
  'plugin.revoke': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'plugin.revoke',
    title: 'PluginRevoke',
    description:
      'Command to `plugin`, key: the name of the plugin. Takes the consent back, or some of what was granted. Replies whether there was anything to take back.',
    type: 'object',
    properties: {
      capabilities: {
        type: 'array',
        minItems: 1,
        maxItems: 256,
        items: { type: 'string', minLength: 1, maxLength: 2560 },
        description:
          'Only these, such as `kv`, `queue:labels` or `events:label.printed`; names that nothing bears take nothing.',
      },
    },
    additionalProperties: false,
  },
  'plugin.revoked': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'plugin.revoked',
    title: 'PluginRevoked',
    description: 'Event: the consent to a plugin was taken back, or some of what was granted. Subject key: its name.',
    type: 'object',
    properties: {
      plugin: { type: 'string', pattern: '^[a-z0-9-]+$', minLength: 3, maxLength: 50 },
      capabilities: {
        type: 'array',
        minItems: 1,
        maxItems: 256,
        items: { type: 'string', minLength: 1, maxLength: 2560 },
        description: 'What was taken back, such as `kv` or `queue:labels`; the whole consent when absent.',
      },
      granted: {
        $ref: '../schemas/plugin-permissions.schema.json',
        description: 'With `capabilities`: what it is left with.',
      },
    },
    required: ['plugin'],
    additionalProperties: false,
  },
  'plugin.unloaded': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'plugin.unloaded',
    title: 'PluginUnloaded',
    description: 'Event: a plugin was unloaded. Subject key: its name.',
    type: 'object',
    properties: {
      plugin: { type: 'string', pattern: '^[a-z0-9-]+$', minLength: 3, maxLength: 50 },
      pluginId: { type: 'string', minLength: 1, maxLength: 200, description: '`<name>@<version>`.' },
    },
    required: ['plugin', 'pluginId'],
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
  'agent.check_step': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'agent.check_step',
    title: 'AgentCheckStep',
    description:
      'Job: added by a run. Looks what became of the job that a step waits for, and tells the run where it has ended or is lost.',
    type: 'object',
    properties: {
      runId: { type: 'string', minLength: 1, maxLength: 200, description: 'The run, by its id.' },
      step: { type: 'integer', minimum: 0, description: 'Its place in the run.' },
      queue: { type: 'string', minLength: 1, maxLength: 64, description: 'Of the job that it waits for.' },
      jobId: { type: 'string', minLength: 1, maxLength: 200, description: 'Of the job that it waits for.' },
    },
    required: ['runId', 'step', 'queue', 'jobId'],
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
  'agent.run': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'agent.run',
    title: 'AgentRunJob',
    description: 'Job: begins a run of an agent. Its result is `{ runId }`.',
    type: 'object',
    properties: {
      agentId: { type: 'string', minLength: 1, maxLength: 200, description: 'The agent, by its id.' },
      input: { description: '`trigger.input` of the run.' },
      trigger: {
        enum: ['job', 'schedule'],
        description:
          "What the run says of its start; `job` when absent. `schedule` is for the turns of the agent's own schedules alone.",
      },
    },
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
  'plugin.call': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'plugin.call',
    title: 'PluginCall',
    description: 'Job: calls a function of a plugin. The queue `plugin-<name>` says of which.',
    type: 'object',
    properties: {
      function: {
        type: 'string',
        pattern: '^[A-Za-z_][A-Za-z0-9_]{0,99}$',
        description: 'The function that it exports.',
      },
      input: { description: 'What it is given, as JSON; nothing when absent.' },
    },
    required: ['function'],
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
  'agent.check_step',
  'agent.create',
  'agent.deploy',
  'agent.run',
  'agent.stop',
  'llm.batch',
  'llm.stream',
  'memory.search',
  'memory.vectorize',
  'plugin.call',
  'plugin.load',
  'plugin.reload',
  'plugin.unload',
  'system.cleanup',
  'system.health_check',
];

/** What they refer to, by `$id`. */
export const SHARED_SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  'schemas/agent-graph.schema.json': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'schemas/agent-graph.schema.json',
    title: 'AgentGraph',
    description:
      'What an agent does: what starts it, and the steps of a run. A text that is `{{path}}` alone becomes that value, within a text its text. Paths begin with `trigger`, `run` or the id of a node: `{{describe.output.title}}`.',
    type: 'object',
    properties: {
      triggers: {
        type: 'array',
        maxItems: 32,
        description: 'What starts a run, beside a person.',
        items: {
          type: 'object',
          required: ['type'],
          discriminator: { propertyName: 'type' },
          oneOf: [
            {
              type: 'object',
              properties: {
                type: { const: 'device' },
                on: { enum: ['attached', 'detached'] },
                vendorId: { type: 'integer', minimum: 0, maximum: 65535 },
                productId: { type: 'integer', minimum: 0, maximum: 65535 },
                serial: { type: 'string', minLength: 1, maxLength: 256, description: 'Serial number.' },
              },
              required: ['type', 'on'],
              additionalProperties: false,
              title: 'AgentDeviceTrigger',
              description: 'A device was attached or detached: `trigger.device`, `trigger.reason`.',
            },
            {
              type: 'object',
              properties: { type: { const: 'job' } },
              required: ['type'],
              additionalProperties: false,
              title: 'AgentJobTrigger',
              description: 'A job `agent.run` of the queue `agents` names this agent: `trigger.input`.',
            },
            {
              type: 'object',
              properties: {
                type: { const: 'schedule' },
                cron: { type: 'string', minLength: 1, maxLength: 256, description: 'Five or six fields.' },
                timezone: { type: 'string', minLength: 1, maxLength: 64, description: 'IANA name; UTC when absent.' },
                everyMs: { type: 'integer', minimum: 100, maximum: 315576000000 },
                input: { description: '`trigger.input` of each run.' },
              },
              required: ['type'],
              additionalProperties: false,
              title: 'AgentScheduleTrigger',
              description: 'By the clock: exactly one of `cron` and `everyMs`.',
            },
          ],
        },
      },
      start: { type: 'string', maxLength: 63, description: 'The first node; the first of the list when absent.' },
      nodes: {
        type: 'array',
        minItems: 1,
        maxItems: 100,
        items: {
          type: 'object',
          required: ['type'],
          discriminator: { propertyName: 'type' },
          oneOf: [
            {
              type: 'object',
              properties: {
                id: {
                  type: 'string',
                  pattern: '^[a-z][a-z0-9_-]{0,62}$',
                  description: 'Unlike that of any other node; `trigger` and `run` are taken.',
                },
                type: { const: 'plugin' },
                plugin: {
                  type: 'string',
                  pattern: '^[a-z0-9-]+$',
                  minLength: 3,
                  maxLength: 50,
                  description: 'By its name; it must be loaded.',
                },
                function: {
                  type: 'string',
                  pattern: '^[A-Za-z_][A-Za-z0-9_]{0,99}$',
                  description: 'The function that it exports.',
                },
                input: { description: 'What it is given, as JSON.' },
                next: {
                  type: 'string',
                  maxLength: 63,
                  description: 'The node that comes after; the run ends here when absent.',
                },
              },
              required: ['id', 'type', 'plugin', 'function'],
              additionalProperties: false,
              title: 'AgentPluginNode',
            },
            {
              type: 'object',
              properties: {
                id: {
                  type: 'string',
                  pattern: '^[a-z][a-z0-9_-]{0,62}$',
                  description: 'Unlike that of any other node; `trigger` and `run` are taken.',
                },
                type: { const: 'job' },
                queue: { type: 'string', pattern: '^[a-z][a-z0-9_-]{0,62}$' },
                jobType: { type: 'string', pattern: '^[a-z][a-z0-9_-]{0,62}\\.[a-z][a-z0-9_-]{0,62}$', maxLength: 128 },
                data: { description: 'Of the job.' },
                wait: {
                  type: 'boolean',
                  description: 'Whether the run waits for its result, which is the output; true when absent.',
                },
                next: {
                  type: 'string',
                  maxLength: 63,
                  description: 'The node that comes after; the run ends here when absent.',
                },
              },
              required: ['id', 'type', 'queue', 'jobType'],
              additionalProperties: false,
              title: 'AgentJobNode',
            },
            {
              type: 'object',
              properties: {
                id: {
                  type: 'string',
                  pattern: '^[a-z][a-z0-9_-]{0,62}$',
                  description: 'Unlike that of any other node; `trigger` and `run` are taken.',
                },
                type: { const: 'condition' },
                if: {
                  type: 'object',
                  properties: {
                    value: { description: 'What is looked at.' },
                    is: { enum: ['equal', 'not_equal', 'greater', 'less', 'contains', 'present'] },
                    to: { description: 'What it is compared with; not with `present`.' },
                  },
                  required: ['value', 'is'],
                  additionalProperties: false,
                },
                then: {
                  type: 'string',
                  maxLength: 63,
                  description: 'The node to go on with when it holds; `next` when absent.',
                },
                else: { type: 'string', maxLength: 63, description: 'When it does not hold; `next` when absent.' },
                next: {
                  type: 'string',
                  maxLength: 63,
                  description: 'The node that comes after; the run ends here when absent.',
                },
              },
              required: ['id', 'type', 'if'],
              additionalProperties: false,
              title: 'AgentConditionNode',
            },
            {
              type: 'object',
              properties: {
                id: {
                  type: 'string',
                  pattern: '^[a-z][a-z0-9_-]{0,62}$',
                  description: 'Unlike that of any other node; `trigger` and `run` are taken.',
                },
                type: { const: 'remember' },
                text: { type: 'string', minLength: 1, maxLength: 10000, description: 'What is kept.' },
                metadata: { type: 'object', maxProperties: 100 },
                next: {
                  type: 'string',
                  maxLength: 63,
                  description: 'The node that comes after; the run ends here when absent.',
                },
              },
              required: ['id', 'type', 'text'],
              additionalProperties: false,
              title: 'AgentRememberNode',
            },
            {
              type: 'object',
              properties: {
                id: {
                  type: 'string',
                  pattern: '^[a-z][a-z0-9_-]{0,62}$',
                  description: 'Unlike that of any other node; `trigger` and `run` are taken.',
                },
                type: { const: 'search' },
                query: { type: 'string', minLength: 1, maxLength: 10000, description: 'Words that are looked for.' },
                limit: { type: 'integer', minimum: 1, maximum: 100 },
                scope: { enum: ['agent', 'tenant'], description: 'Whose memories; those of this agent when absent.' },
                next: {
                  type: 'string',
                  maxLength: 63,
                  description: 'The node that comes after; the run ends here when absent.',
                },
              },
              required: ['id', 'type', 'query'],
              additionalProperties: false,
              title: 'AgentSearchNode',
            },
          ],
        },
      },
    },
    required: ['nodes'],
    additionalProperties: false,
  },
  'schemas/agent-run.schema.json': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'schemas/agent-run.schema.json',
    title: 'AgentRun',
    description: 'A run of an agent, with its steps as far as it came.',
    type: 'object',
    properties: {
      id: { type: 'string', minLength: 1, maxLength: 200, description: 'Unique.' },
      agentId: { type: 'string', minLength: 1, maxLength: 200, description: 'Whose.' },
      status: { enum: ['RUNNING', 'DONE', 'FAILED', 'STOPPED'] },
      trigger: {
        type: 'object',
        required: ['type'],
        properties: { type: { enum: ['device', 'job', 'schedule', 'manual'] } },
        description: 'What started it, with what it brought.',
      },
      startedAt: { type: 'string', format: 'date-time', description: 'When it began.' },
      endedAt: { type: 'string', format: 'date-time', description: 'When it ended.' },
      steps: { type: 'array', items: { $ref: 'agent-step.schema.json' } },
      error: {
        type: 'object',
        properties: {
          code: { type: 'string', minLength: 1, maxLength: 128, description: 'Stable code.' },
          message: { type: 'string', maxLength: 4096, description: 'In a sentence.' },
        },
        required: ['code', 'message'],
        additionalProperties: false,
      },
      traceparent: { type: 'string', maxLength: 55 },
    },
    required: ['id', 'agentId', 'status', 'trigger', 'startedAt', 'steps'],
    additionalProperties: false,
  },
  'schemas/agent-step.schema.json': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'schemas/agent-step.schema.json',
    title: 'AgentStep',
    description: 'One step of a run.',
    type: 'object',
    properties: {
      node: { type: 'string', minLength: 1, maxLength: 63, description: 'Id of the node.' },
      type: { enum: ['plugin', 'job', 'condition', 'remember', 'search'] },
      status: { enum: ['WAITING', 'DONE', 'FAILED'] },
      startedAt: { type: 'string', format: 'date-time', description: 'When it began.' },
      endedAt: { type: 'string', format: 'date-time', description: 'When it ended; absent while it waits.' },
      output: { description: 'What it gave.' },
      error: {
        type: 'object',
        properties: {
          code: { type: 'string', minLength: 1, maxLength: 128, description: 'Stable code.' },
          message: { type: 'string', maxLength: 4096, description: 'In a sentence.' },
        },
        required: ['code', 'message'],
        additionalProperties: false,
      },
      job: {
        type: 'object',
        properties: {
          queue: { type: 'string', minLength: 1, maxLength: 64, description: 'Its queue.' },
          id: { type: 'string', minLength: 1, maxLength: 200, description: 'Its id.' },
        },
        required: ['queue', 'id'],
        additionalProperties: false,
        description: 'The job that does it.',
      },
      next: { type: 'string', minLength: 1, maxLength: 63, description: 'The node that came after.' },
    },
    required: ['node', 'type', 'status', 'startedAt'],
    additionalProperties: false,
  },
  'schemas/agent.schema.json': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'schemas/agent.schema.json',
    title: 'Agent',
    description: 'An agent.',
    type: 'object',
    properties: {
      id: { type: 'string', minLength: 1, maxLength: 200, description: 'Unique.' },
      name: { type: 'string', minLength: 1, maxLength: 200, description: 'What people call it.' },
      description: { type: 'string', maxLength: 2000, description: 'What it is for.' },
      status: { enum: ['DRAFT', 'DEPLOYED', 'RUNNING', 'STOPPED', 'ERROR'] },
      tenantId: { type: 'string', minLength: 1, maxLength: 64, description: 'Whose it is.' },
      createdAt: { type: 'string', format: 'date-time', description: 'When it was made.' },
      updatedAt: { type: 'string', format: 'date-time', description: 'When it last changed.' },
      graph: { $ref: 'agent-graph.schema.json' },
      error: {
        type: 'object',
        properties: {
          code: { type: 'string', minLength: 1, maxLength: 128, description: 'Stable code.' },
          message: { type: 'string', maxLength: 4096, description: 'In a sentence.' },
        },
        required: ['code', 'message'],
        additionalProperties: false,
        description: 'Of the last run, when it failed.',
      },
      running: {
        type: 'array',
        items: { type: 'string', minLength: 1, maxLength: 200, description: 'Id of a run.' },
        description: 'Runs at work.',
      },
      runs: {
        type: 'array',
        items: { type: 'string', minLength: 1, maxLength: 200, description: 'Id of a run.' },
        description: 'The last runs, newest first, those at work among them.',
      },
      memories: { type: 'integer', minimum: 0, description: 'How often its runs have remembered something.' },
    },
    required: ['id', 'name', 'status', 'tenantId', 'createdAt', 'updatedAt', 'running', 'runs', 'memories'],
    additionalProperties: false,
  },
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
          nt: {
            type: 'object',
            description: 'The actor that is told when the job has ended, by the command `job.ended`.',
            properties: {
              a: { type: 'string', pattern: '^[a-z][a-z0-9_-]{0,62}$', description: 'Its name.' },
              k: { type: 'string', maxLength: 512, description: 'The key.' },
              r: { type: 'string', maxLength: 200, description: 'The word by which it knows the job.' },
            },
            required: ['a', 'k', 'r'],
            additionalProperties: false,
          },
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
  'schemas/memory-record.schema.json': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'schemas/memory-record.schema.json',
    title: 'MemoryRecord',
    description: 'Something that is remembered.',
    type: 'object',
    properties: {
      id: { type: 'string', minLength: 1, maxLength: 200, description: 'Unique.' },
      text: { type: 'string', minLength: 1, maxLength: 100000, description: 'What is remembered.' },
      agentId: {
        type: 'string',
        minLength: 1,
        maxLength: 200,
        description: 'The agent whose memory it is; of the whole tenant when absent.',
      },
      metadata: { type: 'object', maxProperties: 100, description: 'What else is known of it.' },
      createdAt: { type: 'string', format: 'date-time', description: 'When it was first remembered.' },
      updatedAt: { type: 'string', format: 'date-time', description: 'When it was last changed.' },
    },
    required: ['id', 'text', 'createdAt', 'updatedAt'],
    additionalProperties: false,
  },
  'schemas/plugin-manifest.schema.json': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'schemas/plugin-manifest.schema.json',
    title: 'PluginManifest',
    description: 'The `plugin.json` of a plugin.',
    type: 'object',
    properties: {
      $schema: { type: 'string', maxLength: 2048 },
      name: {
        type: 'string',
        pattern: '^[a-z0-9-]+$',
        minLength: 3,
        maxLength: 50,
        description: 'Unlike that of any other plugin here.',
      },
      version: { type: 'string', pattern: '^\\d+\\.\\d+\\.\\d+(-[a-zA-Z0-9.-]+)?$', maxLength: 64 },
      description: { type: 'string', minLength: 1, maxLength: 500, description: 'What it is for, in a sentence.' },
      entry: {
        type: 'string',
        pattern: '^(?!.*\\.\\.)[A-Za-z0-9_-][A-Za-z0-9_./-]*\\.wasm$',
        maxLength: 256,
        description: 'The module, from the folder of this file.',
      },
      permissions: { $ref: 'plugin-permissions.schema.json' },
      hooks: {
        type: 'object',
        properties: {
          onLoad: {
            type: 'string',
            pattern: '^[A-Za-z_][A-Za-z0-9_]{0,99}$',
            description: 'Exported function: When an instance was made; its input is the options.',
          },
          onUnload: {
            type: 'string',
            pattern: '^[A-Za-z_][A-Za-z0-9_]{0,99}$',
            description: 'Exported function: Before an instance is let go of.',
          },
          onUSBAttach: {
            type: 'string',
            pattern: '^[A-Za-z_][A-Za-z0-9_]{0,99}$',
            description: 'Exported function: A device that it may see was attached; its input is `{ device, reason }`.',
          },
          onUSBDetach: {
            type: 'string',
            pattern: '^[A-Za-z_][A-Za-z0-9_]{0,99}$',
            description: 'Exported function: Likewise, detached.',
          },
          onJobReceived: {
            type: 'string',
            pattern: '^[A-Za-z_][A-Za-z0-9_]{0,99}$',
            description:
              'Exported function: A job of a queue that it may work on; its input is `{ id, queue, type, data, attempt }`, its output the result.',
          },
        },
        additionalProperties: false,
      },
      limits: {
        type: 'object',
        properties: {
          call_timeout_ms: {
            type: 'integer',
            minimum: 1,
            maximum: 60000,
            description: 'For one call; 1,000 when absent. An instance that takes longer is ended.',
          },
          max_output_kb: {
            type: 'integer',
            minimum: 1,
            maximum: 16384,
            description: 'Most output of one call, in KiB; 240 when absent, which is what the result of a job holds.',
          },
        },
        additionalProperties: false,
      },
      jobs: {
        type: 'object',
        maxProperties: 64,
        propertyNames: { pattern: '^[a-z][a-z0-9_-]{0,62}\\.[a-z][a-z0-9_-]{0,62}$', maxLength: 128 },
        additionalProperties: { type: 'object' },
        description: 'Job types of its own, each with the JSON Schema of its data; `{}` allows any.',
      },
      events: {
        type: 'object',
        maxProperties: 64,
        propertyNames: { pattern: '^[a-z][a-z0-9_-]{0,62}\\.[a-z][a-z0-9_-]{0,62}$', maxLength: 128 },
        additionalProperties: { type: 'object' },
        description: 'Event types of its own, likewise.',
      },
      signature: {
        type: 'object',
        properties: {
          algorithm: { enum: ['SHA-256'] },
          value: { type: 'string', pattern: '^[a-fA-F0-9]{64}$' },
          signer: { type: 'string', minLength: 1, maxLength: 256, description: 'Who says so; not verified.' },
        },
        required: ['algorithm', 'value'],
        additionalProperties: false,
        description:
          'SHA-256 of this file without `signature` (as JSON, two blanks of indent) and the module: integrity, not authenticity.',
      },
    },
    required: ['name', 'version', 'entry', 'permissions'],
    additionalProperties: false,
  },
  'schemas/plugin-permissions.schema.json': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'schemas/plugin-permissions.schema.json',
    title: 'PluginPermissions',
    description: 'What a plugin asks for, or was granted. What is absent, or an empty list, is nothing at all.',
    type: 'object',
    properties: {
      filesystem: {
        type: 'array',
        maxItems: 32,
        description: 'Folders. Not linked yet: granting it changes nothing.',
        items: {
          type: 'object',
          properties: {
            path: { type: 'string', minLength: 1, maxLength: 1024, description: 'Folder or file.' },
            mode: { enum: ['read', 'write', 'readwrite'] },
          },
          required: ['path', 'mode'],
          additionalProperties: false,
        },
      },
      network: {
        type: 'object',
        properties: {
          outbound: { type: 'array', maxItems: 64, items: { type: 'string', format: 'uri', maxLength: 2048 } },
          inbound: {
            type: 'object',
            properties: {
              port: { type: 'integer', minimum: 1024, maximum: 65535 },
              interface: { enum: ['localhost', 'all'] },
            },
            additionalProperties: false,
          },
        },
        additionalProperties: false,
        description: 'Not linked yet: granting it changes nothing.',
      },
      usb: {
        type: 'object',
        properties: {
          vendor_ids: {
            type: 'array',
            maxItems: 256,
            items: { type: 'string', pattern: '^(0x[0-9a-fA-F]{4}|\\*)$' },
            description: 'Devices of these vendors; `*` for any.',
          },
          product_ids: {
            type: 'array',
            maxItems: 256,
            items: { type: 'string', pattern: '^(0x[0-9a-fA-F]{4}|\\*)$' },
            description: 'Of those, only these products; any when absent.',
          },
          serials: {
            type: 'array',
            maxItems: 256,
            items: { type: 'string', minLength: 1, maxLength: 256, description: 'Serial number.' },
            description: 'Of those, only these serial numbers; any when absent.',
          },
        },
        additionalProperties: false,
        description: 'The devices whose attach and detach it is told of.',
      },
      memory: {
        type: 'object',
        properties: {
          max_heap_mb: {
            type: 'integer',
            minimum: 10,
            maximum: 1024,
            description: 'Most linear memory of one instance, in MiB; 16 when absent.',
          },
          max_workers: {
            type: 'integer',
            minimum: 1,
            maximum: 8,
            description: 'Most instances at once; 1 when absent.',
          },
        },
        additionalProperties: false,
      },
      queue: {
        type: 'array',
        maxItems: 64,
        description: 'Queues. A name alone means both: it may add jobs, and takes jobs if it has `onJobReceived`.',
        items: {
          oneOf: [
            { type: 'string', pattern: '^[a-z0-9-]+$', minLength: 1, maxLength: 63 },
            {
              type: 'object',
              properties: {
                name: { type: 'string', pattern: '^[a-z0-9-]+$', minLength: 1, maxLength: 63 },
                mode: { enum: ['add', 'work', 'both'] },
              },
              required: ['name', 'mode'],
              additionalProperties: false,
              title: 'PluginQueuePermission',
            },
          ],
        },
      },
      kv: {
        type: 'object',
        properties: {
          prefix: {
            type: 'string',
            minLength: 1,
            maxLength: 128,
            description: 'Keys that begin so may be read and written.',
          },
        },
        required: ['prefix'],
        additionalProperties: false,
      },
      events: {
        type: 'array',
        maxItems: 64,
        description: 'Types of events that it may emit.',
        items: { type: 'string', pattern: '^[a-z][a-z0-9_-]{0,62}\\.[a-z][a-z0-9_-]{0,62}$', maxLength: 128 },
      },
      secrets: {
        type: 'array',
        maxItems: 64,
        description: 'Not linked yet: granting it changes nothing.',
        items: { type: 'string', pattern: '^[A-Za-z0-9_.-]+$', maxLength: 128 },
      },
    },
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
