import { isRecord } from './gateway-error.ts';
import type { TraceQuery } from './generated/operations.ts';

type TraceStep = NonNullable<TraceQuery['trace']>[number];
type Step = Pick<TraceStep, 'name' | 'attributes'>;

/** What says what a step was about: its attributes by the name of its span, as `autoweave trace` shows them. */
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

/** A sentence for a span; the raw name where we know none. */
export function titleOf(step: Step): string {
  const actor = attribute(step, /(^|\.)actor(\.name)?$/);
  const target = attribute(step, /(subject|destination|stream)/) ?? '';
  switch (step.name) {
    case 'gateway.mutation':
      return 'The gateway takes the mutation';
    case 'bus.publish':
      if (/\.cmd\.|MAILBOX/.test(target)) return 'Command stored in the log';
      return /\.evt\.|EVENTS/.test(target) ? 'Event stored in the log' : 'Message stored in the log';
    case 'actor.handle':
      return actor === null ? 'The actor handles it' : `The ${actor} actor handles it`;
    case 'actor.commit':
      return actor === null ? 'State and outbox committed' : `State of ${actor} committed`;
    case 'outbox.send':
      if (/\.evt\.|EVENTS/.test(target)) return 'Event sent into the log';
      return /MAILBOX/.test(target) ? 'Command sent into the log' : 'Outbox sent';
    case 'forwarder.forward':
      return actor === null ? 'Event forwarded to who listens' : `Event forwarded to the ${actor} actor`;
    case 'watcher.report':
      return 'The watcher reports the bus';
    case 'job.process':
      return `A worker runs ${attribute(step, /^type$/) ?? 'the job'}`;
    case 'plugin.load':
      return `Plugin ${attribute(step, /^plugin$/) ?? ''} is loaded`;
    case 'plugin.call':
      return `Plugin ${attribute(step, /^plugin$/) ?? ''} runs ${attribute(step, /^function$/) ?? 'a function'}`;
    case 'plugin.host_call':
      return `It asks its host: ${attribute(step, /^function$/) ?? 'something'}`;
    case 'gateway.push':
      return 'Pushed to this browser';
    default:
      return step.name;
  }
}

/** What its title leaves unsaid: `agent-run job.ended`. Nothing where that says it all. */
export function aboutOf(step: Step): string {
  const known = isRecord(step.attributes) ? step.attributes : {};
  const said = titleOf(step).split(' ');
  // A command names the actor that it is for.
  const namesActor = String(known['type']).startsWith(`${known['actor']}.`);
  const names = (TELLING[step.name] ?? []).filter((name) => !(name === 'actor' && namesActor));
  const told = names.map((name) => String(known[name] ?? ''));
  return told.filter((text) => text !== '' && !said.includes(text)).join(' ');
}

/** Why it failed, or was declined, as far as it says so. */
export function problemOf({ ok, attributes }: Pick<TraceStep, 'ok' | 'attributes'>): string | null {
  const known = isRecord(attributes) ? attributes : {};
  const why = ok ? known['declined'] : known['error.message'];
  return typeof why === 'string' && why !== '' ? why : null;
}

function attribute(step: Pick<Step, 'attributes'>, key: RegExp): string | null {
  if (!isRecord(step.attributes)) return null;
  for (const [name, value] of Object.entries(step.attributes)) {
    if (key.test(name) && typeof value === 'string') return value;
  }
  return null;
}
