import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exportSettings, hasOtelVariables } from './export-settings.ts';

test('exportSettings sends nothing unless a variable asks for it', () => {
  const table: [Record<string, string>, boolean, boolean][] = [
    [{}, false, false],
    [{ OTEL_SERVICE_NAME: 'x', OTEL_TRACES_SAMPLER: 'always_on' }, false, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }, true, true],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: ' ' }, false, false],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector:4318/v1/traces' }, true, false],
    [{ OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://collector:4318/v1/metrics' }, false, true],
    [{ OTEL_TRACES_EXPORTER: 'otlp' }, true, false],
    [{ OTEL_TRACES_EXPORTER: 'console', OTEL_METRICS_EXPORTER: 'none' }, true, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318', OTEL_TRACES_EXPORTER: 'none' }, false, true],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318', OTEL_SDK_DISABLED: 'true' }, false, false],
  ];
  for (const [env, traces, metrics] of table) {
    assert.deepEqual(exportSettings(env), { traces, metrics }, JSON.stringify(env));
  }
});

test('hasOtelVariables sees any variable of OpenTelemetry that holds something', () => {
  assert.equal(hasOtelVariables({ PATH: '/bin', OTEL_TRACES_SAMPLER: '' }), false);
  assert.equal(hasOtelVariables({ OTEL_TRACES_SAMPLER: 'always_off' }), true);
});
