import { join } from 'node:path';
import type { Bus } from '../../runtime/bus/bus.ts';
import type { Clock } from '../../runtime/clock/clock.ts';
import type { MemoryService } from '../../runtime/gateway/memory-service.ts';
import type { Child, ExitReason } from '../../runtime/supervisor/child.ts';
import type { Instruments } from '../../runtime/telemetry/instruments.ts';
import type { Log } from '../../runtime/telemetry/log.ts';
import { startMemoryProjection } from './memory-projection.ts';
import { createMemoryService } from './memory-service.ts';
import { openSqliteIndex } from './sqlite-index.ts';

export interface MemoryParts {
  readonly bus: Bus;
  readonly tenant: string;
  /** Where the index stands, as `memory.sqlite`. */
  readonly dataDirectory: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly instruments?: Instruments;
}

/** It ends by itself when its index can't be kept at work. */
export interface RunningMemory extends Child {
  readonly service: MemoryService;
}

/** Begins to follow what actors remember. Does not wait for it: a search says what is missing. */
export function startMemory(parts: MemoryParts): RunningMemory {
  const { dataDirectory, clock, log } = parts;
  const index = openSqliteIndex({ file: join(dataDirectory, 'memory.sqlite'), clock, log });
  const projection = startMemoryProjection({ ...parts, index });
  const exit = Promise.withResolvers<ExitReason>();
  let isStopped = false;

  const stop = async (reason: ExitReason): Promise<void> => {
    if (isStopped) return void (await exit.promise);
    isStopped = true;
    await projection[Symbol.asyncDispose]();
    await index[Symbol.asyncDispose]();
    exit.resolve(reason);
  };
  void index.broken.then((error) => stop({ kind: 'error', error }));

  return {
    service: createMemoryService({ ...parts, index, projection }),
    exited: exit.promise,
    [Symbol.asyncDispose]: () => stop({ kind: 'normal' }),
  };
}
