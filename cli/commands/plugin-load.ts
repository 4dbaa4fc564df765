import { existsSync } from 'node:fs';
import type { Plugin } from '../../proto/generated/graphql.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import { openClient } from '../client.ts';
import type { CommandContext } from '../command.ts';
import { OK } from '../exit-code.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { present } from './job-values.ts';
import { readJsonArgument } from './json-argument.ts';
import { inspectFolder, manifestPathOf } from './plugin.ts';
import { askConsent, type Permissions, pickPermissions, requestedBy } from './plugin-consent.ts';
import { askAboutPlugin } from './plugin-unknown.ts';
import { PLUGIN, pluginText } from './plugin-view.ts';

const COMMAND = 'autoweave plugin load';
const HOW = '--grant, or --grant-only CAPABILITY for a part of it';
/** A large module may take its time to be compiled, and its `onLoad` as well. */
export const LOAD_MS = 60_000;

/** `plugin load DIR` */
export async function run(ctx: CommandContext): Promise<number> {
  const options = await readOptions(ctx);
  const named = ctx.options.texts('grant-only').flatMap((text) => text.split(','));
  const isAll = ctx.options.flag('grant');
  if (isAll && named.length > 0) {
    throw new AutoWeaveError('AW_CLI_USAGE', `${COMMAND}: give either --grant or --grant-only`);
  }
  const client = await openClient(ctx);
  const manifestPath = await findPlugin(client, ctx);
  const plugin =
    isAll || named.length > 0
      ? await load(client, { manifestPath, options, grant: await chooseGrant(client, manifestPath, named) })
      : await loadAsking(ctx, client, { manifestPath, options }, HOW);
  if (ctx.isJson) ctx.output.json(plugin);
  else ctx.output.line(pluginText(plugin));
  return OK;
}

/** The folder of this path; where there is none, that of a plugin of this name. */
async function findPlugin(client: GatewayClient, ctx: CommandContext): Promise<string> {
  const path = manifestPathOf(ctx);
  const name = ctx.arguments['DIR']!;
  if (!PLUGIN_NAME.test(name) || existsSync(path)) return path;
  const { plugin } = await client.query<{ plugin: Pick<Plugin, 'manifestPath'> | null }>(
    'query Found($name: String!) { plugin(name: $name) { manifestPath } }',
    { name },
  );
  return plugin?.manifestPath || path;
}

const PLUGIN_NAME = /^[a-z0-9-]{3,50}$/;

export interface LoadRequest {
  readonly manifestPath: string;
  readonly options?: unknown;
}

/**
 * Loads a plugin with what was granted before. Only where the gateway says that nobody was asked about something the
 * person is, unless there is `--yes`; `how` is what to give where there is no terminal.
 *
 * @throws AW_PLUGIN_CONSENT_MISSING, AW_NOT_CONFIRMED
 */
export async function loadAsking(
  ctx: CommandContext,
  client: GatewayClient,
  request: LoadRequest,
  how: string,
): Promise<Plugin> {
  try {
    return await load(client, request);
  } catch (error) {
    if (!(error instanceof AutoWeaveError) || error.code !== 'AW_PLUGIN_CONSENT_MISSING') throw error;
    const inspected = await inspectFolder(client, request.manifestPath);
    const grant = ctx.options.flag('yes') ? requestedBy(inspected) : await askConsent(ctx, inspected, how);
    return await load(client, { ...request, grant });
  }
}

/** All that it asks for, or some capabilities of it. */
async function chooseGrant(client: GatewayClient, folder: string, named: readonly string[]): Promise<Permissions> {
  const plugin = await inspectFolder(client, folder);
  return named.length === 0 ? requestedBy(plugin) : pickPermissions('--grant-only', plugin, named);
}

async function load(client: GatewayClient, request: LoadRequest & { readonly grant?: Permissions }): Promise<Plugin> {
  const { manifestPath, options, grant } = request;
  const { loadPlugin } = await askAboutPlugin(client, {}, () =>
    client.query<{ loadPlugin: Plugin }>(
      `mutation Load($manifestPath: String!, $options: JSON, $grant: JSON) {
        loadPlugin(manifestPath: $manifestPath, options: $options, grant: $grant) { ${PLUGIN} }
      }`,
      present({ manifestPath, options, grant }),
      { timeoutMs: LOAD_MS },
    ),
  );
  return loadPlugin;
}

async function readOptions(ctx: CommandContext): Promise<unknown> {
  const text = ctx.options.text('options');
  return text === undefined ? undefined : await readJsonArgument(COMMAND, '--options', text);
}
