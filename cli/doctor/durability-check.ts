import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Durability, StreamDurability } from '../../proto/generated/graphql.ts';
import { INTERVAL_MS, syncIntervalOf } from '../../runtime/bus/broker/durability-dial.ts';
import { judgeDurability } from '../../runtime/bus/broker/server-durability.ts';
import { systemClock } from '../../runtime/clock/system-clock.ts';
import type { Config } from '../config.ts';
import { compareWithWish, readDurability } from '../up/durability.ts';
import type { CheckContext } from './check.ts';
import { brokerAccess, describeCost } from './durability-cost.ts';
import { fail, type Look, ok, warn } from './look.ts';

const DIAL = 'docs/operations/durability.md has the three positions';

/** What was asked for, what the broker does, each stream where they differ, and what it costs now. */
export async function checkDurability(ctx: CheckContext): Promise<Look> {
  const { config, running } = ctx;
  const isExpected = running.health === undefined && config.natsUrl === null;
  const found = running.health?.durability ?? (await expectDurability(config));
  const cost = await describeCost(config, running, found.replicas);
  const detail = [
    `${found.level}${isExpected ? ', by nats.conf' : ''}: ${found.detail}`,
    `${found.wanted} is asked for${found.isMet === null ? '' : found.isMet ? ', and given' : ', and not given'}`,
    ...describeStreams(found.streams),
    ...(cost === undefined ? [] : [cost]),
  ].join('. ');
  if (found.isMet === false) return fail(detail, adviceFor(found, config));
  if (found.isMet === null) {
    const isUnread = config.natsUrl === null || found.streams.length === 0;
    const next = isUnread
      ? 'look again in a minute, when AutoWeave runs'
      : 'set AUTOWEAVE_NATS_SYSTEM_USER and AUTOWEAVE_NATS_SYSTEM_PASSWORD, so that it can be read';
    return warn(detail, next);
  }
  return found.level === 'UNKNOWN' ? warn(detail, DIAL) : ok(detail);
}

/** What one would get: of an own server what its configuration says, of another what it does now. */
async function expectDurability(config: Config): Promise<Durability> {
  if (config.natsUrl !== null) {
    const account = await brokerAccess(config);
    if (account === undefined) {
      const why = 'no server of AUTOWEAVE_NATS_URL answers';
      return compareWithWish(config.durability, judgeDurability(why, why));
    }
    return readDurability({ ...config, natsUrl: account.url }, undefined, account, systemClock);
  }
  const text = readFileSync(join(config.root, 'nats.conf'), 'utf8');
  const written = /^\s*sync_interval\s*[:=]?\s*"?([^\s"#}]+)/m.exec(text)?.[1];
  const interval = written === '$AUTOWEAVE_NATS_SYNC_INTERVAL' ? syncIntervalOf(config.durability) : written;
  const syncIntervalMs = parseSeconds(interval);
  const judged =
    interval === 'always' || syncIntervalMs !== undefined
      ? judgeDurability({
          servers: [
            {
              server: 'autoweave',
              isSyncedAlways: interval === 'always',
              syncIntervalMs: syncIntervalMs ?? Number.NaN,
            },
          ],
          expected: 1,
        })
      : judgeDurability(
          `nats.conf says sync_interval: ${interval ?? 'nothing'}, and what that does is seen when it runs`,
        );
  return compareWithWish(config.durability, judged);
}

function parseSeconds(text = ''): number | undefined {
  const [, count, unit] = /^(\d+)(ms|s)$/.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * (unit === 's' ? 1_000 : 1);
}

/** One line where all are kept alike; else which are kept how. */
function describeStreams(streams: readonly StreamDurability[]): readonly string[] {
  const kinds = Map.groupBy(streams, ({ storage, replicas, isAsync }) =>
    [storage, replicas === 1 ? '1 replica' : `${replicas} replicas`, ...(isAsync ? ['written late'] : [])].join(', '),
  );
  if (kinds.size < 2) return [];
  return [...kinds].map(([kind, those]) => `${those.map(({ name }) => name).join(', ')}: ${kind}`);
}

function adviceFor({ wanted, replicas }: Durability, { natsUrl }: Config): string {
  if (wanted === 'QUORUM') {
    return replicas === 1 && natsUrl === null
      ? `set AUTOWEAVE_NATS_URL to a cluster of at least 3 servers; ${DIAL}`
      : `see that at least 3 servers of the cluster run, then start AutoWeave again; ${DIAL}`;
  }
  const interval = wanted === 'FSYNC' ? 'always' : `${INTERVAL_MS / 1_000}s`;
  return `set sync_interval to ${interval} in the server’s configuration, or AUTOWEAVE_DURABILITY to what it gives; ${DIAL}`;
}
