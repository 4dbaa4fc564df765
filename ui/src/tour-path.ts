import { CLICK, PIXEL, type StoryStep } from './trace-story.ts';

interface PathStep {
  /** Of its span. */
  readonly name: string;
  readonly title: string;
  /** What its attributes must be, so that it is no other step of the name. */
  readonly attributes?: Readonly<Record<string, string>>;
}

/** What a plugged device passes through on its way to the screen; plugins and agents may do more on its account. */
const PATH: readonly PathStep[] = [
  { name: CLICK, title: 'You press the button' },
  { name: 'gateway.mutation', title: 'The gateway takes the mutation' },
  { name: 'bus.publish', title: 'Command stored in the log', attributes: { actor: 'device-watcher' } },
  { name: 'actor.handle', title: 'The device-watcher actor handles it', attributes: { actor: 'device-watcher' } },
  { name: 'actor.commit', title: 'State and outbox committed' },
  { name: 'outbox.send', title: 'Event sent into the log', attributes: { stream: 'EVENTS' } },
  { name: 'forwarder.forward', title: 'Event forwarded to the device actor', attributes: { actor: 'device' } },
  { name: 'actor.handle', title: 'The device actor handles it', attributes: { actor: 'device' } },
  { name: 'gateway.push', title: 'Pushed to this browser', attributes: { subscription: 'deviceEvents' } },
  { name: PIXEL, title: 'The row is on your screen' },
];

const KINDS: ReadonlyArray<readonly [kind: string, sign: RegExp]> = [
  ['plugins', /^plugin\b/],
  ['agents', /^agents?\b/],
  ['memory', /^memory\b/],
];

/**
 * What of the steps lies between the press and the row, in the order of the path and with what is still waited for, and
 * what happened besides.
 *
 * @param steps what came, in order of start
 */
export function tourPath(steps: readonly StoryStep[]): {
  readonly path: readonly StoryStep[];
  readonly more: readonly StoryStep[];
} {
  const used = new Set<StoryStep>();
  const path = PATH.map((expected, index) => {
    const met = steps.find((step) => !used.has(step) && isMet(expected, step));
    if (met === undefined) return waiting(expected, index);
    used.add(met);
    return met;
  });
  return { path, more: steps.filter((step) => !used.has(step)) };
}

/** `and 44 more steps: plugins, agents, memory; 1 failed` */
export function moreText(more: readonly StoryStep[]): string {
  const kinds = KINDS.filter(([, sign]) => more.some((step) => isOfKind(step, sign))).map(([kind]) => kind);
  const failed = more.filter(({ state }) => state === 'failed').length;
  const count = `and ${more.length} more ${more.length === 1 ? 'step' : 'steps'}`;
  return `${count}${kinds.length === 0 ? '' : `: ${kinds.join(', ')}`}${failed === 0 ? '' : `; ${failed} failed`}`;
}

function isMet({ name, attributes = {} }: PathStep, step: StoryStep): boolean {
  return step.name === name && Object.entries(attributes).every(([key, value]) => step.attributes[key] === value);
}

function isOfKind({ name, attributes }: StoryStep, sign: RegExp): boolean {
  return [name, attributes['actor'], attributes['type'], attributes['queue']].some((text) => sign.test(String(text)));
}

function waiting({ name, title }: PathStep, index: number): StoryStep {
  const id = `expected-${index}`;
  const unknown = { about: '', problem: null, attributes: {}, parentId: null, file: null };
  return { ...unknown, id, state: 'waiting', title, name, depth: 0, startMs: 0, durationMs: 0 };
}
