import type { Device } from '../../proto/generated/graphql.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import { openClient } from '../client.ts';
import type { CommandContext } from '../command.ts';
import { OK } from '../exit-code.ts';
import type { GatewayClient } from '../gateway-client.ts';
import type { Column } from '../output.ts';
import { deviceTitle } from './device-title.ts';
import { suggesting } from './job-unknown.ts';

const DEVICE = `
  id session host vendor product vendorId productId serial manufacturer deviceName port speed path partial virtual
  attached attachedAt detachedAt timestamp
`;

const COLUMNS: readonly Column[] = [
  { title: 'device', shrinksTo: 12 },
  { title: 'id', shrinksTo: 20 },
  { title: 'state', colour: (text) => (text === 'attached' ? 'green' : 'dim') },
  { title: 'since' },
  { title: 'host', shrinksTo: 6 },
  { title: 'port' },
  { title: 'virtual' },
];

/** `device ls` */
export async function list(ctx: CommandContext): Promise<number> {
  const client = await openClient(ctx);
  const attached = ctx.options.flag('attached') ? true : null;
  const { devices } = await client.query<{ devices: readonly Device[] }>(
    `query Devices($attached: Boolean) { devices(attached: $attached) { ${DEVICE} } }`,
    { attached },
  );
  show(ctx, devices, devices);
  return OK;
}

/** `device plug VID:PID` */
export async function plug(ctx: CommandContext): Promise<number> {
  const input = {
    ...parseIds(ctx.arguments['VID:PID']!),
    serial: ctx.options.text('serial') ?? null,
    manufacturer: ctx.options.text('manufacturer') ?? null,
    product: ctx.options.text('product') ?? null,
  };
  const client = await openClient(ctx);
  const { plugVirtualDevice: device } = await client.query<{ plugVirtualDevice: Device }>(
    `mutation Plug($input: VirtualDeviceInput!) { plugVirtualDevice(input: $input) { ${DEVICE} } }`,
    { input },
  );
  show(ctx, [device], device);
  return OK;
}

/** `device unplug ID` */
export async function unplug(ctx: CommandContext): Promise<number> {
  const client = await openClient(ctx);
  const given = ctx.arguments['ID']!;
  const device = await unplugById(client, given).catch(async (error: unknown) => {
    if (!(error instanceof AutoWeaveError) || error.code !== 'AW_DEVICE_UNKNOWN') throw error;
    return unplugById(client, await findByName(client, given));
  });
  show(ctx, [device], device);
  return OK;
}

async function unplugById(client: GatewayClient, id: string): Promise<Device> {
  const { unplugVirtualDevice: device } = await client.query<{ unplugVirtualDevice: Device }>(
    `mutation Unplug($id: ID!) { unplugVirtualDevice(id: $id) { ${DEVICE} } }`,
    { id },
  );
  return device;
}

/**
 * The id of the attached device that alone is called so, by its whole name or by that of its product.
 *
 * @throws AW_DEVICE_UNKNOWN, AW_CLI_USAGE for a name that several have
 */
async function findByName(client: GatewayClient, given: string): Promise<string> {
  const { devices } = await client.query<{ devices: readonly Device[] }>(`{ devices(attached: true) { ${DEVICE} } }`);
  const namesOf = (device: Device) => [deviceTitle(device), device.deviceName, device.product];
  const named = devices.filter((device) => namesOf(device).includes(given));
  const virtual = named.filter((device) => device.virtual);
  // A real one is left to the gateway, which says that it can't be unplugged from here.
  const found = virtual.length > 0 ? virtual : named;
  if (found.length === 1) return found[0]!.id;
  if (found.length === 0) {
    const known = devices.flatMap((device) => [device.id, ...namesOf(device)]).filter((name) => name !== null);
    const otherwise = 'autoweave device ls --attached shows all, with their ids';
    throw suggesting('AW_DEVICE_UNKNOWN', `No device "${given}" is attached`, given, known, otherwise);
  }
  throw new AutoWeaveError('AW_CLI_USAGE', `${found.length} attached devices are called "${given}"`, {
    hint: `give its id: ${found.map(({ id }) => id).join(' or ')}`,
  });
}

function show({ isJson, output }: CommandContext, devices: readonly Device[], document: unknown): void {
  if (isJson) output.json(document);
  else if (devices.length === 0) output.advise('No devices. Plug a virtual one: autoweave device plug 1209:0001');
  else {
    const rows = devices.map((device) => [
      deviceTitle(device),
      device.id,
      device.attached ? 'attached' : 'detached',
      device.attached ? device.attachedAt : device.detachedAt,
      device.host,
      device.port,
      device.virtual,
    ]);
    output.table(COLUMNS, rows);
  }
}

/** Vendor and product id as they are always written: hexadecimal, with a colon. */
function parseIds(text: string): { readonly vendorId: number; readonly productId: number } {
  const match = /^([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(text);
  if (match === null) {
    throw new AutoWeaveError('AW_CLI_USAGE', `autoweave device plug: VID:PID is "${text}"`, {
      hint: 'write vendor and product id in hexadecimal, such as 046d:c52b',
    });
  }
  return { vendorId: Number.parseInt(match[1]!, 16), productId: Number.parseInt(match[2]!, 16) };
}
