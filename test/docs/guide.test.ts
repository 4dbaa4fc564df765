import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { ActorDefinition } from '../../runtime/actor/definition.ts';
import { tryActors } from '../../runtime/testkit/try-actor.ts';
import { ROOT } from '../harness/root.ts';

/** The guide's actors and their test run as printed, in a project that AutoWeave is linked into. */

const MAX_ACTOR_LINES = 20;
const MAX_TEST_LINES = 15;
const DAY_MS = 24 * 60 * 60_000;
const guide = await readFile(join(ROOT, 'docs', 'guide', 'actors.md'), 'utf8');
const blocks = [...guide.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, text]) => text!);
const actors = blocks.filter((text) => text.includes('defineActor('));
const [printedTest = '', ...otherTests] = blocks.filter((text) => text.includes("'autoweave/testkit'"));
let project = '';

before(async () => {
  project = await mkdtemp(join(tmpdir(), 'autoweave-guide-'));
  await mkdir(join(project, 'node_modules'));
  await symlink(ROOT, join(project, 'node_modules', 'autoweave'), 'dir');
  await writeFile(join(project, 'package.json'), '{ "type": "module" }');
  for (const [index, text] of actors.entries()) await writeFile(join(project, `${index}-${nameOf(text)}.ts`), text);
});
after(() => rm(project, { recursive: true, force: true }));

describe('the guide', () => {
  test(`has actors of at most ${MAX_ACTOR_LINES} lines, and a test of at most ${MAX_TEST_LINES}`, () => {
    assert.deepEqual(actors.map(nameOf), ['greeter', 'reminder', 'order', 'stock', 'greeter']);
    assert.equal(otherTests.length, 0);
    for (const text of actors) assert.ok(linesOf(text) <= MAX_ACTOR_LINES, nameOf(text));
    assert.ok(linesOf(printedTest) <= MAX_TEST_LINES, String(linesOf(printedTest)));
  });

  test('prints a test that passes', async () => {
    const { code, output } = await runPrintedTest(actors[1]!);
    assert.equal(code, 0, output);
    assert.match(output, /^# pass 1$/m);
  });

  test('control: the test fails for an actor that reminds too late', async () => {
    const { code, output } = await runPrintedTest(actors[1]!.replace('3_600_000', '3_700_000'));
    assert.equal(code, 1, output);
    assert.match(output, /^# fail 1$/m);
  });

  test('prints calls that take effect', async () => {
    const [order, stock] = [await load(2), await load(3)];
    await using world = await tryActors([order, stock]);
    await world.call(order, 'o1', 'order.place', { item: 'tea' });
    assert.deepEqual(world.state(order, 'o1'), { left: 9 });
    for (let number = 2; number <= 10; number++) await world.call(order, `o${number}`, 'order.place', { item: 'tea' });
    await assert.rejects(world.call(order, 'o11', 'order.place', { item: 'tea' }), { code: 'SHOP_SOLD_OUT' });
  });

  test('prints a migration from its first actor to the last', async () => {
    const [first, second] = [await load(0), await load(4)];
    await using world = await tryActors([first]);
    await world.call(first, 'ann', 'greeter.greet', { name: 'Ann' });
    await world.restart([second]);
    assert.equal(await world.call(second, 'ann', 'greeter.greet'), 2);
    assert.deepEqual(world.state(second, 'ann'), { visits: 2 });
  });

  test('prints timers that can be set', async () => {
    const lines = blocks.find((text) => text.startsWith('ctx.schedule('))!;
    const reminder = await load(1);
    const set = new Function('ctx', lines) as (ctx: unknown) => void;
    const planner = { ...reminder, commands: { ...reminder.commands, 'reminder.set': (ctx: unknown) => set(ctx) } };
    await using world = await tryActors([planner as ActorDefinition]);
    await world.call(planner, 'ann', 'reminder.set', { text: '' });
    await world.advance(DAY_MS);
    assert.deepEqual(textsOf(world.events()), ['tea', 'up']);
    // From a Thursday on, with a week-end in between.
    await world.advance(5 * DAY_MS);
    assert.deepEqual(textsOf(world.events()), ['tea', 'up', 'up', 'up', 'up']);
    // Events are kept for a week.
    await world.advance(359 * DAY_MS);
    assert.deepEqual(textsOf(world.events()).toSorted(), ['up', 'up', 'up', 'up', 'up', 'year']);
  });
});

async function runPrintedTest(actor: string): Promise<{ readonly code: number; readonly output: string }> {
  const folder = await mkdtemp(join(project, 'run-'));
  await writeFile(join(folder, 'reminder.ts'), actor);
  const file = join(folder, 'reminder.test.ts');
  await writeFile(file, printedTest);
  // Within a run of tests another one reports to that run instead of printing.
  const { NODE_TEST_CONTEXT: _outer, ...env } = process.env;
  return new Promise((resolve) => {
    execFile(process.execPath, ['--test', '--test-reporter=tap', file], { cwd: folder, env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr }),
    );
  });
}

async function load(index: number): Promise<ActorDefinition> {
  const name = nameOf(actors[index]!);
  const file = pathToFileURL(join(project, `${index}-${name}.ts`));
  const exported = (await import(file.href)) as Record<string, ActorDefinition>;
  return exported[name]!;
}

function nameOf(text: string): string {
  return /^export const (\w+) = defineActor\(/m.exec(text)?.[1] ?? '';
}

function linesOf(text: string): number {
  return text.trimEnd().split('\n').length;
}

function textsOf(events: readonly { readonly data: unknown }[]): readonly unknown[] {
  return events.map(({ data }) => (data as { text: unknown }).text);
}
