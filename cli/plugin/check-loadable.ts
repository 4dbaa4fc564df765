import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PluginManifest, PluginPermissions } from '../../proto/generated/messages.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import { auditImports, exportedFunctions } from '../../runtime/plugins/import-audit.ts';
import { readManifest } from '../../runtime/plugins/manifest.ts';

/**
 * What a load would refuse of a manifest and its module, all of it at once: faults of the manifest, imports that it asks
 * no permission for, hooks that are not exported. Nothing of the module is run.
 *
 * @throws AW_PLUGIN_MANIFEST_INVALID, AW_PLUGIN_IMPORT_DENIED, AW_PLUGIN_FUNCTION_UNKNOWN: the first, with the words of all
 */
export async function checkLoadable(folder: string, module: Uint8Array): Promise<void> {
  const path = join(folder, 'plugin.json');
  const text = await readFile(path, 'utf8');
  const compiled = new WebAssembly.Module(new Uint8Array(module));
  const sound = attempt(() => readManifest(text, path));
  const written = sound instanceof AutoWeaveError ? (JSON.parse(text) as Partial<PluginManifest>) : sound;
  const faults = [
    ...(sound instanceof AutoWeaveError ? [sound] : []),
    ...findImportFaults(compiled, written),
    ...findHookFaults(compiled, written),
  ];
  const [first] = faults;
  if (first === undefined) return;
  if (faults.length === 1) throw first;
  const lines = faults.map(({ message }) => `  ${message}`);
  throw new AutoWeaveError(first.code, `Cannot use "${folder}"\n${lines.join('\n')}`, {
    hint: 'correct its plugin.json, see docs/guide/plugins.md',
  });
}

/** As much as would satisfy any import. */
const ALL: PluginPermissions = { kv: { prefix: 'any/' }, queue: [{ name: 'any', mode: 'add' }], events: ['any.any'] };

/** An audit ends at the first import that it refuses: so one for each permission, as if the others were there. */
function findImportFaults(module: WebAssembly.Module, manifest: Partial<PluginManifest>): readonly AutoWeaveError[] {
  const asked = soundPermissions(manifest);
  if (asked === undefined) return [];
  const faults = new Map<string, AutoWeaveError>();
  for (const name of ['kv', 'queue', 'events'] as const) {
    const { [name]: _, ...others } = ALL;
    const own = asked[name] === undefined ? {} : { [name]: asked[name] };
    const fault = attempt(() => auditImports(module, { ...others, ...own }));
    if (fault instanceof AutoWeaveError) faults.set(fault.message, fault);
  }
  return [...faults.values()];
}

/** Undefined where they are at fault themselves: what they should have asked for is not known then. */
function soundPermissions({ permissions, events }: Partial<PluginManifest>): PluginPermissions | undefined {
  const bare = { name: 'any', version: '0.0.0', entry: 'any.wasm', permissions, events };
  const read = attempt(() => readManifest(JSON.stringify(bare), 'plugin.json'));
  return read instanceof AutoWeaveError ? undefined : read.permissions;
}

function findHookFaults(
  module: WebAssembly.Module,
  { hooks = {} }: Partial<PluginManifest>,
): readonly AutoWeaveError[] {
  const exported = exportedFunctions(module);
  const missing = Object.entries(hooks ?? {}).filter(
    ([, name]) => typeof name === 'string' && !exported.includes(name),
  );
  return missing.map(
    ([hook, name]) =>
      new AutoWeaveError('AW_PLUGIN_FUNCTION_UNKNOWN', `Hook ${hook} is "${name}", which the module does not export`, {
        hint: 'export it, or correct `hooks` in plugin.json',
      }),
  );
}

function attempt<Result>(act: () => Result): Result | AutoWeaveError {
  try {
    return act();
  } catch (error) {
    if (error instanceof AutoWeaveError) return error;
    throw error;
  }
}
