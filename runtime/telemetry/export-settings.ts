/** Which signals the standard environment variables ask to be sent somewhere. */
export interface ExportSettings {
  readonly traces: boolean;
  readonly metrics: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * A signal is exported when an exporter is named for it (`none` names none), or when an OTLP endpoint is set for it or
 * for all. The SDK by itself would send to a collector on this machine whether there is one or not.
 */
export function exportSettings(env: Environment): ExportSettings {
  if (isTrue(env.OTEL_SDK_DISABLED)) return { traces: false, metrics: false };
  return { traces: isAsked(env, 'TRACES'), metrics: isAsked(env, 'METRICS') };
}

/** True when any variable of OpenTelemetry is set, so that its SDK has something to honour. */
export function hasOtelVariables(env: Environment): boolean {
  return Object.entries(env).some(([name, value]) => name.startsWith('OTEL_') && isSet(value));
}

function isAsked(env: Environment, signal: 'TRACES' | 'METRICS'): boolean {
  const exporters = (env[`OTEL_${signal}_EXPORTER`] ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  if (exporters.length > 0) return !exporters.includes('none');
  return isSet(env.OTEL_EXPORTER_OTLP_ENDPOINT) || isSet(env[`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`]);
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value.trim() !== '';
}

function isTrue(value: string | undefined): boolean {
  return value?.trim().toLowerCase() === 'true';
}
