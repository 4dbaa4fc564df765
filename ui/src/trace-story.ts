import { isRecord } from './gateway-error.ts';
import type { TraceQuery } from './generated/operations.ts';

export type TraceStep = NonNullable<TraceQuery['trace']>[number];

/** One line of a waterfall. A step that is `waiting` is expected and has not been seen yet. */
export interface StoryStep {
  readonly id: string;
  readonly state: 'waiting' | 'done' | 'failed';
  readonly title: string;
  /** The span's own name. */
  readonly name: string;
  readonly file: string | null;
  /** From the beginning of the story. */
  readonly startMs: number;
  readonly durationMs: number;
}

export const CLICK = 'browser.click';
export const PIXEL = 'browser.paint';

/** What plugging a device is expected to pass through, by span name; what comes is shown, expected or not. */
const EXPECTED: ReadonlyArray<readonly [name: string, title: string]> = [
  [CLICK, 'You press the button'],
  ['gateway.mutation', 'The gateway takes the mutation'],
  ['bus.publish', 'Command stored in the log'],
  ['actor.handle', 'The device-watcher actor handles it'],
  ['actor.commit', 'State and outbox committed'],
  ['outbox.send', 'Event sent into the log'],
  ['forwarder.forward', 'Event forwarded to the device actor'],
  ['actor.handle', 'The device actor handles it'],
  ['gateway.push', 'Pushed to this browser'],
  [PIXEL, 'The row is on your screen'],
];

/** Steps of the server as lines, in order of their start. */
export function toStory(steps: Iterable<TraceStep>, originMs = 0): StoryStep[] {
  return Array.from(
    steps,
    (step): StoryStep => ({
      id: step.spanId,
      state: step.ok ? 'done' : 'failed',
      title: titleOf(step),
      name: step.name,
      file: step.file,
      startMs: originMs + step.offsetUs / 1000,
      durationMs: step.durationUs / 1000,
    }),
  ).sort((a, b) => a.startMs - b.startMs || b.durationMs - a.durationMs);
}

/**
 * Puts what is still expected between the steps that came, each before the first later expectation that has been met.
 *
 * @param steps what came, in order of start
 */
export function withExpected(steps: readonly StoryStep[]): StoryStep[] {
  const met = new Map<number, number>();
  let from = 0;
  EXPECTED.forEach(([name], index) => {
    const found = steps.findIndex((step, position) => position >= from && step.name === name);
    if (found < 0) return;
    met.set(index, found);
    from = found + 1;
  });
  const story: StoryStep[] = [];
  let next = 0;
  EXPECTED.forEach(([name, title], index) => {
    const found = met.get(index);
    if (found === undefined) {
      story.push({ id: `expected-${index}`, state: 'waiting', title, name, file: null, startMs: 0, durationMs: 0 });
    } else {
      story.push(...steps.slice(next, found + 1));
      next = found + 1;
    }
  });
  const rest = steps.slice(next);
  const end = story.findLastIndex((step) => step.state !== 'waiting') + 1;
  return [...story.slice(0, end), ...rest, ...story.slice(end)];
}

/** Where the last step ends. */
export function storyEndMs(steps: readonly StoryStep[]): number {
  return steps.reduce((end, step) => Math.max(end, step.startMs + step.durationMs), 0);
}

export interface BrowserTimes {
  /** All by the browser's clock, from the click. */
  readonly sentMs: number;
  readonly answeredMs: number | null;
  /** Where the server's clock puts its first step on that scale. */
  readonly claimedMs: number;
  /** How long the server's answer took it, once known. */
  readonly mutationMs: number | null;
}

/**
 * Where the server's first step stands on the browser's scale. Two clocks never agree to the microsecond, but no step
 * began before the request left, and the mutation was over before its answer came.
 */
export function serverOriginMs({ sentMs, answeredMs, claimedMs, mutationMs }: BrowserTimes): number {
  const latest = answeredMs === null ? Number.POSITIVE_INFINITY : answeredMs - (mutationMs ?? 0);
  return Math.max(sentMs, Math.min(claimedMs, latest));
}

/** A sentence for a span; the raw name where we know none. */
export function titleOf(step: Pick<TraceStep, 'name' | 'attributes'>): string {
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
      return /\.evt\.|EVENTS/.test(target) ? 'Event sent into the log' : 'Outbox sent';
    case 'forwarder.forward':
      return actor === null ? 'Event forwarded to who listens' : `Event forwarded to the ${actor} actor`;
    case 'watcher.report':
      return 'The watcher reports the bus';
    case 'job.process':
      return `A worker runs ${attribute(step, /^type$/) ?? 'the job'}`;
    case 'gateway.push':
      return 'Pushed to this browser';
    default:
      return step.name;
  }
}

function attribute(step: Pick<TraceStep, 'attributes'>, key: RegExp): string | null {
  if (!isRecord(step.attributes)) return null;
  for (const [name, value] of Object.entries(step.attributes)) {
    if (key.test(name) && typeof value === 'string') return value;
  }
  return null;
}
