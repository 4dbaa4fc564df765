import type { Failure } from '../../runtime/errors/errors.ts';

/** What to do about a failed call of a plugin, by the failure's code; undefined where its message says all. */
export function nextStepOf({ code, message }: Failure, plugin: string): string | undefined {
  // A plugin that does not catch a refusal fails with its text.
  const isDenied = code === 'AW_PLUGIN_DENIED' || (code === 'AW_PLUGIN_ERROR' && /^AW_PLUGIN_DENIED\b/.test(message));
  if (isDenied && message.endsWith('does not ask for it')) {
    return 'if it is to do that, add it to permissions in its plugin.json and load it again';
  }
  if (isDenied)
    return `grant it with autoweave plugin grant ${plugin}: autoweave plugin show ${plugin} says by which name`;
  return NEXT_STEPS[code];
}

const NEXT_STEPS: Readonly<Record<string, string>> = {
  AW_PLUGIN_BUSY: 'call again later, or raise permissions.memory.max_workers in its plugin.json and load it again',
  AW_PLUGIN_MEMORY_EXCEEDED:
    'raise permissions.memory.max_heap_mb in its plugin.json and load it again, or do less in one call',
  AW_PLUGIN_OUTPUT_TOO_LARGE: 'raise limits.max_output_kb in its plugin.json and load it again, or give less',
  AW_PLUGIN_TIMEOUT: 'raise limits.call_timeout_ms in its plugin.json and load it again, or do less in one call',
  AW_PLUGIN_TRAPPED:
    'this is a fault in the plugin: see what it logged, and try the call with autoweave plugin test DIR',
};
