import type { PluginPermissions } from '../../proto/generated/messages.ts';
import { TerminalError } from '../errors/errors.ts';
import { CLASSIC_NAMESPACE, OWN_NAMESPACE } from './host-functions.ts';
import { mayAdd, mayEmitEvents, mayUseKeys } from './permissions.ts';
import { quote } from './quote.ts';

/** What a plugin needs to import a function of ours; `nothing` is for all. */
export type ImportNeed = 'nothing' | 'kv' | 'queue' | 'events';

/** Functions that may be imported from `autoweave`. There are no others: what is not linked can't be called. */
export const OWN_IMPORTS: Readonly<Record<string, ImportNeed>> = {
  input_length: 'nothing',
  input_read: 'nothing',
  output_write: 'nothing',
  error_write: 'nothing',
  log: 'nothing',
  reply_read: 'nothing',
  kv_get: 'kv',
  kv_set: 'kv',
  kv_delete: 'kv',
  queue_add: 'queue',
  event_emit: 'events',
};

/** Those of the classic interface: all of it that stays within the instance, so nothing of HTTP. */
export const CLASSIC_IMPORTS: readonly string[] = [
  'alloc',
  'free',
  'length',
  'length_unsafe',
  'load_u8',
  'load_u64',
  'store_u8',
  'store_u64',
  'input_offset',
  'input_length',
  'input_load_u8',
  'input_load_u64',
  'output_set',
  'error_set',
  'error_get',
  'config_get',
  'var_get',
  'var_set',
  'get_log_level',
  'log_trace',
  'log_debug',
  'log_info',
  'log_warn',
  'log_error',
];

/** The names that a module imports, each once. */
export interface AuditedImports {
  readonly own: readonly string[];
  readonly classic: readonly string[];
}

/**
 * What a module may be linked with.
 *
 * @param requested what its manifest asks for: tells what was not asked for from what was not granted
 * @throws AW_PLUGIN_IMPORT_DENIED with the import, and the permission that is missing
 */
export function auditImports(
  module: WebAssembly.Module,
  effective: PluginPermissions,
  requested: PluginPermissions = effective,
): AuditedImports {
  const own = new Set<string>();
  const classic = new Set<string>();
  for (const { module: namespace, name, kind } of WebAssembly.Module.imports(module)) {
    const shown = `${quote(name)} of ${quote(namespace)}`;
    if (kind !== 'function') throw denied(`the ${kind} ${shown}`, 'only functions can be imported');
    if (namespace === CLASSIC_NAMESPACE && CLASSIC_IMPORTS.includes(name)) classic.add(name);
    else if (namespace === OWN_NAMESPACE && Object.hasOwn(OWN_IMPORTS, name)) {
      const need = OWN_IMPORTS[name]!;
      if (!isMet(need, effective)) throw denied(shown, ...whyNot(need, requested));
      own.add(name);
    } else throw denied(shown, 'there is no such function', hintFor(namespace, name));
  }
  return { own: [...own], classic: [...classic] };
}

/**
 * Names of the functions that a host may call: what it exports, without what toolchains export for themselves
 * (`_start`, `_initialize`, `__new`), and without names that no manifest can hold.
 */
export function exportedFunctions(module: WebAssembly.Module): readonly string[] {
  return WebAssembly.Module.exports(module)
    .filter(({ kind, name }) => kind === 'function' && FUNCTION_NAME.test(name) && !OF_TOOLCHAIN.test(name))
    .map(({ name }) => name);
}

const FUNCTION_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/;
const OF_TOOLCHAIN = /^(?:__|_start$|_initialize$)/;

function isMet(need: ImportNeed, permissions: PluginPermissions): boolean {
  switch (need) {
    case 'nothing':
      return true;
    case 'kv':
      return mayUseKeys(permissions);
    case 'queue':
      return mayAdd(permissions);
    case 'events':
      return mayEmitEvents(permissions);
  }
}

function whyNot(need: ImportNeed, requested: PluginPermissions): [why: string, hint: string] {
  const wanted = need === 'queue' ? '`queue` with mode `add` or `both`' : `\`${need}\``;
  return isMet(need, requested)
    ? [`its permission ${wanted} is not granted`, `grant the plugin its permission ${wanted}`]
    : [`it needs ${wanted} in permissions`, `add ${wanted} to \`permissions\` in its plugin.json`];
}

function hintFor(namespace: string, name: string): string {
  if (namespace.startsWith('wasi')) return 'build it without WASI: there are no files, no clock and no environment';
  if (namespace === CLASSIC_NAMESPACE && name.startsWith('http_')) return 'build it without HTTP: there is no network';
  if (namespace === 'env' && name === 'abort') return 'compile it with a function of your own: --use abort=…';
  return `import from ${quote(OWN_NAMESPACE)} or ${quote(CLASSIC_NAMESPACE)} only`;
}

function denied(what: string, why: string, hint?: string): TerminalError {
  const options = hint === undefined ? {} : { hint };
  return new TerminalError('AW_PLUGIN_IMPORT_DENIED', `Cannot link the module: it imports ${what}; ${why}`, options);
}
