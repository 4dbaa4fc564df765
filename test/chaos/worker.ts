import { createInterface } from 'node:readline';
import { startActorSystem } from '../../runtime/actor/actor-system.ts';
import { connectNatsBus } from '../../runtime/bus/nats-bus.ts';
import { systemRandom } from '../../runtime/clock/random.ts';
import { systemClock } from '../../runtime/clock/system-clock.ts';
import { createContracts } from '../../runtime/contracts/contracts.ts';
import { noInstruments } from '../../runtime/telemetry/instruments.ts';
import { createLog } from '../../runtime/telemetry/log.ts';
import { noTracer } from '../../runtime/telemetry/spans.ts';
import { account, ledger, listener } from './actors.ts';
import { createSnaredBus, type Snare, say } from './snare.ts';

/**
 * A runtime and nothing else: `worker.ts URL KEEP_MS`. It takes snares on its standard input, and ends when that is
 * closed, by SIGTERM in order, and when its actors can't go on.
 */

const LOOK_MS = 50;

const [url = '', keepHandledMs = ''] = process.argv.slice(2);
const log = createLog({
  level: 'info',
  format: 'json',
  clock: systemClock,
  write: (line) => void process.stderr.write(line),
});
const connected = await connectNatsBus({ url, name: 'chaos worker', clock: systemClock, random: systemRandom, log });
const { bus, set } = createSnaredBus(connected);
const system = await startActorSystem({
  bus,
  definitions: [account, ledger, listener],
  contracts: createContracts({}),
  clock: systemClock,
  random: systemRandom,
  log,
  instruments: noInstruments,
  tracer: noTracer,
  keepHandledMs: Number(keepHandledMs),
});

createInterface(process.stdin)
  .on('line', (line) => set(JSON.parse(line) as Snare))
  .on('close', () => process.exit(3));

process.once('SIGTERM', async () => {
  await system[Symbol.asyncDispose]();
  await bus[Symbol.asyncDispose]();
  process.exit(0);
});

void system.exited.then((reason) => {
  if (reason.kind === 'normal') return;
  log.error('worker.ended', { error: reason.error });
  process.exit(1);
});

let said = '';
setInterval(() => {
  const { partitions, members } = system.status;
  const status = `${partitions} ${members}`;
  if (status === said) return;
  said = status;
  say({ kind: 'status', partitions, members });
}, LOOK_MS);
say({ kind: 'ready' });
