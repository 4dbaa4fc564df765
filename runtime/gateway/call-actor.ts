import { AutoWeaveError } from '../errors/errors.ts';
import type { GatewayContext } from './resolver.ts';
import type { SendOptions } from './services.ts';

export interface ActorCall {
  readonly actor: string;
  readonly key: string;
  readonly type: string;
  readonly data: unknown;
  /** The time of a call as the gateway has it when absent. */
  readonly timeoutMs?: number | undefined;
}

/**
 * An actor's reply to a command of the client's tenant.
 *
 * @param traceparent of the mutation; empty when nothing is traced
 * @throws AutoWeaveError with the actor's code, AW_CALL_TIMEOUT
 */
export async function callActor(call: ActorCall, ctx: GatewayContext, traceparent: string): Promise<unknown> {
  const { actor, key, type, data, timeoutMs } = call;
  const { services, tenant, limits, closing } = ctx;
  return await services.call({ tenant, actor, key }, type, data, {
    ...traceOf(traceparent),
    timeoutMs: timeoutMs ?? limits.callMs,
    // Not ended with the request: what was sent is done, whether its sender still listens or not.
    signal: closing,
  });
}

/**
 * The time that a client gives a call.
 *
 * @throws AW_ARGUMENT_INVALID
 */
export function callTime(asked: number | null | undefined, { limits }: GatewayContext): number {
  const { callMs, longestCallMs } = limits;
  const timeoutMs = asked ?? callMs;
  if (timeoutMs >= 1 && timeoutMs <= longestCallMs) return timeoutMs;
  throw new AutoWeaveError('AW_ARGUMENT_INVALID', `Cannot wait ${timeoutMs} ms: "timeoutMs" is 1 to ${longestCallMs}`);
}

export function traceOf(traceparent: string): SendOptions {
  return traceparent === '' ? {} : { traceparent };
}
