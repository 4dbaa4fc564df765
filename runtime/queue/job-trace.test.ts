import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer } from '../../test/harness/nats-server.ts';
import { openQueueWorld, untilState } from '../../test/harness/queue-world.ts';
import { until } from '../../test/harness/until.ts';
import { systemClock } from '../clock/system-clock.ts';
import { startTelemetry } from '../telemetry/telemetry.ts';

test('one trace goes from adding through each attempt to what the job sends, and all is counted', async () => {
  await using server = await startTestServer();
  await using telemetry = await startTelemetry({
    serviceName: 'test',
    version: '0',
    host: 'here',
    env: {},
    clock: systemClock,
  });
  const { tracer, instruments } = telemetry;
  await using world = await openQueueWorld(server.url, { tracer, instruments });
  const queue = await world.queues.open('mail', { backoff: { type: 'fixed', delayMs: 1 } });
  const root = tracer.startSpan('test.root');
  const { id } = await queue.add('test.any', {}, { traceparent: root.traceparent });
  root.end();
  await using _worker = await world.queues.startWorker('mail', async (job, ctx) => {
    if (job.attempt === 1) throw new Error('once');
    ctx.emit('counter.added', { by: job.id }, { key: 'k' });
  });
  const done = await untilState(queue, id, 'completed');
  assert.equal(done.traceId, root.traceId);
  const event = await until(() => world.bus.last('EVENTS', 'aw.test.evt.counter.added.k'), 'the effect');
  assert.match(event.headers['traceparent'] ?? '', new RegExp(`^00-${root.traceId}-`));
  const attempts = telemetry.traces.get(root.traceId)?.filter(({ name }) => name === 'job.process');
  assert.deepEqual(
    attempts?.map(({ ok, attributes }) => [ok, attributes['attempt']]),
    [
      [false, 1],
      [true, 2],
    ],
  );

  await queue.counts();
  const metrics = await telemetry.metricsText();
  for (const line of [
    /^jobs_added_total\{queue="mail".*\} 1$/m,
    /^jobs_finished_total\{queue="mail",outcome="completed".*\} 1$/m,
    /^jobs_retried_total\{queue="mail".*\} 1$/m,
    /^job_duration_ms_count\{queue="mail",type="test.any".*\} 2$/m,
    /^queue_jobs\{queue="mail",state="waiting".*\} 0$/m,
  ]) {
    assert.match(metrics, line);
  }
});
