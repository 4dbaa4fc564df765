import { relative } from 'node:path';
import type { TestEvent } from 'node:test/reporters';

export interface JudgeOptions {
  /** Where a test was skipped or is still to do, the run has failed, and those tests are named before the summary. */
  readonly isStrict: boolean;
  /** Paths are shown relative to it. */
  readonly root: string;
  /** Called once, when the run is over; never when the runner broke off. */
  readonly onVerdict: (hasPassed: boolean) => void;
}

/** A stage between node's test runner and a reporter: passes every event on, and says how the whole ended. */
export function judgeRun({ isStrict, root, onVerdict }: JudgeOptions) {
  return async function* judge(events: AsyncIterable<TestEvent>): AsyncGenerator<TestEvent> {
    const refused: string[] = [];
    for await (const event of events) {
      const reason = isStrict ? reasonToRefuse(event, root) : undefined;
      if (reason !== undefined) refused.push(reason);
      if (isBeginOfSummary(event)) {
        for (const message of refused.splice(0)) yield complaint(message);
      }
      yield event;
      if (event.type === 'test:summary' && event.data.file === undefined) {
        const { skipped, todo } = event.data.counts;
        onVerdict(event.data.success && !(isStrict && skipped + todo > 0));
      }
    }
  };
}

function reasonToRefuse(event: TestEvent, root: string): string | undefined {
  if (event.type !== 'test:pass' && event.type !== 'test:fail') return undefined;
  const { file, line, name, skip, todo } = event.data;
  const why = isSet(skip) ? 'skipped' : isSet(todo) ? 'todo' : undefined;
  if (why === undefined) return undefined;
  return `not run (${why}): ${name} (${file === undefined ? '' : relative(root, file)}:${line})`;
}

/** The runner gives `true`, or the reason, which may be an empty text. */
function isSet(mark: string | boolean | undefined): boolean {
  return mark !== undefined && mark !== false;
}

/** The summary's lines are diagnostics of no file; the first counts the tests. */
function isBeginOfSummary(event: TestEvent): boolean {
  return event.type === 'test:diagnostic' && event.data.file === undefined && /^tests \d+$/.test(event.data.message);
}

function complaint(message: string): TestEvent {
  return { type: 'test:diagnostic', data: { message, nesting: 0, level: 'error' } };
}
