import { input, json, log, outputJson } from 'autoweave';

/** A device was attached; the input is { device, reason }. */
export function on_attach(): void {
  const product = json.parse(input()).text('device.product', 'whoever you are');
  log.info(`A device: ${product}`);
  outputJson(json.object().set('greeting', `Hello, ${product}!`));
}

/** For agents, and for: npx autoweave plugin call my-plugin greet '{"name":"Ann"}' */
export function greet(): void {
  const name = json.parse(input()).text('name', 'world');
  outputJson(json.object().set('greeting', `Hello, ${name}!`));
}
