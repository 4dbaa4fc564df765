import type { Device } from '../../proto/generated/graphql.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import { openClient } from '../client.ts';
import type { CommandContext } from '../command.ts';
import { OK } from '../exit-code.ts';
import type { Column } from '../output.ts';
import { deviceTitle } from './device-title.ts';

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
  const { unplugVirtualDevice: device } = await client.query<{ unplugVirtualDevice: Device }>(
    `mutation Unplug($id: ID!) { unplugVirtualDevice(id: $id) { ${DEVICE} } }`,
    { id: ctx.arguments['ID'] },
  );
  show(ctx, [device], device);
  return OK;
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
