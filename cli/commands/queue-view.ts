import type { JobCounts, Queue } from '../../proto/generated/graphql.ts';
import type { CommandContext } from '../command.ts';
import { formatDuration } from '../duration-argument.ts';
import { durationText } from '../duration-text.ts';
import { sanitize } from '../text.ts';
import { describeBackoff } from './job-options.ts';

/** What the gateway tells of a queue, as the selection of a query. */
export const QUEUE = `
  name
  counts { waiting active delayed completed failed isPaused byPriority { priority waiting } lagMs workers }
  settings {
    attempts backoff attemptTimeoutMs totalTimeoutMs globalConcurrency types
    completed { count ageMs } failed { count ageMs } rateLimit { max windowMs }
  }
`;

export function showQueue({ isJson, output }: CommandContext, queue: Queue): void {
  if (isJson) {
    output.json(queue);
    return;
  }
  const { name, counts, settings } = queue;
  const line = (field: string, value: unknown) => output.line(`${field.padEnd(17)}${sanitize(String(value))}`);
  const { waiting, active, delayed, completed, failed, isPaused, byPriority, lagMs, workers } = counts;
  const age = durationText(lagMs);
  line('name', name);
  line('state', isPaused ? 'paused' : 'running');
  line('workers', workers);
  line('waiting', waiting);
  // One class alone says no more than the sum.
  if (byPriority.length > 1) for (const each of byPriority) line(`  priority ${each.priority}`, each.waiting);
  line('active', age === '' ? active : `${active}, at most ${age} ago`);
  line('delayed', delayed);
  line('completed', completed);
  line('failed', failed);
  output.line();
  line('attempts', settings.attempts);
  line('backoff', describeBackoff(settings.backoff));
  line('timeout', limitOf(settings.attemptTimeoutMs));
  line('total timeout', limitOf(settings.totalTimeoutMs));
  line('concurrency', settings.globalConcurrency ?? 'no limit');
  const { rateLimit } = settings;
  line('rate', rateLimit === null ? 'no limit' : `${rateLimit.max} per ${formatDuration(rateLimit.windowMs)}`);
  line('keeps completed', keeps(settings.completed));
  line('keeps failed', keeps(settings.failed));
  line('types', settings.types.length === 0 ? 'all' : settings.types.join(', '));
}

/** One line: `paused, 3 waiting, 1 active, 0 delayed, 10 completed, 2 failed`. */
export function countsText({ isPaused, waiting, active, delayed, completed, failed }: JobCounts): string {
  const numbers = { waiting, active, delayed, completed, failed };
  const parts = Object.entries(numbers).map(([state, count]) => `${count} ${state}`);
  return [isPaused ? 'paused' : 'running', ...parts].join(', ');
}

function limitOf(durationMs: number): string {
  return durationMs === 0 ? 'no limit' : formatDuration(durationMs);
}

function keeps({ count, ageMs }: Queue['settings']['completed']): string {
  return ageMs === null ? `the last ${count}` : `the last ${count}, for ${formatDuration(ageMs)}`;
}
