import { defineActor } from '../../runtime/actor/definition.ts';
import { PLUGIN_KV, type PluginValue } from '../../runtime/plugins/plugin-record.ts';

/** One key per key that a plugin has written: its newest value. Writes come with the outcomes of calls, in order. */
export const pluginKv = defineActor({
  name: PLUGIN_KV,
  description: 'A value that plugins keep',
  file: 'actors/plugin/plugin-kv.ts',
  init: (): PluginValue => ({ value: null, write: '' }),
  commands: {
    'plugin-kv.set'(_ctx, state, { data }) {
      state.value = data.value;
      state.write = data.write ?? '';
    },
    // It stays as a key without a value: whoever waits for the write has to find it.
    'plugin-kv.delete'(_ctx, state, { data }) {
      state.value = null;
      state.write = data.write ?? '';
    },
  },
});
