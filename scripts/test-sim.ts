import { parseArgs } from 'node:util';
import { listCrashes, playScenario } from '../test/sim/crash-run.ts';
import { describeFailures, describeTally } from '../test/sim/report.ts';
import { type Failure, type Job, runMany, type Tally } from '../test/sim/run-many.ts';

const USAGE = `Usage: npm run test:sim [-- OPTIONS]

Runs actors in simulation, on all processors: each seed is a run of three processes with faults of its own. See
test/sim/README.md.
  --seeds N      how many seeds; 1000 when absent
  --seed N       the first of them; 1 when absent
  --crashes      kills a process at every crash point instead; --seed decides the times on the way
  --crash LABEL  only at this one, as a failure names it
  --threads N    how many at once; as many as there are processors when absent`;

const PROGRESS_MS = 5_000;

const { values } = parseArgs({
  options: {
    crash: { type: 'string' },
    crashes: { type: 'boolean' },
    help: { type: 'boolean' },
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '1000' },
    threads: { type: 'string' },
  },
});
if (values.help) console.log(USAGE);
else process.exitCode = await run();

async function run(): Promise<number> {
  const [seed, seeds, threads] = [values.seed, values.seeds, values.threads ?? '1'].map(Number);
  if (!isCount(seed) || !isCount(seeds) || !isCount(threads)) {
    console.error(`AW_SIM_USAGE: A number is none, or below 1\nDo this: npm run test:sim -- --help`);
    return 2;
  }
  if (values.crash !== undefined) return await runCrash(values.crash, seed);
  const count = values.crashes ? (await listCrashes(seed)).length : seeds;
  const job: Job = values.crashes ? { job: 'crashes', first: 0, count, seed } : { job: 'seeds', first: seed, count };
  const showProgress = createProgress(count, (failure) => console.error(describeFailures(job.job, [failure], seed)));
  const tally = await runMany({ ...job, ...(values.threads ? { threads } : {}), onRun: showProgress });
  for (const line of describeTally(tally)) console.log(line);
  return tally.failures.length === 0 ? 0 : 1;
}

async function runCrash(label: string, seed: number): Promise<number> {
  const crash = (await listCrashes(seed)).find((each) => each.label === label);
  if (crash === undefined) {
    console.error(`AW_SIM_NO_CRASH: No crash is called "${label}"\nDo this: copy the label of a failure`);
    return 2;
  }
  await playScenario(crash.scenario, { seed, crash });
  console.log(`Survived: ${crash.stage} ${crash.name}`);
  return 0;
}

/** Failures are shown as they come, the rest from time to time. */
function createProgress(count: number, onFailure: (failure: Failure) => void): (tally: Tally) => void {
  const startMs = performance.now();
  let lastMs = startMs;
  let shown = 0;
  return ({ runs, failures }) => {
    for (const failure of failures.slice(shown)) onFailure(failure);
    shown = failures.length;
    const nowMs = performance.now();
    if (nowMs - lastMs < PROGRESS_MS) return;
    lastMs = nowMs;
    const perSecond = (runs / (nowMs - startMs)) * 1_000;
    const leftS = Math.round((count - runs) / perSecond);
    console.log(`${runs} of ${count}, ${perSecond.toFixed(1)} a second, ${failures.length} failed, ${leftS} s to go`);
  };
}

function isCount(value: number | undefined): value is number {
  return Number.isSafeInteger(value) && value! > 0;
}
