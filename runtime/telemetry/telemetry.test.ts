import assert from 'node:assert/strict';
import { subscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { Clock } from '../clock/clock.ts';
import { systemClock } from '../clock/system-clock.ts';
import { AutoWeaveError } from '../errors/errors.ts';
import { isSampled } from './spans.ts';
import { startTelemetry, type Telemetry } from './telemetry.ts';

let requestsSent = 0;
subscribe('http.client.request.start', () => {
  requestsSent++;
});

/** Telemetry under these variables alone: the SDK reads the process's own, so they are set there too. */
async function startWith(t: TestContext, variables: Record<string, string>, clock = systemClock): Promise<Telemetry> {
  const clear = () => {
    for (const name of Object.keys(process.env)) if (name.startsWith('OTEL_')) delete process.env[name];
  };
  clear();
  Object.assign(process.env, variables);
  t.after(clear);
  return startTelemetry({
    serviceName: 'autoweave',
    version: '1.2.3',
    host: 'bench-7',
    env: variables,
    clock,
  });
}

async function startCollector(t: TestContext) {
  const received: { path: string; body: Buffer }[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    received.push({ path: request.url ?? '', body: Buffer.concat(chunks) });
    response.setHeader('content-type', request.headers['content-type'] ?? '').end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

test('telemetry keeps a trace with its steps, files and failures, and sends nothing anywhere', async (t) => {
  requestsSent = 0;
  const telemetry = await startWith(t, {});
  const root = telemetry.tracer.startSpan('gateway.mutation', {
    file: 'runtime/gateway/mutation.ts',
    attributes: { field: 'plug' },
  });
  const step = telemetry.tracer.continueSpan('actor.handle', {
    parent: root.traceparent,
    startedAt: systemClock.now() - 50,
  });
  step.set({ actor: 'device', long: 'x'.repeat(2_000) });
  step.fail(new AutoWeaveError('AW_X', 'Cannot do it'));
  step.end();
  step.end();
  root.end();
  await telemetry[Symbol.asyncDispose]();

  assert.ok(isSampled(root.traceparent));
  const steps = telemetry.traces.get(root.traceId);
  assert.deepEqual(
    steps?.map(({ name, ok, file }) => ({ name, ok, file })),
    [
      { name: 'actor.handle', ok: false, file: undefined },
      { name: 'gateway.mutation', ok: true, file: 'runtime/gateway/mutation.ts' },
    ],
  );
  const [handled, mutation] = steps!;
  assert.equal(handled!.parentSpanId, mutation!.spanId);
  assert.equal(handled!.attributes['error.type'], 'AW_X');
  assert.equal(String(handled!.attributes.long).length, 512);
  assert.ok(handled!.durationUs >= 49_000);
  assert.deepEqual(mutation!.attributes, { field: 'plug' });
  assert.equal(requestsSent, 0);
});

test('telemetry does not continue what is not sampled', async (t) => {
  const telemetry = await startWith(t, {});
  const unsampled = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-00`;
  for (const parent of [unsampled, undefined]) {
    const span = telemetry.tracer.continueSpan('x.y', { parent });
    span.end();
    assert.deepEqual([span.isRecording, span.traceparent], [false, parent ?? '']);
  }
  const child = telemetry.tracer.startSpan('x.y', { parent: unsampled });
  assert.equal(isSampled(child.traceparent), false);
  assert.equal(child.traceId, 'a'.repeat(32));
  assert.equal(telemetry.traces.get('a'.repeat(32)), undefined);
  await telemetry[Symbol.asyncDispose]();
});

test('telemetry honours OTEL_TRACES_SAMPLER, still without sending', async (t) => {
  requestsSent = 0;
  const telemetry = await startWith(t, { OTEL_TRACES_SAMPLER: 'always_off' });
  const span = telemetry.tracer.startSpan('x.y');
  span.end();
  assert.equal(span.isRecording, false);
  assert.equal(isSampled(span.traceparent), false);
  await telemetry[Symbol.asyncDispose]();
  assert.equal(requestsSent, 0);
});

test('telemetry gives its metrics as Prometheus text', async (t) => {
  const telemetry = await startWith(t, {});
  const { instruments } = telemetry;
  instruments.httpRequests.add(1, { method: 'GET', route: '/healthz', status: '200' });
  instruments.httpRequests.add(2, { method: 'GET', route: '/healthz', status: '200' });
  instruments.subscriptionsOpen.add(2, { subscription: 'deviceEvents' });
  instruments.subscriptionsOpen.add(-1, { subscription: 'deviceEvents' });
  instruments.diskFree.set(123);
  instruments.handlerDuration.record(7, { actor: 'device' });
  const text = await telemetry.metricsText();
  for (const line of [
    'http_requests_total{method="GET",route="/healthz",status="200"} 3',
    'subscriptions_open{subscription="deviceEvents"} 1',
    'disk_free_bytes 123',
    'broker_reconnects_total 0',
    'handler_duration_ms_bucket{actor="device",le="5"} 0',
    'handler_duration_ms_bucket{actor="device",le="10"} 1',
    '# TYPE http_requests_total counter',
  ]) {
    assert.ok(text.split('\n').includes(line), `${line} is not in\n${text}`);
  }
  assert.match(text, /target_info\{.*service_name="autoweave".*host_name="bench-7"/);
  assert.match(text, /process_resident_memory_bytes \d+/);
  await telemetry[Symbol.asyncDispose]();
});

test('telemetry bounds the series of an instrument', async (t) => {
  const telemetry = await startWith(t, {});
  for (let code = 0; code < 600; code++) telemetry.instruments.deadLetters.add(1, { code: `AW_${code}` });
  const lines = (await telemetry.metricsText()).split('\n').filter((line) => line.startsWith('dead_letters_total{'));
  assert.equal(lines.length, 501);
  assert.ok(lines.includes('dead_letters_total{otel_metric_overflow="true"} 100'));
  await telemetry[Symbol.asyncDispose]();
});

test('telemetry sends spans and metrics to the collector that OTEL_EXPORTER_OTLP_ENDPOINT names', async (t) => {
  const collector = await startCollector(t);
  const telemetry = await startWith(t, {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
  });
  const span = telemetry.tracer.startSpan('device.attach', { file: 'actors/device-watcher/watcher.ts' });
  telemetry.instruments.usbHints.add(5);
  span.end();
  await telemetry[Symbol.asyncDispose]();

  const json = (path: string) =>
    collector.received.filter((one) => one.path === path).map(({ body }) => JSON.parse(body.toString()));
  const [traces] = json('/v1/traces');
  const resource = traces.resourceSpans[0].resource.attributes as { key: string; value: { stringValue?: string } }[];
  assert.equal(resource.find(({ key }) => key === 'service.name')?.value.stringValue, 'autoweave');
  const [sent] = traces.resourceSpans[0].scopeSpans[0].spans;
  assert.equal(sent.name, 'device.attach');
  assert.equal(sent.traceId, span.traceId);
  assert.deepEqual(sent.attributes, [
    { key: 'code.file.path', value: { stringValue: 'actors/device-watcher/watcher.ts' } },
  ]);
  const metric = json('/v1/metrics')
    .flatMap((one) => one.resourceMetrics[0].scopeMetrics.flatMap((scope: { metrics: unknown[] }) => scope.metrics))
    .find((one) => one.name === 'usb_hints_total');
  assert.equal(Number(metric.sum.dataPoints[0].asInt ?? metric.sum.dataPoints[0].asDouble), 5);
  assert.equal(telemetry.traces.get(span.traceId)?.length, 1);
});

test('telemetry sends protobuf unless told otherwise, and OTEL_SERVICE_NAME wins', async (t) => {
  const collector = await startCollector(t);
  const telemetry = await startWith(t, {
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/traces`,
    OTEL_SERVICE_NAME: 'another-name',
  });
  telemetry.tracer.startSpan('device.attach').end();
  await telemetry[Symbol.asyncDispose]();
  assert.deepEqual(
    collector.received.map(({ path }) => path),
    ['/traces'],
  );
  const { body } = collector.received[0]!;
  assert.ok(body.includes('device.attach') && body.includes('another-name'));
});

test('telemetry closes in time when its collector is gone', async (t) => {
  const variables = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', OTEL_EXPORTER_OTLP_TIMEOUT: '2500' };
  const [asked, time] = [Promise.withResolvers<number>(), Promise.withResolvers<void>()];
  const clock: Clock = {
    ...systemClock,
    sleep(delayMs) {
      asked.resolve(delayMs);
      return time.promise;
    },
  };
  const telemetry = await startWith(t, variables, clock);
  telemetry.tracer.startSpan('device.attach').end();
  const closing = telemetry[Symbol.asyncDispose]();
  assert.equal(await asked.promise, 2_000);
  // The exporter tries for longer: that its time is over is what ends the wait.
  time.resolve();
  await closing;
});
