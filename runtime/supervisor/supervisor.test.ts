import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Clock } from '../clock/clock.ts';
import { AutoWeaveError } from '../errors/errors.ts';
import { noLog } from '../telemetry/log.ts';
import type { Child, ChildSpec, ExitReason, Restart } from './child.ts';
import type { Strategy } from './restart-plan.ts';
import { type SupervisorOptions, startSupervisor } from './supervisor.ts';

/** In one file, though long: each strategy, restart type and shutdown runs on the same clock and the same children. */

/** Time that passes when the test says so. */
interface TestClock extends Clock {
  /** Lets what is due happen in order, and what follows from it, before and after each instant. */
  advance(ms: number): Promise<void>;
}

function createTestClock(): TestClock {
  let now = 0;
  let timers: { at: number; callback: () => void }[] = [];
  const clock: TestClock = {
    now: () => now,
    monotonic: () => now,
    schedule(delayMs, callback) {
      const timer = { at: now + delayMs, callback };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    turn: async () => {},
    sleep(delayMs, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      if (signal?.aborted) reject(signal.reason);
      const cancel = clock.schedule(delayMs, resolve);
      signal?.addEventListener('abort', () => {
        cancel();
        reject(signal.reason);
      });
      return promise;
    },
    async advance(ms) {
      const until = now + ms;
      await settle();
      for (;;) {
        const due = timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
        if (due === undefined) break;
        timers = timers.filter((timer) => timer !== due);
        now = Math.max(now, due.at);
        due.callback();
        await settle();
      }
      now = until;
    },
  };
  return clock;
}

/** Nothing here waits for anything but promises, and they have all run before the event loop turns. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Children that write down what happens to them, and end when told to. */
function createStage(ids: readonly string[]) {
  const events: string[] = [];
  const running = new Map<string, (reason: ExitReason) => void>();
  /** Starts that fail next, with why. */
  const failures = new Map<string, Error[]>();

  const spec = (id: string, overrides: Partial<ChildSpec> = {}): ChildSpec => ({
    id,
    restart: 'permanent',
    shutdownMs: 1000,
    async start() {
      const failure = failures.get(id)?.shift();
      if (failure !== undefined) {
        events.push(`${id} fails`);
        throw failure;
      }
      events.push(`${id} starts`);
      const exit = Promise.withResolvers<ExitReason>();
      running.set(id, exit.resolve);
      return {
        exited: exit.promise,
        async [Symbol.asyncDispose]() {
          events.push(`${id} stops`);
          running.delete(id);
          exit.resolve({ kind: 'normal' });
        },
      };
    },
    ...overrides,
  });

  return {
    events,
    spec,
    specs: ids.map((id) => spec(id)),
    fail: (id: string, ...errors: Error[]) => failures.set(id, errors),
    crash(id: string, error: unknown = new Error(`${id} broke`)) {
      running.get(id)!({ kind: 'error', error });
    },
    finish: (id: string) => running.get(id)!({ kind: 'normal' }),
    isRunning: (id: string) => running.has(id),
    takeEvents: () => events.splice(0).join(', '),
  };
}

function optionsOf(
  clock: Clock,
  children: readonly ChildSpec[],
  strategy: Strategy = 'one_for_one',
): SupervisorOptions {
  return { strategy, intensity: 3, periodMs: 5000, children, clock, log: noLog };
}

suite('startSupervisor', () => {
  test('starts in order and stops in reverse order', async () => {
    const stage = createStage(['a', 'b', 'c']);
    const supervisor = await startSupervisor(optionsOf(createTestClock(), stage.specs));
    assert.equal(stage.takeEvents(), 'a starts, b starts, c starts');
    assert.deepEqual(
      supervisor.children().map(({ state }) => state),
      ['running', 'running', 'running'],
    );

    await supervisor[Symbol.asyncDispose]();
    assert.equal(stage.takeEvents(), 'c stops, b stops, a stops');
    assert.deepEqual(
      supervisor.children().map(({ state }) => state),
      ['stopped', 'stopped', 'stopped'],
    );
    assert.deepEqual(await supervisor.exited, { kind: 'normal' });
  });

  test('stops those that run when a later one cannot start', async () => {
    const stage = createStage(['a', 'b', 'c']);
    stage.fail('c', new Error('no c today'));
    await assert.rejects(startSupervisor(optionsOf(createTestClock(), stage.specs)), /no c today/);
    assert.equal(stage.takeEvents(), 'a starts, b starts, c fails, b stops, a stops');
  });

  test('restarts who the strategy says', async () => {
    const cases: [Strategy, string][] = [
      ['one_for_one', 'b starts'],
      ['one_for_all', 'c stops, a stops, a starts, b starts, c starts'],
      ['rest_for_one', 'c stops, b starts, c starts'],
    ];
    for (const [strategy, expected] of cases) {
      const clock = createTestClock();
      const stage = createStage(['a', 'b', 'c']);
      await using supervisor = await startSupervisor(optionsOf(clock, stage.specs, strategy));
      stage.takeEvents();
      stage.crash('b');
      await settle();
      assert.equal(supervisor.children()[1]?.state, 'restarting', strategy);
      await clock.advance(20);
      assert.equal(stage.takeEvents(), expected, strategy);
      assert.deepEqual(
        supervisor.children().map(({ state }) => state),
        ['running', 'running', 'running'],
        strategy,
      );
    }
  });

  test('restarts by restart type', async () => {
    const cases: [Restart, 'crash' | 'finish', string, string][] = [
      ['permanent', 'crash', 'a starts', 'running'],
      ['permanent', 'finish', 'a starts', 'running'],
      ['transient', 'crash', 'a starts', 'running'],
      ['transient', 'finish', '', 'stopped'],
      ['temporary', 'crash', '', 'stopped'],
      ['temporary', 'finish', '', 'stopped'],
    ];
    for (const [restart, end, expected, state] of cases) {
      const clock = createTestClock();
      const stage = createStage([]);
      await using supervisor = await startSupervisor(optionsOf(clock, [stage.spec('a', { restart })]));
      stage.takeEvents();
      stage[end]('a');
      await clock.advance(20);
      assert.equal(stage.takeEvents(), expected, `${restart} after ${end}`);
      assert.equal(supervisor.children()[0]?.state, state, `${restart} after ${end}`);
    }
  });

  test('does not start a temporary child again that a sibling took along', async () => {
    const clock = createTestClock();
    const stage = createStage([]);
    const children = [stage.spec('a'), stage.spec('b', { restart: 'temporary' }), stage.spec('c')];
    await using supervisor = await startSupervisor(optionsOf(clock, children, 'one_for_all'));
    stage.takeEvents();
    stage.crash('a');
    await clock.advance(20);
    assert.equal(stage.takeEvents(), 'c stops, b stops, a starts, c starts');
    assert.deepEqual(
      supervisor.children().map(({ state }) => state),
      ['running', 'stopped', 'running'],
    );
  });

  test('tells restarts, last error and since when', async () => {
    const clock = createTestClock();
    const stage = createStage(['a']);
    await using supervisor = await startSupervisor(optionsOf(clock, stage.specs));
    await clock.advance(500);
    const error = new Error('worn out');
    stage.crash('a', error);
    await clock.advance(20);
    assert.deepEqual(supervisor.children(), [{ id: 'a', state: 'running', restarts: 1, lastError: error, since: 520 }]);
  });

  test('waits longer before each restart of a crash loop', async () => {
    const clock = createTestClock();
    const stage = createStage(['a']);
    await using _supervisor = await startSupervisor({ ...optionsOf(clock, stage.specs), intensity: 10 });
    for (const wait of [20, 40, 80]) {
      stage.crash('a');
      stage.takeEvents();
      await clock.advance(wait - 1);
      assert.equal(stage.takeEvents(), '', `${wait} ms are not over`);
      await clock.advance(1);
      assert.equal(stage.takeEvents(), 'a starts');
    }
  });

  test('gives up beyond its intensity, children stopped first', async () => {
    const clock = createTestClock();
    const stage = createStage(['a', 'b']);
    const escalations: AutoWeaveError[] = [];
    const supervisor = await startSupervisor({
      ...optionsOf(clock, stage.specs),
      intensity: 1,
      onEscalation(error) {
        escalations.push(error);
        assert.equal(stage.isRunning('b'), false);
      },
    });
    stage.crash('a');
    await clock.advance(20);
    stage.crash('a', new Error('again'));
    const reason = await supervisor.exited;
    assert.equal(reason.kind, 'error');
    assert.ok(reason.error instanceof AutoWeaveError);
    assert.equal(reason.error.code, 'AW_RESTARTS_EXCEEDED');
    assert.match(reason.error.message, /again/);
    assert.deepEqual(escalations, [reason.error]);
    await supervisor[Symbol.asyncDispose]();
    assert.equal((await supervisor.exited).kind, 'error');
  });

  test('does not give up when the crashes are far enough apart', async () => {
    const clock = createTestClock();
    const stage = createStage(['a']);
    await using supervisor = await startSupervisor({ ...optionsOf(clock, stage.specs), intensity: 1 });
    for (let crash = 0; crash < 5; crash++) {
      stage.crash('a');
      await clock.advance(5001);
      assert.equal(supervisor.children()[0]?.state, 'running');
    }
  });

  test('counts a start that fails as one more restart', async () => {
    const clock = createTestClock();
    const stage = createStage(['a', 'b']);
    await using supervisor = await startSupervisor(optionsOf(clock, stage.specs, 'rest_for_one'));
    stage.takeEvents();
    stage.fail('b', new Error('not yet'), new Error('nor now'));
    stage.crash('a');
    await clock.advance(500);
    assert.equal(stage.takeEvents(), 'b stops, a starts, b fails, b fails, b starts');
    assert.equal(supervisor.children()[1]?.restarts, 1);
    stage.fail('b', new Error('never'), new Error('never'), new Error('never'));
    stage.crash('b');
    await clock.advance(500);
    assert.equal((await supervisor.exited).kind, 'error');
  });

  test('counts siblings that crash together as one restart', async () => {
    const clock = createTestClock();
    const stage = createStage(['a', 'b', 'c']);
    await using supervisor = await startSupervisor({ ...optionsOf(clock, stage.specs, 'one_for_all'), intensity: 1 });
    for (const id of ['c', 'a', 'b']) stage.crash(id);
    stage.takeEvents();
    await clock.advance(20);
    assert.equal(stage.takeEvents(), 'a starts, b starts, c starts');
    assert.deepEqual(
      supervisor.children().map(({ restarts }) => restarts),
      [1, 1, 1],
    );
  });

  test('gives up a start that waits for a sibling which has just crashed', async () => {
    const clock = createTestClock();
    const stage = createStage([]);
    let starts = 0;
    let isWaiting = false;
    const dependent = stage.spec('b', {
      start: async ({ signal }) => {
        if (++starts === 2) {
          isWaiting = true;
          await clock.sleep(1_000_000, signal);
        }
        return stage.spec('b').start({ signal });
      },
    });
    await using supervisor = await startSupervisor(optionsOf(clock, [stage.spec('a'), dependent], 'rest_for_one'));
    stage.crash('a');
    await clock.advance(20);
    assert.ok(isWaiting);
    stage.takeEvents();
    stage.crash('a');
    await clock.advance(40);
    assert.equal(stage.takeEvents(), 'a starts, b starts');
    assert.deepEqual(
      supervisor.children().map(({ state }) => state),
      ['running', 'running'],
    );
  });

  test('lets a child restart under one_for_one while a sibling still starts', async () => {
    const clock = createTestClock();
    const stage = createStage(['a']);
    let starts = 0;
    const slow = stage.spec('slow', {
      start: async ({ signal }) => {
        if (++starts > 1) await clock.sleep(10_000, signal);
        return stage.spec('slow').start({ signal });
      },
    });
    await using supervisor = await startSupervisor(optionsOf(clock, [slow, ...stage.specs]));
    stage.crash('slow');
    await clock.advance(100);
    stage.crash('a');
    await clock.advance(100);
    assert.deepEqual(
      supervisor.children().map(({ state }) => state),
      ['restarting', 'running'],
    );
  });

  test('stops in the middle of a restart', async () => {
    const clock = createTestClock();
    const stage = createStage(['a', 'b']);
    const supervisor = await startSupervisor(optionsOf(clock, stage.specs, 'rest_for_one'));
    stage.crash('a');
    await settle();
    await supervisor[Symbol.asyncDispose]();
    await clock.advance(10_000);
    assert.deepEqual(
      supervisor.children().map(({ state }) => state),
      ['stopped', 'stopped'],
    );
    assert.equal(stage.takeEvents(), 'a starts, b starts, b stops');
  });

  test('does not wait beyond the grace time of a child that hangs', async () => {
    const clock = createTestClock();
    const stage = createStage(['a']);
    const hanging: Child = { exited: new Promise(() => {}), [Symbol.asyncDispose]: () => new Promise(() => {}) };
    const children = [...stage.specs, stage.spec('b', { start: async () => hanging, shutdownMs: 300 })];
    const supervisor = await startSupervisor(optionsOf(clock, children));
    stage.takeEvents();
    const stopped = supervisor[Symbol.asyncDispose]();
    await clock.advance(299);
    assert.equal(stage.takeEvents(), '');
    await clock.advance(1);
    await stopped;
    assert.equal(stage.takeEvents(), 'a stops');
  });

  test('stops a child that comes after its start was abandoned', async () => {
    const clock = createTestClock();
    const stage = createStage([]);
    const gate = Promise.withResolvers<void>();
    let starts = 0;
    const deaf = stage.spec('a', {
      shutdownMs: 100,
      start: async ({ signal }) => {
        if (++starts > 1) await gate.promise;
        return stage.spec('a').start({ signal });
      },
    });
    const supervisor = await startSupervisor(optionsOf(clock, [deaf]));
    stage.crash('a');
    await clock.advance(20);
    const stopped = supervisor[Symbol.asyncDispose]();
    await clock.advance(100);
    await stopped;
    stage.takeEvents();
    gate.resolve();
    await settle();
    assert.equal(stage.takeEvents(), 'a starts, a stops');
  });

  test('nests: a supervisor that gives up is restarted by its own', async () => {
    const clock = createTestClock();
    const stage = createStage([]);
    const inner = stage.spec('inner', {
      start: () => startSupervisor({ ...optionsOf(clock, [stage.spec('leaf')]), intensity: 0 }),
    });
    await using outer = await startSupervisor(optionsOf(clock, [inner]));
    stage.takeEvents();
    stage.crash('leaf');
    await clock.advance(20);
    assert.equal(stage.takeEvents(), 'leaf starts');
    assert.equal(outer.children()[0]?.restarts, 1);
  });
});
