import { input, json, kv, log, outputJson, queue, Value } from 'autoweave';
import { guessClass } from './classify';
import { describeDevice, nameDevice, ordinal } from './sentence';

/** A device was attached: describes it, counts it, and orders a label for it. */
export function on_attach(): void {
  const device = json.parse(input()).get('device');
  const description = describeAs(device, count(device));
  orderLabel(device, description);
  outputJson(description);
}

/** The description alone, for agents and people; counts nothing. */
export function describe(): void {
  const device = json.parse(input()).get('device');
  outputJson(describeAs(device, readCount(device)));
}

function describeAs(device: Value, seen: i64): Value {
  return json
    .object()
    .set('title', nameDevice(device))
    .set('sentence', describeDevice(device))
    .set('class', guessClass(device))
    .set('seen', seen)
    .set('virtual', device.flag('virtual'));
}

/** Nobody may be there who prints labels; that is no reason to fail. */
function orderLabel(device: Value, description: Value): void {
  const lines = json
    .array()
    .push(cut(description.text('sentence'), 500))
    .push(`Kind: ${description.text('class')}`);
  const seen = description.integer('seen');
  if (seen > 1) lines.push(`Seen for the ${ordinal(seen)} time`);
  const label = json
    .object()
    .set('title', cut(description.text('title'), 200))
    .set('lines', lines);
  const order = queue.tryAdd('labels', 'label.print', label);
  description.set('labelled', order.isDone);
  if (!order.isDone) log.info(`No label for ${device.text('id')}: ${order.text}`);
}

function count(device: Value): i64 {
  const seen = readCount(device) + 1;
  kv.set(keyOf(device), seen.toString());
  return seen;
}

function readCount(device: Value): i64 {
  const kept = kv.get(keyOf(device));
  return kept === null ? 0 : I64.parseInt(kept);
}

/** A key has 256 bytes at most, and a character up to three; the id of a device may be longer. */
function keyOf(device: Value): string {
  return 'devices/' + cut(device.text('id', 'unknown'), 80);
}

function cut(text: string, length: i32): string {
  return text.length <= length ? text : text.substring(0, length);
}
