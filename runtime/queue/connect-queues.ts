import { SCHEMAS, SHARED_SCHEMAS } from '../../proto/generated/messages.ts';
import { openActorClient } from '../actor/client.ts';
import { createInspector } from '../actor/inspector.ts';
import { connectNatsBus } from '../bus/nats-bus.ts';
import { systemRandom } from '../clock/random.ts';
import { systemClock } from '../clock/system-clock.ts';
import { createContracts, type JsonSchema } from '../contracts/contracts.ts';
import type { Log } from '../telemetry/log.ts';
import { noTracer } from '../telemetry/spans.ts';
import type { Queues } from './queue-api.ts';
import { openQueues } from './queues.ts';
import type { ScheduleService } from './schedule-api.ts';
import { createSchedules } from './schedules.ts';

export interface ConnectOptions {
  /** Of the NATS server, as `AUTOWEAVE_NATS_URL` has it. */
  readonly url: string;
  readonly user?: string;
  readonly password?: string;
  /** Contents of a NATS credentials file. */
  readonly credentials?: string;
  /** `default` when absent. */
  readonly tenant?: string;
  /** Job types of one's own with the schemas of their data, beside those that come along. */
  readonly schemas?: Readonly<Record<string, JsonSchema>>;
  readonly log?: Log;
}

export interface ConnectedQueues extends Queues {
  /** Schedules, which a running AutoWeave keeps. */
  readonly schedules: ScheduleService;
}

/**
 * Queues for a program of one's own: it adds jobs, or works on them, beside any number of others. Dispose of the result
 * to stop its workers in order.
 *
 * @throws AW_BROKER_UNREACHABLE, AW_BROKER_DENIED, AW_NATS_TOO_OLD, AW_SCHEMA_INVALID
 */
export async function connectQueues(options: ConnectOptions): Promise<ConnectedQueues> {
  const { tenant = 'default', schemas = {}, log, ...access } = options;
  const parts = { clock: systemClock, random: systemRandom, ...(log === undefined ? {} : { log }) };
  const contracts = createContracts(
    SCHEMAS as Record<string, JsonSchema>,
    SHARED_SCHEMAS as Record<string, JsonSchema>,
  );
  for (const [type, schema] of Object.entries(schemas)) contracts.add(type, schema);
  const bus = await connectNatsBus({ ...access, ...parts, name: 'autoweave jobs' });
  try {
    const queues = await openQueues({ bus, tenant, contracts, ...parts });
    const client = openActorClient({ bus, contracts, clock: systemClock, random: systemRandom, tracer: noTracer });
    return {
      ...queues,
      schedules: createSchedules({ client, inspector: createInspector(bus, tenant), contracts, tenant }),
      async [Symbol.asyncDispose]() {
        client[Symbol.dispose]();
        await queues[Symbol.asyncDispose]();
        await bus[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await bus[Symbol.asyncDispose]();
    throw error;
  }
}
