import { test } from 'node:test';
import { createSimulation } from '../../runtime/testkit/testkit.ts';
import { checkWorld } from './checks.ts';
import { createCluster } from './cluster.ts';
import { recordHistory } from './history.ts';
import { TENANT } from './rules.ts';
import { type Errand, startSender } from './senders.ts';

/** Faults that seeds have found, where what must coincide is too seldom to leave it to a seed. */

const LIMIT_MS = 60_000;

test('a key that is looked at before its new owner has begun does not forget what is parked', async () => {
  const address = { tenant: TENANT, actor: 'counter', key: 'tick' };
  const name = `${address.actor}/${address.key}`;
  const simulation = createSimulation({ seed: 1, broker: { latencyMs: () => 1 } });
  const { clock, broker } = simulation;
  const history = recordHistory(broker);
  const cluster = createCluster(simulation, { size: 2, replaceMs: () => 100, keepHandledMs: LIMIT_MS });
  const add = (tag: string, waitMs: number): Errand => ({
    actor: address.actor,
    key: address.key,
    type: 'counter.add',
    order: { tag, amount: 1 },
    waitMs,
    isCall: false,
    fate: 'open',
  });
  const lanes = [[add('one', 800), add('two', 1_000), add('three', 10), add('four', 10_000)]];
  const controls = () => cluster.runtimes.flatMap(({ system }) => (system === undefined ? [] : [system.control]));
  const lookedAt = () => Promise.all(controls().map((control) => control.look(address)));
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await clock.sleep(1);
  };
  const fences = () => broker.stream('STATE').page('aw._sys.state.*.fence.owner').at(-1)?.sequence ?? 0;
  let isOver = false;

  const operate = async (): Promise<void> => {
    await until(() => history.handled.get(name) !== undefined);
    await controls()[0]!.pause(address);
    await until(() => broker.stream('MAILBOX').count('aw.*.parked.>') === 2);
    // By then the mark has passed them: nobody is given them again but as parked.
    await clock.sleep(2_500);
    const { owner } = (await lookedAt())[0]!;
    cluster.runtimes.find(({ system }) => system?.status.member === owner)!.process.kill();
    const before = fences();
    await until(() => fences() > before);
    for (let count = 0; count < 50; count++) {
      for (const control of controls()) control.look(address).catch(() => undefined);
      await clock.sleep(0.5);
    }
    while (history.paused.size > 0) {
      await Promise.any(controls().map((control) => control.resume(address))).catch(() => undefined);
      await clock.sleep(10);
    }
    isOver = true;
  };

  for (let count = 0; count < 2; count++) cluster.start();
  const sender = startSender(simulation, 'sender', lanes);
  let failure: unknown;
  operate().catch((error: unknown) => {
    failure = error;
  });
  const isAtRest = (): boolean => {
    if (failure !== undefined) throw failure;
    history.look();
    cluster.look();
    return isOver && sender.isDone && history.isAtRest;
  };
  await simulation.run(isAtRest, { limitMs: LIMIT_MS });
  checkWorld(history, lanes);
});
