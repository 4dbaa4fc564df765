import { createRequire } from 'node:module';
import { join } from 'node:path';
import { installBullmq } from '../../../scripts/bench/queue/install-bullmq.ts';
import { EFFECT_PREFIX } from './bullmq-client.ts';
import type { ChaosSystem, SystemParts } from './chaos-system.ts';
import type { JobHistory, Outcome } from './job-violations.ts';
import { QUEUE } from './queue-cluster.ts';
import { startChaosRedis } from './redis-server.ts';
import type { ChaosData } from './words.ts';

interface Redis {
  on(event: 'error', listener: (error: Error) => void): unknown;
  xrange(key: string, from: string, to: string): Promise<readonly (readonly [string, readonly string[]])[]>;
  hget(key: string, field: string): Promise<string | null>;
  keys(pattern: string): Promise<readonly string[]>;
  mget(...keys: readonly string[]): Promise<readonly (string | null)[]>;
  llen(key: string): Promise<number>;
  zcard(key: string): Promise<number>;
  info(section: string): Promise<string>;
  quit(): Promise<unknown>;
}

const PREFIX = `bull:${QUEUE}`;

export async function startBullmqSystem(parts: SystemParts): Promise<ChaosSystem> {
  await using stack = new AsyncDisposableStack();
  const { folder, versions } = await installBullmq(parts.signal);
  const server = await startChaosRedis(parts);
  stack.defer(() => server.kill());
  const { Redis: RedisClient } = createRequire(join(folder, 'package.json'))('ioredis') as {
    Redis: new (options: object) => Redis;
  };
  const redis = new RedisClient({ host: '127.0.0.1', port: server.port, maxRetriesPerRequest: null });
  redis.on('error', () => undefined);
  stack.defer(async () => void (await redis.quit().catch(() => undefined)));
  const version = /redis_version:(\S+)/.exec(await redis.info('server'))?.[1] ?? 'of unknown version';
  const owned = stack.move();
  return {
    target: { kind: 'bullmq', folder, port: server.port },
    server,
    versions: `${versions}, redis-server ${version}`,
    look: () => look(redis),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** From its stream of events, which the adders have told to keep them all. */
async function look(redis: Redis): Promise<Omit<JobHistory, 'acknowledged'>> {
  const outcomes: Outcome[] = [];
  const names = new Map<string, string>();
  for (const [, fields] of await redis.xrange(`${PREFIX}:events`, '-', '+')) {
    const { event, jobId: id = '', failedReason = '' } = toRecord(fields);
    if (event !== 'completed' && event !== 'failed') continue;
    if (!names.has(id)) names.set(id, await nameOf(redis, id));
    // Its word for what is AW_JOB_STALLED here.
    const code = /stalled/.test(failedReason) ? 'AW_JOB_STALLED' : failedReason;
    outcomes.push({ id, incarnation: '', state: event, name: names.get(id)!, ...(event === 'failed' ? { code } : {}) });
  }
  const keys = await redis.keys(`${EFFECT_PREFIX}*`);
  const values = keys.length === 0 ? [] : await redis.mget(...keys);
  const effects = new Map(keys.map((key, index) => [key.slice(EFFECT_PREFIX.length), Number(values[index])]));
  const left = await Promise.all([
    redis.llen(`${PREFIX}:wait`),
    redis.llen(`${PREFIX}:active`),
    redis.zcard(`${PREFIX}:delayed`),
    redis.zcard(`${PREFIX}:prioritized`),
  ]);
  return { outcomes, effects, left: left.reduce((sum, count) => sum + count, 0) };
}

async function nameOf(redis: Redis, id: string): Promise<string> {
  const { by, n } = JSON.parse((await redis.hget(`${PREFIX}:${id}`, 'data')) ?? '{}') as Partial<ChaosData>;
  return `${by} ${n}`;
}

function toRecord(fields: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(fields.flatMap((field, index) => (index % 2 === 0 ? [[field, fields[index + 1]!]] : [])));
}
