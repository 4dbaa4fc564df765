import { resolve } from 'node:path';
import type { Plugin, PluginPolicy } from '../../proto/generated/graphql.ts';
import { openClient } from '../client.ts';
import type { CommandContext } from '../command.ts';
import { OK } from '../exit-code.ts';
import type { GatewayClient } from '../gateway-client.ts';
import type { Column } from '../output.ts';
import { sanitize } from '../text.ts';
import { askAboutPlugin, unknownPlugin } from './plugin-unknown.ts';
import { PLUGIN, pluginColour, showPlugin, stateText } from './plugin-view.ts';

const COLUMNS: readonly Column[] = [
  { title: 'plugin', shrinksTo: 10 },
  { title: 'version', shrinksTo: 7 },
  { title: 'state', colour: pluginColour },
  { title: 'granted' },
  { title: 'calls' },
  { title: 'failed', colour: redUnlessNone },
  { title: 'denied', colour: redUnlessNone },
  { title: 'p99' },
  { title: 'error', shrinksTo: 16 },
];

/** `plugin ls` */
export async function list(ctx: CommandContext): Promise<number> {
  const client = await openClient(ctx);
  const { plugins, health } = await client.query<{
    plugins: readonly Plugin[];
    health: { readonly plugins: PluginPolicy };
  }>(`{ plugins { ${PLUGIN} } health { plugins { allowsUnsigned folders } } }`);
  const { allowsUnsigned, folders } = health.plugins;
  if (ctx.isJson) ctx.output.json(plugins);
  else if (plugins.length === 0) {
    const where = folders.length === 0 ? '' : ` in ${folders.map(sanitize).join(', ')}`;
    ctx.output.advise(`No plugins${where}. Write one: autoweave plugin new NAME`);
  } else ctx.output.table(COLUMNS, plugins.map(rowOf));
  if (allowsUnsigned) ctx.output.note('Plugins that nobody has signed are loaded here: for development on one machine');
  return OK;
}

/** `plugin show NAME` */
export async function show(ctx: CommandContext): Promise<number> {
  const name = ctx.arguments['NAME']!;
  const client = await openClient(ctx);
  const { plugin } = await client.query<{ plugin: Plugin | null }>(
    `query Plugin($name: String!) { plugin(name: $name) { ${PLUGIN} } }`,
    { name },
  );
  if (plugin === null) throw await unknownPlugin(client, name);
  showPlugin(ctx, plugin);
  return OK;
}

/** `plugin inspect DIR` */
export async function inspect(ctx: CommandContext): Promise<number> {
  const client = await openClient(ctx);
  showPlugin(ctx, await inspectFolder(client, manifestPathOf(ctx)));
  return OK;
}

/** The folder that a command line names, as the gateway finds it from where it runs. */
export function manifestPathOf(ctx: CommandContext): string {
  return resolve(ctx.arguments['DIR']!);
}

/** What lies in a folder and what it asks for, without loading it. */
export async function inspectFolder(client: GatewayClient, manifestPath: string): Promise<Plugin> {
  const { inspectPlugin } = await askAboutPlugin(client, {}, () =>
    client.query<{ inspectPlugin: Plugin }>(
      `query Inspect($manifestPath: String!) { inspectPlugin(manifestPath: $manifestPath) { ${PLUGIN} } }`,
      { manifestPath },
    ),
  );
  return inspectPlugin;
}

function rowOf({ name, version, state, permissions, stats, error }: Plugin): readonly unknown[] {
  const { items } = permissions;
  const granted = items.filter(({ isGranted }) => isGranted).length;
  const asked = items.length === 0 ? 'asks nothing' : `${granted} of ${items.length}`;
  const p99 = stats.p99Ms === null ? '' : `${stats.p99Ms.toFixed(1)} ms`;
  const why = error === null ? '' : `${error.code}: ${error.message}`;
  return [name, version, stateText(state), asked, stats.calls, stats.failures, stats.denials, p99, why];
}

function redUnlessNone(text: string) {
  return text === '0' ? undefined : ('red' as const);
}
