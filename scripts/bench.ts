import { parseArgs } from 'node:util';
import { printFigures } from './bench/figures.ts';

/** `npm run bench -- NAME`: one JSON line per figure, then a table. Benchmarks measure; no test waits for them. */

const BENCHMARKS: Readonly<Record<string, () => Promise<{ readonly run: typeof import('./bench/spine.ts').run }>>> = {
  spine: () => import('./bench/spine.ts'),
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { help: { type: 'boolean', short: 'h' }, json: { type: 'boolean' } },
});
const [name = ''] = positionals;
const load = BENCHMARKS[name];

if (values.help || load === undefined) {
  const known = Object.keys(BENCHMARKS).join(', ');
  process.stdout.write(
    `Usage: npm run bench -- NAME [--json]\n\nNAME is one of: ${known}\n--json leaves the table out.\n`,
  );
  process.exitCode = values.help ? 0 : 2;
} else {
  const { run } = await load();
  const figures = await run((figure) => process.stdout.write(`${JSON.stringify(figure)}\n`));
  if (!values.json) printFigures(figures, (line) => process.stdout.write(`${line}\n`));
}
