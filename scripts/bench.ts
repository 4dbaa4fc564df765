import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Figure, printFigures, type Report, type RunOptions } from './bench/figures.ts';

/** `npm run bench -- NAME`: one JSON line per figure, then a table. Benchmarks measure; no test waits for them. */

type Run = (report: Report, options?: RunOptions) => Promise<readonly Figure[]>;

interface Benchmark {
  readonly run: Run;
  /** What `--only` may name. */
  readonly PARTS?: readonly string[];
}

const BENCHMARKS: Readonly<Record<string, () => Promise<Benchmark>>> = {
  actors: () => import('./bench/actors.ts'),
  plugins: () => import('./bench/plugins.ts'),
  queue: () => import('./bench/queue.ts'),
  spine: () => import('./bench/spine.ts'),
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: 'boolean', short: 'h' },
    json: { type: 'boolean' },
    only: { type: 'string' },
    profile: { type: 'string' },
    quick: { type: 'boolean' },
  },
});
const [name = ''] = positionals;
const benchmark = await BENCHMARKS[name]?.();
const only = values.only?.split(',') ?? [];
const isUnknown = only.some((part) => !benchmark?.PARTS?.includes(part));

if (values.help || benchmark === undefined || isUnknown) {
  const known = Object.keys(BENCHMARKS).join(', ');
  process.stdout.write(
    `Usage: npm run bench -- NAME [--only PART,…] [--quick] [--profile FOLDER] [--json]

NAME is one of: ${known}
--only     actors: these parts of calls, oneway, events, handover and memory
           plugins: these parts of calls, asking, loading, looping, memory and loop
           queue: these parts of add, bulk, process, latency, delayed and million; interval or fsync alone
--quick    actors, plugins, queue: one short round, to see that it works
--profile  actors, plugins, queue: CPU profiles of runtimes and drivers go there
--json     leaves the table out
`,
  );
  process.exitCode = values.help ? 0 : 2;
} else {
  const figures = await benchmark.run((figure) => process.stdout.write(`${JSON.stringify(figure)}\n`), {
    only,
    isQuick: values.quick ?? false,
    ...(values.profile === undefined ? {} : { profileFolder: resolve(values.profile) }),
  });
  if (!values.json) printFigures(figures, (line) => process.stdout.write(`${line}\n`));
}
