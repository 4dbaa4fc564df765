import { globSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { parseArgs } from 'node:util';
import { judgeRun } from './test/judge-run.ts';

const USAGE = `Usage: npm test [-- [--only NAME] [--no-skip] [PATH…]]

Runs **/*.test.ts, or those whose path contains one of the words given.
  --only NAME  the tests whose name matches this regular expression
  --no-skip    a test that is skipped or still to do is a failure (always so where CI=true)`;

/** Tests wait for leases, servers and browsers more than half of their time; with more at once they make each other late. */
const CONCURRENCY = 4;
/** For one file, or one test: several times what the longest needs on a busy machine. */
const TIMEOUT_MS = 300_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: 'boolean' },
    'no-skip': { type: 'boolean' },
    only: { type: 'string' },
    root: { type: 'string' },
  },
});
if (values.help) console.log(USAGE);
else test(resolve(values.root ?? join(import.meta.dirname, '..')));

function test(root: string): void {
  // Passing is what has to be shown: a run that breaks off has failed.
  process.exitCode = 1;
  const files = findTests(root, positionals);
  if (files.length === 0) {
    console.error(`AW_TEST_NONE: No test file matches "${positionals.join(' ')}"\nDo this: name a part of a path`);
    return;
  }
  const judge = judgeRun({
    isStrict: values['no-skip'] === true || process.env.CI === 'true',
    root,
    onVerdict: (hasPassed) => {
      process.exitCode = hasPassed ? 0 : 1;
    },
  });
  const events = run({
    concurrency: CONCURRENCY,
    cwd: root,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    files,
    signal: whenStopped(),
    timeout: TIMEOUT_MS,
    ...(values.only === undefined ? {} : { testNamePatterns: values.only }),
  });
  events.compose(judge).compose(spec).pipe(process.stdout);
}

/** The runner ends its test processes when it is told to stop, and when its launcher is gone. */
function whenStopped(): AbortSignal {
  const stop = new AbortController();
  process.once('SIGTERM', () => stop.abort());
  process.once('disconnect', () => stop.abort());
  process.channel?.unref();
  return stop.signal;
}

function findTests(root: string, words: readonly string[]): string[] {
  const exclude = ['**/node_modules/**', '.autoweave/**', 'ui/dist/**'];
  return globSync('**/*.test.ts', { cwd: root, exclude })
    .filter((file) => words.length === 0 || words.some((word) => file.includes(word.replace(/^\.\//, ''))))
    .sort((left, right) => Number(isHeavy(left)) - Number(isHeavy(right)) || (left < right ? -1 : 1))
    .map((file) => join(root, file));
}

/** The simulation fills all cores for a minute: beside it, tests of real processes would be late. */
function isHeavy(file: string): boolean {
  return file.startsWith(join('test', 'sim'));
}
