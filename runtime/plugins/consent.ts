import type { PluginPermissions } from '../../proto/generated/messages.ts';
import { AutoWeaveError } from '../errors/errors.ts';
import type { PluginFiles } from './host-api.ts';
import { exceeds } from './permissions.ts';
import type { PluginRecord } from './plugin-record.ts';

/** What was granted to it, where somebody was asked about all that it asks for now. @throws AW_PLUGIN_CONSENT_MISSING */
export function consentTo(
  { manifest, manifestPath }: PluginFiles,
  record: PluginRecord | undefined,
): PluginPermissions {
  const consent = record?.consent?.source === manifestPath ? record.consent : undefined;
  const missing = [...exceeds(manifest.permissions, consent?.requested ?? {})];
  // A name belongs to the folder that had it first: whoever calls it means that one.
  const isOther = consent === undefined && (record?.manifestPath ?? '') !== '' && record?.manifestPath !== manifestPath;
  if (isOther) missing.push(`the name of the plugin at ${record?.manifestPath}`);
  if (missing.length === 0) return consent?.granted ?? {};
  throw new AutoWeaveError(
    'AW_PLUGIN_CONSENT_MISSING',
    `Plugin "${manifest.name}" ${manifest.version} asks for what nobody was asked about: ${missing.join('; ')}`,
    { hint: 'load it with --grant, or grant it on the page of plugins' },
  );
}

export function unsigned(name: string): AutoWeaveError {
  return new AutoWeaveError(
    'AW_PLUGIN_UNSIGNED',
    `Cannot load plugin "${name}": nobody has signed it, and AUTOWEAVE_PLUGIN_SIGNATURES is "require"`,
    { hint: 'for development on one machine, start with --plugin-signatures off (npm start does)' },
  );
}

export function excessive(name: string, beyond: readonly string[]): AutoWeaveError {
  return new AutoWeaveError(
    'AW_PLUGIN_GRANT_EXCESSIVE',
    `Cannot grant plugin "${name}" what it does not ask for: ${beyond.join('; ')}`,
    { hint: 'grant some of what its manifest asks for' },
  );
}

export function renamed(meant: string, name: string, path: string): AutoWeaveError {
  return new AutoWeaveError('AW_PLUGIN_RENAMED', `${path} was plugin "${meant}", and calls itself "${name}" now`, {
    hint: `if that is meant, unload "${meant}" and load it again by its folder`,
  });
}
