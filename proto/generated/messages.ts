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

/** A JSON Schema as `proto/` has it; references lead to another schema's `$id`. */
export interface JsonSchema {
  readonly $id: string;
  readonly [keyword: string]: unknown;
}

/** By message type. */
export const SCHEMAS: Readonly<Record<keyof MessageData, JsonSchema>> = {
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
};

/** What messages refer to, by `$id`. */
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
