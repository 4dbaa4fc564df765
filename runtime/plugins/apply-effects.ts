import type { JobContext } from '../queue/queue-api.ts';
import type { PluginEffect } from './host-api.ts';
import { PLUGIN_KV } from './plugin-record.ts';

/** Keeps what a call sends with the outcome of the job that it was made for. Gives the keys that it writes. */
export function applyEffects(
  ctx: Pick<JobContext, 'cast' | 'emit' | 'enqueue'>,
  plugin: string,
  /** By which it is known when a value has taken effect. */
  write: string,
  effects: readonly PluginEffect[],
): readonly string[] {
  /** Of one key only the last value can ever be seen. */
  const values = new Map<string, string | null>();
  for (const effect of effects) {
    switch (effect.kind) {
      case 'kv':
        values.set(effect.key, effect.value);
        break;
      case 'event':
        ctx.emit(effect.type, effect.data, { key: effect.key });
        break;
      case 'job': {
        const { queue, type, data, id, delayMs } = effect;
        ctx.enqueue(queue, type, data, {
          ...(id === undefined ? {} : { id }),
          ...(delayMs === undefined ? {} : { delayMs }),
        });
        break;
      }
    }
  }
  for (const [key, value] of values) {
    if (value === null) ctx.cast(PLUGIN_KV, key, 'plugin-kv.delete', { plugin, write });
    else ctx.cast(PLUGIN_KV, key, 'plugin-kv.set', { plugin, write, value });
  }
  return [...values.keys()];
}
