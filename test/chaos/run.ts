import { parseArgs } from 'node:util';
import { systemRandom } from '../../runtime/clock/random.ts';
import { planRound, seedOfRound } from './plan.ts';
import { describeRound, runRound } from './round.ts';

/** `npm run test:chaos`: round after round, until the time is up or one has failed. */

const USAGE = `Usage: npm run test:chaos [-- [--minutes NUMBER] [--seed TEXT]]

Three runtimes and one nats-server under load, killed, stopped, restarted, round after round (each takes about a
minute); then every command, event and call is accounted for. Stops at the first round that fails.
  --minutes  begins no round after this time (5 when absent); one round is always run
  --seed     decides what happens, not the moment at which the machine comes to it; random when absent`;

const DEFAULT_MINUTES = '5';
const MS_PER_MINUTE = 60_000;

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', short: 'h' },
    minutes: { type: 'string', default: DEFAULT_MINUTES },
    seed: { type: 'string' },
  },
});
const minutes = Number(values.minutes);

// The launcher holds this channel open; when it is killed, the keepers of our processes end them with us.
process.on('disconnect', () => process.exit(1));
process.channel?.unref();

if (values.help) console.log(USAGE);
else if (!(minutes >= 0)) {
  console.error(`"${values.minutes}" is no number of minutes\n\n${USAGE}`);
  process.exitCode = 2;
} else process.exitCode = await run(values.seed ?? systemRandom.hex(4), minutes * MS_PER_MINUTE);

async function run(seed: string, forMs: number): Promise<number> {
  const end = performance.now() + forMs;
  for (let round = 0; round === 0 || performance.now() < end; round++) {
    const plan = planRound(seedOfRound(seed, round));
    console.log(`seed ${plan.seed}: three of "${plan.kind}": ${plan.faults.join(', ')}`);
    try {
      const result = await runRound(plan);
      console.log(`  ${describeRound(result)}`);
      if (result.complaints.length === 0) continue;
      for (const complaint of result.complaints) console.error(`  ${complaint}`);
    } catch (error) {
      console.error(error);
    }
    console.error(`Failed. To repeat: npm run test:chaos -- --minutes 0 --seed ${plan.seed}`);
    return 1;
  }
  return 0;
}
