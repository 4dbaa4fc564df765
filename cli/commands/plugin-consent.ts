import type { Plugin } from '../../proto/generated/graphql.ts';
import type { PluginPermissions } from '../../proto/generated/messages.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import { namesOf, notAskedFor, pick } from '../../runtime/plugins/take-back.ts';
import type { CommandContext } from '../command.ts';
import { didYouMean } from '../did-you-mean.ts';
import { sanitize } from '../text.ts';
import { wrongValue } from './job-values.ts';
import { permissionLines } from './plugin-view.ts';

/** Permissions by capability, as in a manifest. */
export type Permissions = Readonly<Record<string, unknown>>;

export function requestedBy({ permissions }: Plugin): Permissions {
  return permissions.requested as Permissions;
}

/**
 * Shows what a plugin asks for and asks the person on the terminal. Resolves with all of it once they have agreed.
 *
 * @throws AW_PLUGIN_CONSENT_MISSING where nobody can be asked, AW_NOT_CONFIRMED for a no
 */
export async function askConsent({ ask, output }: CommandContext, plugin: Plugin, how: string): Promise<Permissions> {
  const lines = permissionLines(plugin.permissions);
  if (ask === undefined) {
    throw new AutoWeaveError('AW_PLUGIN_CONSENT_MISSING', `Plugin "${plugin.id}" asks for this: ${lines.join('; ')}`, {
      hint: `there is no terminal to ask on: give ${how}`,
    });
  }
  output.note(`${plugin.id} asks for this:`);
  // Of one that was asked about before only the new part is news.
  const isKnown = plugin.permissions.granted !== null;
  lines.forEach((line, index) => {
    const isNew = !plugin.permissions.items[index]!.isGranted;
    output.note(isKnown ? `  ${isNew ? 'new  ' : '     '}${line}` : `  ${line}`);
  });
  const answer = await ask('Grant and load? [y/N] ');
  if (/^y(es)?$/i.test(answer.trim())) return requestedBy(plugin);
  throw new AutoWeaveError('AW_NOT_CONFIRMED', `Plugin "${plugin.id}" was granted nothing and not loaded`, {
    hint: 'autoweave plugin load DIR --grant-only CAPABILITY grants a part of it',
  });
}

/**
 * Of what a plugin asks for, what is named as `plugin show` does, or by what that begins with.
 *
 * @throws AW_CLI_USAGE for one that it does not ask for
 */
export function pickPermissions(
  what: string,
  { name, permissions }: Plugin,
  capabilities: readonly string[],
): Permissions {
  const requested = permissions.requested as PluginPermissions;
  for (const capability of capabilities) {
    if (!notAskedFor(requested, capability)) continue;
    const asked = permissions.items.map((item) => item.name);
    const allowed =
      asked.length === 0 ? `nothing, "${name}" asks for nothing` : `what "${name}" asks for: ${asked.join(', ')}`;
    throw wrongValue(what, capability, sanitize(allowed), didYouMean(capability, namesOf(requested)));
  }
  return pick(requested, capabilities) as Permissions;
}
