import { context, type Meter, metrics, type Tracer as OtelTracer, propagation, trace } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { Clock } from '../clock/clock.ts';
import { systemRandom } from '../clock/random.ts';
import { type ExportSettings, exportSettings, hasOtelVariables } from './export-settings.ts';
import type { Instruments } from './instruments.ts';
import { createInstruments } from './otel-instruments.ts';
import { createTracer } from './otel-tracer.ts';
import { createPreciseTime } from './precise-time.ts';
import type { Tracer } from './spans.ts';
import { createTraceStore, type TraceStore } from './trace-store.ts';

export interface TelemetryOptions {
  readonly serviceName: string;
  readonly version: string;
  readonly host: string;
  /** Decides what is exported. The SDK reads all other `OTEL_…` variables from the process itself. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
}

export interface Telemetry extends AsyncDisposable {
  readonly tracer: Tracer;
  readonly instruments: Instruments;
  readonly traces: TraceStore;
  /** All metrics in Prometheus' text format. */
  metricsText(): Promise<string>;
}

/** Time for what is left to be exported at the end; an exporter whose collector is gone would take 10 s. */
const SHUTDOWN_MS = 2_000;

/**
 * Starts OpenTelemetry, once per process: it lives in globals. Closing it sends what is left, in a bounded time.
 *
 * Two metric providers, because the SDK's takes its readers either from the environment or from us: ours always, for
 * `/metrics`; the SDK's when metrics are exported.
 */
export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const { serviceName, version, host, env, clock } = options;
  // Loaded here and not above: together they are the heaviest thing the runtime imports.
  const [{ defaultResource, resourceFromAttributes }, { MeterProvider }, prometheus] = await Promise.all([
    import('@opentelemetry/resources'),
    import('@opentelemetry/sdk-metrics'),
    import('@opentelemetry/exporter-prometheus'),
  ]);
  const resource = defaultResource().merge(
    resourceFromAttributes({
      'service.name': serviceName,
      'service.version': version,
      'service.instance.id': systemRandom.uuid(),
      'host.name': host,
      'process.pid': process.pid,
    }),
  );
  const exported = exportSettings(env);
  const sdk = hasOtelVariables(env) ? await startSdk(resource, exported) : await startTracing(resource);

  // A reader like any other, which makes a server but never lets it listen.
  const reader = new prometheus.PrometheusExporter({ preventServerStart: true });
  const serializer = new prometheus.PrometheusSerializer('', false, undefined, false, true);
  const provider = new MeterProvider({ resource, readers: [reader] });
  const meters = [provider.getMeter(serviceName), ...(exported.metrics ? [metrics.getMeter(serviceName)] : [])];
  const instruments = createInstruments(meters);
  for (const meter of meters) observeProcess(meter);

  const traces = createTraceStore();
  return {
    tracer: createTracer(sdk.getTracer(serviceName, version), traces, createPreciseTime(clock)),
    instruments,
    traces,
    async metricsText() {
      const { resourceMetrics } = await reader.collect();
      return serializer.serialize(resourceMetrics);
    },
    async [Symbol.asyncDispose]() {
      const isOver = new AbortController();
      await Promise.race([
        // What could not be sent at the end is lost; nobody is left who could send it again.
        Promise.allSettled([sdk.shutdown(), provider.shutdown()]),
        clock.sleep(SHUTDOWN_MS, isOver.signal).catch(() => undefined),
      ]);
      isOver.abort();
    },
  };
}

interface Sdk {
  getTracer(name: string, version: string): OtelTracer;
  shutdown(): Promise<void>;
}

/** Does whatever the `OTEL_…` variables say. It brings every exporter there is: 11 MB and 140 ms. */
async function startSdk(resource: Resource, exported: ExportSettings): Promise<Sdk> {
  const [{ NodeSDK }, { envDetector }] = await Promise.all([
    import('@opentelemetry/sdk-node'),
    import('@opentelemetry/resources'),
  ]);
  const sdk = new NodeSDK({
    resource,
    // OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME win over ours; command line and machine id stay out.
    resourceDetectors: [envDetector],
    logRecordProcessors: [],
    ...(exported.traces ? {} : { spanProcessors: [keepTracing] }),
    ...(exported.metrics ? {} : { metricReaders: [] }),
  });
  sdk.start();
  return {
    getTracer: (name, version) => trace.getTracer(name, version),
    async shutdown() {
      await sdk.shutdown();
      for (const api of [trace, metrics, context, propagation]) api.disable();
    },
  };
}

/** What the SDK would start when no variable is set, less the exporters: every trace is sampled and kept here only. */
async function startTracing(resource: Resource): Promise<Sdk> {
  const { TracerProvider } = await import('@opentelemetry/sdk-trace');
  return new TracerProvider({ resource });
}

/** Without any processor the SDK would make no spans, and the trace store would hear of none. */
const keepTracing = {
  onStart: () => {},
  onEnd: () => {},
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
};

function observeProcess(meter: Meter): void {
  meter
    .createObservableGauge('process_resident_memory_bytes', { description: 'Resident memory of the runtime' })
    .addCallback((result) => result.observe(process.memoryUsage.rss()));
  meter
    .createObservableCounter('process_cpu_seconds_total', { description: 'CPU time that the runtime has used' })
    .addCallback((result) => {
      const { user, system } = process.cpuUsage();
      result.observe((user + system) / 1e6);
    });
}
