import type { AgentRun, Event, JobDetail, TraceStep } from '../../proto/generated/graphql.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import { isMessageType } from '../../runtime/message/subjects.ts';
import { openClient } from '../client.ts';
import type { CommandContext } from '../command.ts';
import { OK } from '../exit-code.ts';
import type { GatewayClient } from '../gateway-client.ts';
import type { Column } from '../output.ts';
import { numberOf } from './event-feed.ts';
import { askAbout } from './job-unknown.ts';
import { aboutStep } from './trace-about.ts';
import { wholeId } from './whole-id.ts';

const COLUMNS: readonly Column[] = [
  { title: 'start' },
  { title: 'took' },
  { title: 'step', shrinksTo: 16 },
  { title: 'ok', colour: (text) => (text === 'yes' ? 'green' : 'red') },
  { title: 'about', shrinksTo: 16 },
  { title: 'file', shrinksTo: 16 },
];
/** In fewer columns there is no room for files: they would take it from what says more. */
const FILE_COLUMNS = 120;
const TRACE_ID = /^[0-9a-f]{32}$/;
/** How far back an event is looked for by its id. */
const HISTORY = 1_000;
const SAMPLED = 'OTEL_TRACES_SAMPLER says how much is traced';

interface Events {
  readonly eventHistory: readonly Pick<Event, 'id' | 'type' | 'cursor' | 'traceId'>[];
}

/** `trace ID` */
export async function run(ctx: CommandContext): Promise<number> {
  const client = await openClient(ctx);
  const id = await wholeId(client, ctx.arguments['ID']!);
  const queue = ctx.options.text('queue');
  const find = () => (queue === undefined ? findTrace(client, id) : findTraceOfJob(client, queue, id));
  const traceId = queue === undefined && TRACE_ID.test(id) ? id : await find();
  const { trace } = await client.query<{ trace: readonly TraceStep[] | null }>(
    `query Trace($id: ID!) {
      trace(id: $id) { traceId spanId parentSpanId name startedAt offsetUs durationUs ok file attributes }
    }`,
    { id: traceId },
  );
  if (trace === null) {
    throw new AutoWeaveError('AW_TRACE_UNKNOWN', `Trace "${traceId}" is not known here`, {
      hint: 'AutoWeave keeps recent traces in memory, since its start; others are where OTEL_EXPORTER_OTLP_ENDPOINT sends them',
    });
  }
  if (ctx.isJson) ctx.output.json(trace);
  else show(ctx, trace);
  return OK;
}

function show({ output }: CommandContext, trace: readonly TraceStep[]): void {
  const isNarrow = output.columns !== undefined && output.columns < FILE_COLUMNS;
  output.table(isNarrow ? COLUMNS.slice(0, -1) : COLUMNS, rowsOf(trace));
}

/** The trace that led to what is named: an event by its id or as the last of its type, else a run of an agent. */
async function findTrace(client: GatewayClient, id: string): Promise<string> {
  const { eventHistory } = await client.query<Events>(
    'query History($last: Int) { eventHistory(last: $last) { id type cursor traceId } }',
    { last: HISTORY },
  );
  const event = eventHistory.find((each) => each.id === id || numberOf(each) === id);
  if (event !== undefined) return known(event.traceId, `Event "${id}"`, hintFor(event.type, eventHistory));
  if (isMessageType(id)) return findTraceOfType(client, id, eventHistory);
  const { agentRun } = await client.query<{ agentRun: Pick<AgentRun, 'traceId'> | null }>(
    'query RunTrace($id: ID!) { agentRun(id: $id) { traceId } }',
    { id },
  );
  if (agentRun !== null) return known(agentRun.traceId, `Run "${id}"`);
  throw new AutoWeaveError('AW_TRACE_UNKNOWN', `No recent event and no run of an agent has the id "${id}"`, {
    hint: 'give an id that autoweave events --json or autoweave agent runs shows, or that of a job with --queue QUEUE',
  });
}

async function findTraceOfType(client: GatewayClient, type: string, recent: Events['eventHistory']): Promise<string> {
  const { eventHistory } = await client.query<Events>(
    'query LastOfType($types: [String!]) { eventHistory(last: 1, types: $types) { id type cursor traceId } }',
    { types: [type] },
  );
  const event = eventHistory.at(-1);
  if (event !== undefined) return known(event.traceId, `Event "${event.id}"`, hintFor(type, recent));
  throw new AutoWeaveError('AW_TRACE_UNKNOWN', `There was no event of type "${type}" lately`, {
    hint: 'autoweave events shows the types of what happens',
  });
}

async function findTraceOfJob(client: GatewayClient, queue: string, id: string): Promise<string> {
  const { job } = await askAbout(client, { queue }, () =>
    client.query<{ job: Pick<JobDetail, 'traceId'> | null }>(
      'query JobTrace($queue: String!, $id: ID!) { job(queue: $queue, id: $id) { traceId } }',
      { queue, id },
    ),
  );
  if (job !== null) return known(job.traceId, `Job "${id}"`);
  throw new AutoWeaveError('AW_JOB_UNKNOWN', `Queue "${queue}" has no job "${id}", or keeps it no more`, {
    hint: `autoweave job ls ${queue} shows those that there are`,
  });
}

function known(traceId: string | null, what: string, hint = SAMPLED): string {
  if (traceId !== null) return traceId;
  throw new AutoWeaveError('AW_TRACE_UNKNOWN', `${what} was not traced`, { hint });
}

/** A sampler passes over all, or some of each type; where neither shows, nothing that has a trace led to the event. */
function hintFor(type: string, events: Events['eventHistory']): string {
  const traced = events.filter(({ traceId }) => traceId !== null);
  const isSampled = traced.length === 0 || traced.some((event) => event.type === type);
  return isSampled ? SAMPLED : 'nothing that is traced led to it, as to most other events';
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
  return steps.map((step) => [
    milliseconds(step.offsetUs),
    milliseconds(step.durationUs),
    `${'  '.repeat(depthOf(step.spanId))}${step.name}`,
    step.ok,
    aboutStep(step),
    step.file,
  ]);
}

function milliseconds(microseconds: number): string {
  return `${(microseconds / 1000).toFixed(2)} ms`.padStart(11);
}
