/** What a simulation throws: it always says which seed it was, and how to see it again. */
export class SimulationFailure extends Error {
  override readonly name = 'SimulationFailure';
  readonly seed: number | string;

  constructor(seed: number | string, what: string, details: readonly string[], cause?: unknown) {
    const repeat = `Repeat it with createSimulation({ seed: ${JSON.stringify(seed)} })`;
    super([`Seed ${JSON.stringify(seed)}: ${what}`, repeat, ...details].join('\n'), { cause });
    this.seed = seed;
  }
}
