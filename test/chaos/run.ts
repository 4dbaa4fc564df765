import { parseArgs } from 'node:util';
import { systemRandom } from '../../runtime/clock/random.ts';
import { planRound, seedOfRound } from './plan.ts';
import { planQueueRound } from './queue/queue-plan.ts';
import { runQueueRound } from './queue/queue-round.ts';
import { runScoreboard } from './queue/scoreboard.ts';
import { describeRound, runRound } from './round.ts';

/** `npm run test:chaos`: round after round, until the time is up or one has failed; then the scoreboard. */

const PARTS = ['actors', 'queue', 'scoreboard'] as const;
type Part = (typeof PARTS)[number];

const USAGE = `Usage: npm run test:chaos [-- [--minutes NUMBER] [--seed TEXT] [--queue] [--json] [PART…]]

Processes and one nats-server under load, killed, stopped, restarted, round after round (each takes about a minute);
then everything that was acknowledged is accounted for. Stops at the first round that fails. Parts:
  actors      three runtimes; commands, events and calls
  queue       three workers and two that add jobs
  scoreboard  the same faults on AutoWeave and on BullMQ with a real redis-server; takes some eight minutes
All of them, in this order, when none is named; with --seed alone actors, whose rounds name no part.
  --minutes  of actors and of queue: begins no round after this time (5 when absent); one round is always run
  --seed     decides what happens, not the moment at which the machine comes to it; random when absent
  --queue    the same as queue and scoreboard
  --json     the scoreboard as JSON`;

const DEFAULT_MINUTES = '5';
const MS_PER_MINUTE = 60_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: 'boolean', short: 'h' },
    json: { type: 'boolean', default: false },
    minutes: { type: 'string', default: DEFAULT_MINUTES },
    queue: { type: 'boolean', default: false },
    seed: { type: 'string' },
  },
});
const minutes = Number(values.minutes);
const unknown = positionals.find((name) => !PARTS.includes(name as Part));

// The launcher holds this channel open; when it is killed, the keepers of our processes end them with us.
process.on('disconnect', () => process.exit(1));
process.channel?.unref();

if (values.help) console.log(USAGE);
else if (!(minutes >= 0)) refuse(`"${values.minutes}" is no number of minutes`);
else if (unknown !== undefined) refuse(`"${unknown}" is no part`);
else process.exitCode = await run(choose(), values.seed ?? systemRandom.hex(4), minutes * MS_PER_MINUTE);

function refuse(why: string): void {
  console.error(`${why}\n\n${USAGE}`);
  process.exitCode = 2;
}

function choose(): ReadonlySet<Part> {
  const named = [...(positionals as Part[]), ...(values.queue ? (['queue', 'scoreboard'] as const) : [])];
  if (named.length > 0) return new Set(named);
  return new Set(values.seed === undefined ? PARTS : ['actors']);
}

async function run(parts: ReadonlySet<Part>, seed: string, forMs: number): Promise<number> {
  for (const part of PARTS) {
    if (!parts.has(part)) continue;
    const code = part === 'scoreboard' ? await compare(seed) : await runRounds(part, seed, forMs);
    if (code !== 0) return code;
  }
  return 0;
}

function compare(seed: string): Promise<number> {
  return runScoreboard({ seed, isJson: values.json, signal: new AbortController().signal });
}

async function runRounds(part: 'actors' | 'queue', seed: string, forMs: number): Promise<number> {
  const end = performance.now() + forMs;
  // A table for programs stands alone on the standard output.
  const print = values.json ? console.error : console.log;
  for (let round = 0; round === 0 || performance.now() < end; round++) {
    const roundSeed = seedOfRound(seed, round);
    try {
      const complaints = await (part === 'actors' ? actors(roundSeed, print) : queue(roundSeed, print));
      if (complaints.length === 0) continue;
      for (const complaint of complaints) console.error(`  ${complaint}`);
    } catch (error) {
      console.error(error);
    }
    const which = part === 'actors' ? '' : ` ${part}`;
    console.error(`Failed. To repeat: npm run test:chaos --${which} --minutes 0 --seed ${roundSeed}`);
    return 1;
  }
  return 0;
}

async function actors(seed: string, print: (line: string) => void): Promise<readonly string[]> {
  const plan = planRound(seed);
  print(`seed ${seed}: three of "${plan.kind}": ${plan.faults.join(', ')}`);
  const result = await runRound(plan);
  print(`  ${describeRound(result)}`);
  return result.complaints;
}

async function queue(seed: string, print: (line: string) => void): Promise<readonly string[]> {
  const plan = planQueueRound(seed);
  print(`seed ${seed}: jobs of ${plan.workMs} ms, sync interval ${plan.syncInterval}: ${plan.faults.join(', ')}`);
  const { acknowledged, complaints } = await runQueueRound(plan);
  print(`  ${acknowledged} adds acknowledged`);
  return complaints;
}
