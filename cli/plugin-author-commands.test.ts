// biome-ignore-all lint/suspicious/noTemplateCurlyInString: sources of plugins
import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { CommandContext } from './command.ts';
import { type CommandWorld, startCommandWorld } from './command-world.ts';
import { develop } from './commands/plugin-dev.ts';
import { createOutput } from './output.ts';

test('plugin new writes a plugin that builds and passes its tests wherever it lies', async (t) => {
  await using world = await startCommandWorld();
  const folder = join(world.folder, 'the folder of hello');
  const made = await world.run(['plugin', 'new', 'hello', '--folder', folder]);
  assert.deepEqual([made.code, made.err], [0, '']);
  assert.match(made.out, /Next:\n {2}autoweave plugin dev "/);

  const built = await world.run(['plugin', 'build', folder, '--hash']);
  assert.equal(built.code, 0, built.err);
  assert.match(built.out, /plugin\.wasm: \d+\.\d KiB, in \d+\.\d\d s\nplugin\.json: its signature is [0-9a-f]{64}\n$/);
  const manifest = JSON.parse(await readFile(join(folder, 'plugin.json'), 'utf8'));
  assert.deepEqual([manifest.name, manifest.signature.algorithm], ['hello', 'SHA-256']);

  const tested = await world.run(['plugin', 'test', folder, '--no-build']);
  assert.deepEqual([tested.code, tested.err], [0, '']);
  assert.match(tested.out, /^✔ greets by name \(.* ms\)\n✔ greets a device .*\nAll 2 cases passed\n$/);

  await replaceIn(join(folder, 'tests', 'greet.json'), 'Hello, Ann!', 'Hello, Bob!');
  // As on a terminal, where node colours the difference.
  const { FORCE_COLOR } = process.env;
  t.after(() =>
    FORCE_COLOR === undefined ? delete process.env['FORCE_COLOR'] : (process.env['FORCE_COLOR'] = FORCE_COLOR),
  );
  process.env['FORCE_COLOR'] = '1';
  const { code, document } = await world.runJson(['plugin', 'test', folder, '--no-build']);
  assert.equal(code, 1);
  assert.match(document[0].problem, /^output: not what was expected\n.*\n.*\n\+ {3}greeting: 'Hello, Ann!'\n- .*Bob/);
  assert.deepEqual([document[1].problem, document[1].log], [undefined, ['info: A device: Label printer']]);

  const written = await readFile(join(folder, 'plugin.wasm'));
  await replaceIn(join(folder, 'index.ts'), 'A device: ', 'The device: ');
  assert.equal((await world.run(['plugin', 'test', folder])).code, 1);
  assert.deepEqual(await readFile(join(folder, 'plugin.wasm')), written, 'what fails a test is not written');
  await replaceIn(join(folder, 'tests', 'greet.json'), 'Hello, Bob!', 'Hello, Ann!');
  assert.equal((await world.run(['plugin', 'test', folder])).code, 0);
  assert.notDeepEqual(await readFile(join(folder, 'plugin.wasm')), written);

  await replaceIn(join(folder, 'tests', 'greet.json'), '"input"', '"inputs"');
  const misspelt = await world.run(['plugin', 'test', folder, '--no-build']);
  assert.match(misspelt.err, /AW_PLUGIN_TEST_INVALID: Cannot use "tests.greet.json": \/0 .*"inputs"/);
});

test('plugin build shows what the compiler says with its place, and writes no module then', async () => {
  await using world = await startCommandWorld();
  const folder = await makePlugin(world);
  const source = join(folder, 'index.ts');
  const good = await readFile(source, 'utf8');
  const cases: [string, RegExp][] = [
    [
      'export function f(): void { greeet(); }',
      /ERROR TS2304: Cannot find name 'greeet'\.\n[\s\S]*in index\.ts\(16,29\)/,
    ],
    ['import { x } from "./other";', /File 'other\.ts' not found[\s\S]*in index\.ts/],
    ['export function f(): f64 { return Math.random(); }', /it needs env\.seed from its host\. Next: leave out/],
  ];
  for (const [line, expected] of cases) {
    await writeFile(source, `${good}\n${line}\n`);
    const { code, err } = await world.run(['plugin', 'build', folder]);
    assert.equal(code, 1);
    assert.match(err, /^AW_PLUGIN_BUILD_FAILED: Cannot build "/);
    assert.match(err, expected);
  }
  assert.ok(!(await readdir(folder)).some((name) => name.includes('.wasm')));
});

test('plugin build says all that a load would refuse of plugin.json, and writes no module then', async () => {
  await using world = await startCommandWorld();
  const folder = await makePlugin(world);
  const source = join(folder, 'index.ts');
  const calls = "export function more(): void { kv.get('a'); event.emit('a.b', 'k', json.object()); }";
  await writeFile(source, `import { event, kv } from 'autoweave';\n${await readFile(source, 'utf8')}\n${calls}\n`);
  const file = join(folder, 'plugin.json');
  const good = JSON.parse(await readFile(file, 'utf8'));
  const build = async (manifest: string | object) => {
    await writeFile(file, typeof manifest === 'string' ? manifest : JSON.stringify(manifest));
    return await world.run(['plugin', 'build', folder]);
  };
  const asking = { ...good.permissions, kv: { prefix: 'a' }, events: ['a.b'] };
  const whole = { ...good, permissions: asking, events: { 'a.b': {} } };
  const cases: [string | object, RegExp][] = [
    [{ ...whole, hooks: { onLoad: 'none' } }, /^AW_PLUGIN_FUNCTION_UNKNOWN: Hook onLoad is "none"/],
    [
      { ...whole, permissions: good.permissions, version: '0.1', hooks: { onLoda: 'greet' } },
      /^AW_PLUGIN_MANIFEST_INVALID: Cannot use ".*"\n {2}.*version.*; .*"onLoda" \(did you mean "onLoad"\?\)\n {2}.*`kv`.*\n {2}.*`events`/,
    ],
    ['{', /^AW_PLUGIN_MANIFEST_INVALID: .* line 1/],
  ];
  for (const [manifest, expected] of cases) {
    const { code, err } = await build(manifest);
    assert.equal(code, 1, err);
    assert.match(err, expected);
  }
  assert.ok(!(await readdir(folder)).some((name) => name.includes('.wasm')));
  assert.equal((await build(whole)).code, 0);
});

test('the commands of authors say what is wrong with a name, a language or a folder', async () => {
  await using world = await startCommandWorld();
  const { run, folder } = world;
  const taken = await makePlugin(world);
  await writeFile(join(taken, 'extra.c'), '');
  const cases: [string[], RegExp][] = [
    [['new', 'A'], /^AW_PLUGIN_NAME_INVALID: .*"A"/],
    [['new', 'abc', '--language', 'rust'], /^AW_PLUGIN_LANGUAGE_UNKNOWN: .*"rust".*assemblyscript or c/],
    [['new', 'abc', '--folder', taken], /^AW_PLUGIN_FOLDER_TAKEN: /],
    [['build', folder], /^AW_PLUGIN_UNREADABLE: .*plugin\.json": there is no such file\. Next: /],
    [['build', taken], /^AW_PLUGIN_LANGUAGE_UNKNOWN: .*both.*--language/],
  ];
  for (const [args, expected] of cases) {
    const { code, err } = await run(['plugin', ...args]);
    assert.equal(code, 1);
    assert.match(err, expected);
  }
});

test('plugin dev loads after each change that builds and passes, and asks once', async () => {
  await using world = await startCommandWorld();
  const folder = await makePlugin(world);
  const source = join(folder, 'index.ts');
  const requested = { usb: { vendor_ids: ['*'] } };
  let isGranted = false;
  let answer = 'y';
  let granted: object | null = null;
  world.gateway.answer = ({ query, variables }) => {
    if (query.startsWith('query')) {
      const items = [{ capability: 'usb', sentence: 'Hear of all devices', isGranted, isAvailable: true }];
      return { data: { inspectPlugin: { id: 'hello@0.1.0', permissions: { requested, granted, items } } } };
    }
    isGranted ||= variables['grant'] !== undefined;
    if (!isGranted) return { errors: [{ message: 'Not asked', extensions: { code: 'AW_PLUGIN_CONSENT_MISSING' } }] };
    return { data: { loadPlugin: { id: 'hello@0.1.0' } } };
  };
  const stop = new AbortController();
  const screen = createScreen();
  const asked: string[] = [];
  const done = develop(
    contextOf(world, folder, screen, asked, () => answer),
    stop.signal,
  );

  assert.match(
    await screen.round(),
    /✔ .*plugin\.wasm: .*\n✔ All 2 cases passed\nhello@0\.1\.0 asks .*\n {2}.*\n✔ hello@0\.1\.0 is loaded, /,
  );
  assert.deepEqual([asked.length, loads(world).map(({ grant }) => grant)], [1, [undefined, requested]]);

  await replaceIn(source, 'Hello, ${name}!', 'Bye, ${name}!');
  assert.match(
    await screen.round(),
    /^\nindex\.ts changed\n.*\n✖ 1 of 2 cases passed\n.*greets by name[\s\S]*Bye, Ann![\s\S]*\nThe version loaded at \d\d:\d\d:\d\d goes on\n$/,
  );
  await replaceIn(source, 'Bye, ${name}!', 'Bye, ${nam}!');
  assert.match(await screen.round(), /✖ AW_PLUGIN_BUILD_FAILED[\s\S]*index\.ts\(/);
  assert.equal(loads(world).length, 2);

  await replaceIn(source, 'Bye, ${nam}!', 'Hello, ${name}!');
  assert.match(await screen.round(), /is loaded/);
  assert.deepEqual([asked.length, loads(world).map(({ grant }) => grant)], [1, [undefined, requested, undefined]]);

  const manifest = join(folder, 'plugin.json');
  await replaceIn(manifest, '"entry"', '"no-such": 1,\n  "entry"');
  assert.match(await screen.round(), /changed\n✖ AW_PLUGIN_MANIFEST_INVALID: .*\nThe version loaded at .* goes on\n$/);
  // Now it wants more, and the person does not: the next change may be another one.
  [isGranted, granted, answer] = [false, {}, 'n'];
  await replaceIn(manifest, '"no-such": 1,\n  "entry"', '"entry"');
  assert.match(
    await screen.round(),
    /asks for this:\n {2}new {2}Hear of all devices\n✖ AW_NOT_CONFIRMED: .*\nThe version loaded at .* goes on\n$/,
  );
  stop.abort();
  assert.equal(await done, 0);
});

async function makePlugin(world: CommandWorld): Promise<string> {
  const folder = join(world.folder, 'hello');
  assert.equal((await world.run(['plugin', 'new', 'hello', '--folder', folder])).code, 0);
  return folder;
}

async function replaceIn(file: string, from: string, to: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  assert.ok(text.includes(from));
  await writeFile(file, text.replaceAll(from, to));
}

function loads({ gateway }: CommandWorld) {
  return gateway.requests.filter(({ query }) => query.startsWith('mutation')).map(({ variables }) => variables);
}

/** What a command prints, by its rounds. */
function createScreen() {
  let text = '';
  let wake: (() => void) | undefined;
  const end = 'Waiting for a change; Ctrl-C ends it\n';
  return {
    write(more: string) {
      text += more;
      wake?.();
    },
    async round(): Promise<string> {
      while (!text.includes(end)) await new Promise<void>((resolve) => (wake = resolve));
      const [round = '', ...rest] = text.split(end);
      text = rest.join(end);
      return round;
    },
  };
}

function contextOf(
  world: CommandWorld,
  folder: string,
  screen: { write(text: string): void },
  asked: string[],
  answer: () => string,
): CommandContext {
  return {
    arguments: { DIR: folder },
    several: [],
    options: { flag: () => false, text: () => undefined, texts: () => [] },
    isJson: false,
    env: { AUTOWEAVE_DATA: join(world.folder, 'data') },
    root: join(import.meta.dirname, '..'),
    output: createOutput(screen, screen, { isJson: false }),
    async ask(question) {
      asked.push(question);
      return answer();
    },
  };
}
