import { hostname } from 'node:os';
import { join } from 'node:path';
import { DURABILITY_DIAL } from '../runtime/bus/broker/durability-dial.ts';
import {
  command,
  integer,
  list,
  matching,
  natsUrl,
  oneOf,
  onOrOff,
  optional,
  path,
  type ValueKind,
} from './config-values.ts';

/** One value of the configuration, as data: `config.ts` reads all of them by this table, and nothing else reads any. */
export interface ConfigEntry<Value = unknown> {
  readonly env: `AUTOWEAVE_${string}`;
  /** The flag of `autoweave up` that says the same; it wins over the environment. */
  readonly flag?: string;
  readonly kind: ValueKind<Value>;
  readonly default: (ctx: { readonly root: string }) => Value;
  readonly description: string;
  /** Never shown. */
  readonly isSecret?: true;
}

const host = matching(/^[A-Za-z0-9_.:[\]-]{1,255}$/, 'an address or a host name');
const name = matching(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'up to 63 of a-z, 0-9, "-" and "_", not beginning with "-" or "_"');
const text = matching(/^[^\0]+$/, 'any text');

function define<Value>(entry: ConfigEntry<Value>): ConfigEntry<Value> {
  return entry;
}

const none = () => null;

export const CONFIG_ENTRIES = {
  port: define({
    env: 'AUTOWEAVE_PORT',
    flag: '--port',
    kind: integer(0, 65_535),
    default: () => 4000,
    description: 'Port of the gateway and the UI; 0 takes any that is free',
  }),
  bind: define({
    env: 'AUTOWEAVE_BIND',
    kind: host,
    default: () => '127.0.0.1',
    description: 'Address that the gateway listens on',
  }),
  data: define({
    env: 'AUTOWEAVE_DATA',
    flag: '--data',
    kind: path,
    default: ({ root }) => join(root, '.autoweave', 'data'),
    description: 'Data directory: the log, the token and the broker’s files',
  }),
  natsUrl: define({
    env: 'AUTOWEAVE_NATS_URL',
    kind: optional(natsUrl),
    default: none,
    description: 'Existing NATS server or cluster to join; without it one is started and kept',
  }),
  natsCreds: define({
    env: 'AUTOWEAVE_NATS_CREDS',
    kind: optional(path),
    default: none,
    description: 'Credentials file for AUTOWEAVE_NATS_URL',
  }),
  natsUser: define({
    env: 'AUTOWEAVE_NATS_USER',
    kind: optional(text),
    default: none,
    description: 'User for AUTOWEAVE_NATS_URL',
  }),
  natsPassword: define({
    env: 'AUTOWEAVE_NATS_PASSWORD',
    kind: optional(text),
    default: none,
    description: 'Password for AUTOWEAVE_NATS_URL',
    isSecret: true,
  }),
  natsSystemUser: define({
    env: 'AUTOWEAVE_NATS_SYSTEM_USER',
    kind: optional(text),
    default: none,
    description: 'User of the system account there, to read how durable it really is',
  }),
  natsSystemPassword: define({
    env: 'AUTOWEAVE_NATS_SYSTEM_PASSWORD',
    kind: optional(text),
    default: none,
    description: 'Password of that user',
    isSecret: true,
  }),
  durability: define({
    env: 'AUTOWEAVE_DURABILITY',
    kind: oneOf(DURABILITY_DIAL),
    default: () => 'fsync' as const,
    description: 'What an acknowledgement is to be worth; what it really is worth is read from the broker',
  }),
  tenant: define({
    env: 'AUTOWEAVE_TENANT',
    kind: name,
    default: () => 'default',
    description: 'Tenant that devices of this host belong to',
  }),
  hostname: define({
    env: 'AUTOWEAVE_HOSTNAME',
    kind: matching(/^[^\0]{1,253}$/, 'a name of up to 253 characters'),
    default: () => hostname() || 'localhost',
    description: 'Name under which this host reports its devices',
  }),
  logLevel: define({
    env: 'AUTOWEAVE_LOG_LEVEL',
    flag: '--log-level',
    kind: oneOf(['debug', 'info', 'warn', 'error', 'silent']),
    default: () => 'info' as const,
    description: 'The least level that is logged',
  }),
  logFormat: define({
    env: 'AUTOWEAVE_LOG_FORMAT',
    kind: oneOf(['auto', 'pretty', 'json']),
    default: () => 'auto' as const,
    description: 'Form of the log; auto is pretty on a terminal and JSON elsewhere',
  }),
  usb: define({
    env: 'AUTOWEAVE_USB',
    flag: '--no-usb',
    kind: onOrOff,
    default: () => true,
    description: 'Whether real USB devices are watched; virtual ones always can be plugged',
  }),
  usbSettleMs: define({
    env: 'AUTOWEAVE_USB_SETTLE_MS',
    kind: integer(0, 10_000),
    default: () => 75,
    description: 'How long after a hint the bus is left alone before it is read, in milliseconds',
  }),
  usbPollMs: define({
    env: 'AUTOWEAVE_USB_POLL_MS',
    kind: integer(100, 600_000),
    default: () => 5_000,
    description: 'How often the bus is read without any hint, in milliseconds',
  }),
  watcherCommand: define({
    env: 'AUTOWEAVE_WATCHER_COMMAND',
    kind: command,
    default: () => [] as readonly string[],
    description: 'What is put before the command of the device watcher’s process',
  }),
  actors: define({
    env: 'AUTOWEAVE_ACTORS',
    flag: '--actor',
    kind: list(path),
    default: () => [] as readonly string[],
    description: 'Files with actors of your own',
  }),
  workers: define({
    env: 'AUTOWEAVE_WORKERS',
    flag: '--worker',
    kind: list(path),
    default: () => [] as readonly string[],
    description: 'Files with workers of your own',
  }),
  plugins: define({
    env: 'AUTOWEAVE_PLUGINS',
    flag: '--plugins',
    kind: list(path),
    default: ({ root }) => [join(root, 'plugins-wasm')] as readonly string[],
    description: 'Folders that are looked at for plugins, and for their changes',
  }),
  pluginSignatures: define({
    env: 'AUTOWEAVE_PLUGIN_SIGNATURES',
    flag: '--plugin-signatures',
    kind: oneOf(['require', 'off']),
    default: () => 'require' as const,
    description: 'Whether plugins must be signed; off also loads unsigned ones, for development on one machine',
  }),
  allowedHosts: define({
    env: 'AUTOWEAVE_ALLOWED_HOSTS',
    kind: list(host),
    default: () => [] as readonly string[],
    description: 'Names under which the gateway answers, beside the loopback ones',
  }),
  token: define({
    env: 'AUTOWEAVE_TOKEN',
    kind: optional(matching(/^[A-Za-z0-9_.~-]{16,512}$/, '16 to 512 of A-Z, a-z, 0-9, "_", ".", "~" and "-"')),
    default: none,
    description: 'Access token; without it one is generated and kept in the data directory',
    isSecret: true,
  }),
  minFreeDiskMb: define({
    env: 'AUTOWEAVE_MIN_FREE_DISK_MB',
    kind: integer(0, 10_000_000),
    default: () => 64,
    description: 'Nothing new is accepted while less is free on the disk of the data directory, in megabytes',
  }),
} as const;

export type ConfigName = keyof typeof CONFIG_ENTRIES;

/** Variables that others read: the CLI's commands that speak to a running AutoWeave. */
export const OTHER_VARIABLES = ['AUTOWEAVE_URL'] as const;
