import type { TraceStep } from '../../proto/generated/graphql.ts';

/** What says what a step was about: its attributes by the name of its span, the ones that say most first. */
const TELLING: Readonly<Record<string, readonly string[]>> = {
  'gateway.mutation': ['field'],
  'watcher.report': ['reason'],
  'bus.publish': ['actor', 'type'],
  'actor.handle': ['actor', 'type'],
  'outbox.send': ['stream', 'type'],
  'forwarder.forward': ['actor', 'type'],
  'job.process': ['queue', 'type'],
  'plugin.load': ['plugin', 'version'],
  'plugin.call': ['plugin', 'function'],
  'plugin.host_call': ['function'],
  'gateway.push': ['subscription', 'type'],
};

/** What a step was about, such as `agent-run job.ended`, and why it failed. Nothing where its name says it all. */
export function aboutStep({ name, ok, attributes }: Pick<TraceStep, 'name' | 'ok' | 'attributes'>): string {
  const known = isRecord(attributes) ? attributes : {};
  const names = Object.hasOwn(TELLING, name) ? TELLING[name]! : [];
  // A command names the actor that it is for.
  const namesActor = String(known['type']).startsWith(`${known['actor']}.`);
  const told = names.filter((each) => !(each === 'actor' && namesActor)).flatMap((each) => textOf(known[each]));
  const reasons = ok ? textOf(known['declined']).map((why) => `declined, ${why}`) : textOf(known['error.message']);
  return [...(told.length === 0 ? [] : [told.join(' ')]), ...reasons].join(': ');
}

function textOf(value: unknown): readonly string[] {
  return value === undefined || value === null || value === '' ? [] : [String(value)];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
