import { JetStreamApiError, type JetStreamManager, type StreamConfig } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { AutoWeaveError } from '../errors/errors.ts';
import type { StreamDefinition } from './streams.ts';

/** Where a stream's incarnation stands in its metadata. */
export const INCARNATION = 'autoweave.incarnation';

const STREAM_NOT_FOUND = 10059;
const NAME_IN_USE = 10058;
/** Too few servers, or one that is alone. */
const REPLICAS_REFUSED = new Set([10005, 10074]);

export interface EnsureOptions {
  /**
   * Copies that are wanted. Where there are not enough servers it is one until the next start, which the reading of
   * durability tells; a stream that has more keeps them.
   */
  readonly replicas: number;
  /** The largest message of the limited streams, headers included, in bytes. */
  readonly maxMessageBytes: number;
  /** Given to streams that are made now. */
  readonly newIncarnation: () => string;
}

/**
 * Makes the streams that are missing and updates those whose settings differ; running it again changes nothing.
 *
 * @throws AW_STREAM_REFUSED when the server refuses a setting.
 */
export async function ensureStreams(
  manager: JetStreamManager,
  definitions: readonly StreamDefinition[],
  options: EnsureOptions,
): Promise<void> {
  // A stream is made after the one that it copies from.
  const copies = definitions.filter(({ source }) => source !== undefined);
  const originals = definitions.filter(({ source }) => source === undefined);
  await Promise.all(originals.map((definition) => ensureStream(manager, definition, options)));
  await Promise.all(copies.map((definition) => ensureStream(manager, definition, options)));
}

async function ensureStream(manager: JetStreamManager, definition: StreamDefinition, options: EnsureOptions) {
  const wanted = toConfig(definition, options);
  try {
    const found = await findConfig(manager, definition.name);
    if (found === undefined) {
      const made = { ...wanted, metadata: { [INCARNATION]: options.newIncarnation() } };
      await placeOn(1, made, (config) => addStream(manager, config));
    } else if (found.metadata?.[INCARNATION] === undefined) {
      // To update it would purge what somebody else keeps there.
      throw new AutoWeaveError('AW_STREAM_REFUSED', `Stream ${definition.name} on this server is not AutoWeave's`, {
        hint: 'give AutoWeave a NATS account of its own',
      });
    } else {
      // An operator, or another runtime, may have wanted more copies.
      const settings = {
        ...wanted,
        ...keptSources(wanted, found),
        num_replicas: Math.max(options.replicas, found.num_replicas),
      };
      if (!differs(settings, found)) return;
      await placeOn(found.num_replicas, settings, (config) =>
        manager.streams.update(definition.name, { ...found, ...config }),
      );
    }
  } catch (cause) {
    if (!(cause instanceof JetStreamApiError)) throw cause;
    throw new AutoWeaveError('AW_STREAM_REFUSED', `Cannot set up stream ${definition.name}: ${cause.message}`, {
      hint: 'give the NATS account JetStream with file storage, or remove a stream of that name that is not ours',
      cause,
    });
  }
}

/** What a restore has set: without it all would be copied again from the stream that was restored with it. */
function keptSources({ sources }: Partial<StreamConfig>, found: StreamConfig): Partial<StreamConfig> {
  const kept = found.sources ?? [];
  const bare = kept.map(({ opt_start_seq: _start, ...source }) => source);
  return JSON.stringify(sources) === JSON.stringify(bare) ? { sources: kept } : {};
}

/** With the copies that are wanted or, where the server refuses so many, with as many as there are. */
async function placeOn<Config extends Partial<StreamConfig>>(
  present: number,
  config: Config,
  store: (config: Config) => Promise<unknown>,
): Promise<void> {
  try {
    await store(config);
  } catch (error) {
    const isRefused = error instanceof JetStreamApiError && REPLICAS_REFUSED.has(error.code);
    if (!isRefused || config.num_replicas === present) throw error;
    await store({ ...config, num_replicas: present });
  }
}

async function addStream(manager: JetStreamManager, config: Partial<StreamConfig> & { name: string }): Promise<void> {
  try {
    await manager.streams.add(config);
  } catch (error) {
    // Another process made it between our look and our attempt.
    if (!(error instanceof JetStreamApiError && error.code === NAME_IN_USE)) throw error;
  }
}

async function findConfig(manager: JetStreamManager, name: string): Promise<StreamConfig | undefined> {
  try {
    return (await manager.streams.info(name)).config;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === STREAM_NOT_FOUND) return undefined;
    throw error;
  }
}

function toConfig(definition: StreamDefinition, options: EnsureOptions): Partial<StreamConfig> & { name: string } {
  return {
    name: definition.name,
    description: definition.description,
    subjects: [...definition.subjects],
    storage: 'file',
    retention: definition.isWorkQueue ? 'workqueue' : 'limits',
    discard: 'old',
    num_replicas: options.replicas,
    max_age: nanos(definition.maxAgeMs ?? 0),
    max_bytes: definition.maxBytes ?? -1,
    max_msgs: definition.maxMessages ?? -1,
    max_msgs_per_subject: definition.maxMessagesPerSubject ?? -1,
    max_msg_size: definition.isLimited ? options.maxMessageBytes : -1,
    duplicate_window: nanos(definition.duplicateWindowMs ?? 10_000),
    allow_direct: true,
    allow_atomic: true,
    allow_rollup_hdrs: true,
    ...(definition.hasSchedules ? { allow_msg_schedules: true } : {}),
    ...(definition.hasTtl ? { allow_msg_ttl: true } : {}),
    ...(definition.source
      ? { sources: [{ name: definition.source.name, filter_subject: definition.source.filter }] }
      : {}),
    ...(definition.subjectTransform ? { subject_transform: { ...definition.subjectTransform } } : {}),
  };
}

function differs(wanted: Partial<StreamConfig>, found: StreamConfig): boolean {
  return Object.entries(wanted).some(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(found[name as keyof StreamConfig]),
  );
}
