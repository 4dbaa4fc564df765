import type { DeviceEvent, TraceStep } from '../../proto/generated/graphql.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import { openClient } from '../client.ts';
import type { CommandContext } from '../command.ts';
import { OK } from '../exit-code.ts';
import type { GatewayClient } from '../gateway-client.ts';
import type { Column } from '../output.ts';

const COLUMNS: readonly Column[] = [
  { title: 'start' },
  { title: 'took' },
  { title: 'step', shrinksTo: 16 },
  { title: 'ok', colour: (text) => (text === 'yes' ? 'green' : 'red') },
  { title: 'file', shrinksTo: 16 },
];
/** How far back an event is looked for by its id. */
const HISTORY = 1_000;

/** `trace ID` */
export async function run(ctx: CommandContext): Promise<number> {
  const id = ctx.arguments['ID']!;
  const client = await openClient(ctx);
  const traceId = /^[0-9a-f]{32}$/.test(id) ? id : await findTraceOfEvent(client, id);
  const { trace } = await client.query<{ trace: readonly TraceStep[] | null }>(
    `query Trace($id: ID!) {
      trace(id: $id) { traceId spanId parentSpanId name startedAt offsetUs durationUs ok file attributes }
    }`,
    { id: traceId },
  );
  if (trace === null) {
    throw new AutoWeaveError('AW_TRACE_UNKNOWN', `Trace "${traceId}" is not known here`, {
      hint: 'only recent traces are kept; older ones are where OTEL_EXPORTER_OTLP_ENDPOINT sends them',
    });
  }
  if (ctx.isJson) ctx.output.json(trace);
  else ctx.output.table(COLUMNS, rowsOf(trace));
  return OK;
}

async function findTraceOfEvent(client: GatewayClient, id: string): Promise<string> {
  const { deviceHistory } = await client.query<{ deviceHistory: readonly Pick<DeviceEvent, 'id' | 'traceId'>[] }>(
    'query History($last: Int) { deviceHistory(last: $last) { id traceId } }',
    { last: HISTORY },
  );
  const traceId = deviceHistory.find((event) => event.id === id)?.traceId;
  if (typeof traceId === 'string') return traceId;
  throw new AutoWeaveError('AW_TRACE_UNKNOWN', `No recent event "${id}" has a trace`, {
    hint: 'give the id of a recent event, as autoweave device watch --json shows it, or a trace id',
  });
}

/** Steps in order of their start, each moved in below the one that called it. */
function rowsOf(steps: readonly TraceStep[]): readonly (readonly unknown[])[] {
  const parents = new Map(steps.map(({ spanId, parentSpanId }) => [spanId, parentSpanId]));
  const depthOf = (spanId: string): number => {
    let depth = 0;
    for (let at = parents.get(spanId); at != null && parents.has(at) && depth < steps.length; at = parents.get(at))
      depth++;
    return depth;
  };
  return steps.map(({ spanId, offsetUs, durationUs, name, ok, file }) => [
    milliseconds(offsetUs),
    milliseconds(durationUs),
    `${'  '.repeat(depthOf(spanId))}${name}`,
    ok,
    file,
  ]);
}

function milliseconds(microseconds: number): string {
  return `${(microseconds / 1000).toFixed(2)} ms`.padStart(11);
}
