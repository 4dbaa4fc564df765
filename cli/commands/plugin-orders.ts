import type { Plugin } from '../../proto/generated/graphql.ts';
import { openClient } from '../client.ts';
import type { CommandContext } from '../command.ts';
import { OK } from '../exit-code.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { sanitize } from '../text.ts';
import { readJobData } from './job-data.ts';
import { durationOption, present, wrongValue } from './job-values.ts';
import { pickPermissions, requestedBy } from './plugin-consent.ts';
import { LOAD_MS } from './plugin-load.ts';
import { askAboutPlugin, unknownPlugin } from './plugin-unknown.ts';
import { goesOnWithout, PLUGIN, permissionLines, pluginText } from './plugin-view.ts';

/** For the way there and back, beside the time that the call has. */
const ON_THE_WAY_MS = 5_000;
/** What the gateway waits at most, and unless told. */
const LONGEST_CALL_MS = 60_000;
const DEFAULT_CALL_MS = 10_000;

/** `plugin reload ID` */
export async function reload(ctx: CommandContext): Promise<number> {
  const id = ctx.arguments['ID']!;
  const client = await openClient(ctx);
  const { reloadPlugin } = await askAboutPlugin(client, { plugin: id }, () =>
    client.query<{ reloadPlugin: Plugin }>(
      `mutation Reload($id: ID!) { reloadPlugin(id: $id) { ${PLUGIN} } }`,
      { id },
      { timeoutMs: LOAD_MS },
    ),
  );
  if (ctx.isJson) ctx.output.json(reloadPlugin);
  else ctx.output.line(pluginText(reloadPlugin));
  return OK;
}

/** `plugin unload ID` */
export async function unload(ctx: CommandContext): Promise<number> {
  const id = ctx.arguments['ID']!;
  const client = await openClient(ctx);
  const { unloadPlugin: isUnloaded } = await askAboutPlugin(client, { plugin: id }, () =>
    client.query<{ unloadPlugin: boolean }>(
      'mutation Unload($id: ID!) { unloadPlugin(id: $id) }',
      { id },
      { timeoutMs: LOAD_MS },
    ),
  );
  if (!isUnloaded) await mustBeKnown(client, id);
  if (ctx.isJson) ctx.output.json({ id, unloaded: isUnloaded });
  else ctx.output.line(sanitize(`${id}: ${isUnloaded ? 'unloaded' : 'was not loaded'}`));
  return OK;
}

/** `plugin grant NAME [CAPABILITY…]` */
export async function grant(ctx: CommandContext): Promise<number> {
  const name = ctx.arguments['NAME']!;
  const client = await openClient(ctx);
  const { plugin } = await client.query<{ plugin: Plugin | null }>(
    `query Asked($name: String!) { plugin(name: $name) { ${PLUGIN} } }`,
    { name },
  );
  if (plugin === null) throw await unknownPlugin(client, name);
  const capabilities = ctx.arguments['CAPABILITY'] === undefined ? undefined : ctx.several;
  if (capabilities !== undefined) pickPermissions('CAPABILITY', plugin, capabilities);
  const what = capabilities === undefined ? { permissions: requestedBy(plugin) } : { capabilities };
  const { grantPlugin } = await askAboutPlugin(client, { plugin: name }, () =>
    client.query<{ grantPlugin: Plugin }>(
      `mutation Grant($name: String!, $permissions: JSON, $capabilities: [String!]) {
        grantPlugin(name: $name, permissions: $permissions, capabilities: $capabilities) { ${PLUGIN} }
      }`,
      { name: plugin.name, ...what },
      { timeoutMs: LOAD_MS },
    ),
  );
  if (ctx.isJson) ctx.output.json(grantPlugin);
  else {
    showGranted(ctx, grantPlugin);
    if (grantPlugin.state === 'LOADED') return OK;
    ctx.output.note(sanitize(`It is not loaded: autoweave plugin load ${grantPlugin.manifestPath}`));
  }
  return OK;
}

