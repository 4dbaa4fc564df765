import type { CommandContext } from './command.ts';
import { loadConfig } from './config.ts';
import { createGatewayClient, findGateway, type GatewayClient } from './gateway-client.ts';

/** @throws AW_NOT_RUNNING, AW_CONFIG_INVALID */
export async function openClient({ options, env, root }: CommandContext): Promise<GatewayClient> {
  const data = options.text('data');
  const { config } = loadConfig({ env, root, flags: data === undefined ? {} : { data } });
  return createGatewayClient(await findGateway(config.data, env));
}
