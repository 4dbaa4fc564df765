import type { Failure, Job, Tally } from './run-many.ts';

/** What was run and what it covered, as lines. */
export function describeTally({ runs, events, faults, deeds, coverage }: Tally): readonly string[] {
  const kinds = [...faults].sort(([left], [right]) => (left < right ? -1 : 1));
  const width = Math.max(0, ...coverage.map(({ name }) => name.length));
  const missing = coverage.flatMap(({ name, before, after }) => [
    ...(before === 0 ? [`before ${name}`] : []),
    ...(after === 0 ? [`after ${name}`] : []),
  ]);
  return [
    `${runs} runs${events > 0 ? `, ${events} events` : ''}`,
    ...(kinds.length > 0 ? [`faults: ${kinds.map(([kind, count]) => `${count} × ${kind}`).join(', ')}`] : []),
    ...(deeds.size > 0 ? [`deeds: ${[...deeds].map(([deed, count]) => `${count} × ${deed}`).join(', ')}`] : []),
    `${'crash point'.padEnd(width)}    passed  killed before  killed after`,
    ...coverage.map(
      ({ name, passed, before, after }) =>
        `${name.padEnd(width)}  ${String(passed).padStart(8)}  ${String(before).padStart(13)}  ${String(after).padStart(12)}`,
    ),
    ...(missing.length > 0 ? [`never killed at: ${missing.join(', ')}`] : []),
  ];
}

/** Each failure with the command that repeats it. */
export function describeFailures(job: Job['job'], failures: readonly Failure[], seed = 1): string {
  return failures
    .map(({ run, why }) => {
      const which = job === 'seeds' ? `--seed ${run} --seeds 1` : `--seed ${seed} --crash '${run}'`;
      return `Repeat it with: npm run test:sim -- ${which}\n${why}`;
    })
    .join('\n\n');
}