/** `plugin revoke NAME [CAPABILITY…]` */
export async function revoke(ctx: CommandContext): Promise<number> {
  const name = ctx.arguments['NAME']!;
  const client = await openClient(ctx);
  if (ctx.arguments['CAPABILITY'] !== undefined) return await revokeSome(ctx, client, name, ctx.several);
  const { revokePlugin: isRevoked } = await askAboutPlugin(client, { plugin: name }, () =>
    client.query<{ revokePlugin: boolean }>('mutation Revoke($name: String!) { revokePlugin(name: $name) }', { name }),
  );
  if (!isRevoked) await mustBeKnown(client, name);
  if (ctx.isJson) ctx.output.json({ name, revoked: isRevoked });
  else ctx.output.line(sanitize(`${name}: ${isRevoked ? 'consent taken back, unloaded' : 'nothing was granted'}`));
  return OK;
}

async function revokeSome(
  ctx: CommandContext,
  client: GatewayClient,
  name: string,
  capabilities: readonly string[],
): Promise<number> {
  await askAboutPlugin(client, { plugin: name }, () =>
    client.query<{ revokePlugin: boolean }>(
      `mutation Revoke($name: String!, $capabilities: [String!]) {
        revokePlugin(name: $name, capabilities: $capabilities)
      }`,
      { name, capabilities },
      { timeoutMs: LOAD_MS },
    ),
  );
  const { plugin } = await client.query<{ plugin: Plugin | null }>(
    `query Left($name: String!) { plugin(name: $name) { ${PLUGIN} } }`,
    { name },
  );
  if (plugin === null) throw await unknownPlugin(client, name);
  if (ctx.isJson) ctx.output.json({ name, revoked: true, capabilities, plugin });
  else {
    ctx.output.line(sanitize(`${plugin.id}: ${capabilities.join(', ')} taken back`));
    showItems(ctx, plugin);
  }
  if (goesOnWithout(plugin)) {
    ctx.output.note('It goes on, and is refused what was taken back; but it cannot be loaded again without it');
  }
  return OK;
}

function showGranted({ output }: Pick<CommandContext, 'output'>, plugin: Plugin): void {
  output.line(pluginText(plugin));
  showItems({ output }, plugin);
}

function showItems({ output }: Pick<CommandContext, 'output'>, plugin: Plugin): void {
  permissionLines(plugin.permissions).forEach((text, index) => {
    const { isGranted } = plugin.permissions.items[index]!;
    output.line(`  ${isGranted ? 'granted      ' : 'not granted  '}${text}`);
  });
}

/** `plugin call NAME FUNCTION [DATA]` */
export async function call(ctx: CommandContext): Promise<number> {
  const { NAME: name = '', FUNCTION: functionName = '', DATA: text } = ctx.arguments;
  const timeoutMs = durationOption(ctx, 'timeout');
  if (timeoutMs !== undefined && (timeoutMs < 1 || timeoutMs > LONGEST_CALL_MS)) {
    throw wrongValue('--timeout', ctx.options.text('timeout')!, '1ms to 1m');
  }
  const input = text === undefined ? undefined : await readJobData('autoweave plugin call', text);
  const client = await openClient(ctx);
  const { executePlugin: output } = await askAboutPlugin(client, { plugin: name, functionName }, () =>
    client.query<{ executePlugin: unknown }>(
      `mutation Call($name: String!, $function: String!, $input: JSON, $timeoutMs: Int) {
        executePlugin(name: $name, function: $function, input: $input, timeoutMs: $timeoutMs)
      }`,
      { name, function: functionName, ...present({ input, timeoutMs }) },
      { timeoutMs: (timeoutMs ?? DEFAULT_CALL_MS) + ON_THE_WAY_MS },
    ),
  );
  if (ctx.isJson) ctx.output.json({ output });
  else for (const line of JSON.stringify(output ?? null, null, 2).split('\n')) ctx.output.line(sanitize(line));
  return OK;
}

/** Nothing to do is no error, but a name that nobody has is. */
async function mustBeKnown(client: Awaited<ReturnType<typeof openClient>>, id: string): Promise<void> {
  const { plugin } = await client.query<{ plugin: object | null }>(
    'query Known($name: String!) { plugin(name: $name) { id } }',
    { name: id },
  );
  if (plugin === null) throw await unknownPlugin(client, id);
}
