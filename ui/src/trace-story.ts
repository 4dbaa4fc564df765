import { isRecord } from './gateway-error.ts';
import type { TraceQuery } from './generated/operations.ts';
import { aboutOf, problemOf, titleOf } from './step-text.ts';

export type TraceStep = NonNullable<TraceQuery['trace']>[number];

/** One line of a waterfall. A step that is `waiting` is expected and has not been seen yet. */
export interface StoryStep {
  readonly id: string;
  readonly state: 'waiting' | 'done' | 'failed';
  readonly title: string;
  /** What of it the title does not say, such as the type of its message. */
  readonly about: string;
  /** Why it failed or was declined; null when it was not, or did not say. */
  readonly problem: string | null;
  /** The span's own name. */
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** The step that led to it. */
  readonly parentId: string | null;
  /** How far it is moved in below those that led to it. */
  readonly depth: number;
  readonly file: string | null;
  /** From the beginning of the story. */
  readonly startMs: number;
  readonly durationMs: number;
}

export const CLICK = 'browser.click';
export const PIXEL = 'browser.paint';

/** Steps of the server as lines, in order of their start. */
export function toStory(steps: Iterable<TraceStep>, originMs = 0): StoryStep[] {
  return Array.from(
    steps,
    (step): StoryStep => ({
      id: step.spanId,
      state: step.ok ? 'done' : 'failed',
      title: titleOf(step),
      about: aboutOf(step),
      problem: problemOf(step),
      name: step.name,
      attributes: isRecord(step.attributes) ? step.attributes : {},
      parentId: step.parentSpanId,
      depth: 0,
      file: step.file,
      startMs: originMs + step.offsetUs / 1000,
      durationMs: step.durationUs / 1000,
    }),
  ).sort((a, b) => a.startMs - b.startMs || b.durationMs - a.durationMs);
}

/**
 * Steps as a tree reads: each below the one that led to it, and those of one parent in order of their start. One whose
 * parent is not among them begins a tree of its own.
 *
 * @param steps in order of start
 */
export function asTree(steps: readonly StoryStep[]): StoryStep[] {
  const ids = new Set(steps.map(({ id }) => id));
  const below = Map.groupBy(steps, ({ parentId }) => (parentId !== null && ids.has(parentId) ? parentId : null));
  const tree: StoryStep[] = [];
  const open = (below.get(null) ?? []).map((step) => ({ ...step, depth: 0 })).reverse();
  for (let step = open.pop(); step !== undefined; step = open.pop()) {
    tree.push(step);
    const depth = step.depth + 1;
    open.push(...(below.get(step.id) ?? []).map((child) => ({ ...child, depth })).reverse());
  }
  return tree;
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
