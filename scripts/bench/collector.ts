import type { Figure, Report, RunOptions } from './figures.ts';

export type Figures = readonly Omit<Figure, 'benchmark'>[];

/** What a benchmark of several parts keeps while it runs. */
export interface Collector extends Disposable {
  readonly figures: readonly Figure[];
  /** Aborts at the first Ctrl-C, so that all that was started is ended in order; further ones change nothing. */
  readonly signal: AbortSignal;
  add(figure: Omit<Figure, 'benchmark'>): void;
  progress(line: string): void;
  /** A part that breaks off is a line of the table; the others go on. */
  attempt(name: string, measure: () => Promise<Figures>): Promise<void>;
}

export function startCollecting(benchmark: string, report: Report, { profileFolder }: RunOptions): Collector {
  // Inherited by all that is started.
  if (profileFolder !== undefined) {
    process.env['NODE_OPTIONS'] = `--cpu-prof --cpu-prof-dir=${JSON.stringify(profileFolder)}`;
  }
  const controller = new AbortController();
  const interrupted = (signal: NodeJS.Signals) => {
    process.exitCode = signal === 'SIGINT' ? 130 : 143;
    controller.abort(new Error(`Stopped by ${signal}`));
  };
  process.on('SIGINT', interrupted).on('SIGTERM', interrupted);
  const { signal } = controller;
  const figures: Figure[] = [];
  const add = (figure: Omit<Figure, 'benchmark'>) => {
    figures.push({ benchmark, ...figure });
    report(figures.at(-1)!);
  };
  const progress = (line: string) => void process.stderr.write(`${benchmark}: ${line}\n`);

  return {
    figures,
    signal,
    add,
    progress,
    async attempt(name, measure) {
      if (signal.aborted) return;
      try {
        for (const figure of await measure()) add(figure);
      } catch (error) {
        if (signal.aborted) return;
        process.exitCode = 1;
        progress(`${name}: ${error instanceof Error ? error.stack : error}`);
        add({ name, value: Number.NaN, unit: '', note: `broke off: ${firstLine(error)}` });
      }
    },
    [Symbol.dispose]() {
      process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
    },
  };
}

export function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]!;
}
