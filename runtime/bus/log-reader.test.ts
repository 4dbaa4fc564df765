import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection, type SubscriptionOptions } from '@nats-io/transport-node';
import { connectTestBus } from '../../test/harness/actor-world.ts';
import { startTestServer, type TestServer } from '../../test/harness/nats-server.ts';
import { until } from '../../test/harness/until.ts';
import type { Clock } from '../clock/clock.ts';
import { systemClock } from '../clock/system-clock.ts';
import { noLog } from '../telemetry/log.ts';
import type { Bus } from './bus.ts';
import { readLog } from './log-reader.ts';

const BYTES = 900_000;
/** More than three times what one pull may bring. */
const MESSAGES = 60;

let server: TestServer;
let bus: Bus;
let connection: NatsConnection;

before(async () => {
  server = await startTestServer();
  bus = await connectTestBus(server.url);
  connection = await connect({ servers: server.url });
});
after(async () => {
  await connection.close();
  await bus[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

/** A clock whose timers fire when the test says so. */
function createStoppedClock() {
  let time = 0;
  const scheduled = new Set<() => void>();
  const clock: Clock = {
    ...systemClock,
    monotonic: () => time,
    schedule(_delayMs, callback) {
      scheduled.add(callback);
      return () => scheduled.delete(callback);
    },
  };
  const advance = (durationMs: number) => {
    time += durationMs;
    for (const callback of [...scheduled]) {
      scheduled.delete(callback);
      callback();
    }
  };
  return { clock, advance };
}

/** The connection, and whether all that was pulled over it has come: a pull ends with a 409 once its bytes are used up. */
function createPullCounter() {
  let begun = 0;
  let ended = 0;
  const counting: NatsConnection = Object.create(connection, {
    publish: {
      value(...[subject, ...rest]: Parameters<NatsConnection['publish']>) {
        if (subject.startsWith('$JS.API.CONSUMER.MSG.NEXT.')) begun++;
        connection.publish(subject, ...rest);
      },
    },
    subscribe: {
      value(subject: string, { callback, ...options }: SubscriptionOptions) {
        return connection.subscribe(subject, {
          ...options,
          callback(error, message) {
            callback?.(error, message);
            if (message.headers?.code === 409) ended++;
          },
        });
      },
    },
  });
  return { connection: counting, isIdle: () => begun >= 2 && begun === ended };
}

test('a reader whose caller takes its time is not taken for a silent one', async () => {
  for (let n = 0; n < MESSAGES; n++) {
    await bus.commit('STATE', [{ subject: `aw.test.state.0.large.k${n}`, body: new Uint8Array(BYTES) }]);
  }
  const manager = await jetstreamManager(connection, { checkAPI: false });
  const { clock, advance } = createStoppedClock();
  const broken: unknown[] = [];
  const log = { ...noLog, warn: (_event: string, attributes: unknown) => void broken.push(attributes) };
  const ending = new AbortController();
  const pulls = createPullCounter();
  const parts = { connection: pulls.connection, manager, clock, log, onReconnect: () => () => {} };
  const bunches = readLog(parts, 'STATE', { from: 1, signal: ending.signal });
  const sequences = (await bunches.next()).value!.map(({ sequence }) => sequence);
  await until(() => pulls.isIdle(), 'the reader to have its fill, and to ask for no more');
  for (let passed = 0; passed < 5; passed++) advance(2_000);
  while (sequences.length < MESSAGES) sequences.push(...(await bunches.next()).value!.map(({ sequence }) => sequence));
  assert.deepEqual(broken, []);
  assert.deepEqual(
    sequences,
    Array.from({ length: MESSAGES }, (_, n) => n + 1),
  );
  ending.abort();
  await bunches.return();
});
