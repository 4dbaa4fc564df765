import assert from 'node:assert/strict';
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { until } from '../../test/harness/until.ts';
import { createVirtualClock } from '../../test/harness/virtual-clock.ts';
import { noLog } from '../telemetry/log.ts';
import type { PluginFiles } from './host-api.ts';
import { watchPlugins } from './plugin-watch.ts';
import { readPlugin } from './read-plugin.ts';

/** A plugin in a folder, which is loaded and watched. */
async function open() {
  const folder = await mkdtemp(join(tmpdir(), 'autoweave watch '));
  const clock = createVirtualClock();
  const module = (bytes: number) => writeFile(join(folder, 'plugin.wasm'), new Uint8Array(bytes));
  const manifest = (version: string) =>
    writeFile(
      join(folder, 'plugin.json'),
      JSON.stringify({ name: 'watched', version, entry: 'plugin.wasm', permissions: {} }),
    );
  await module(1);
  await manifest('1.0.0');
  const options = { of: 'the load' };
  let loaded: { files: PluginFiles; options: object }[] = [];
  const load = async () => void (loaded = [{ files: await readPlugin(folder), options }]);
  await load();
  const reloads: string[] = [];
  let underWay = 0;
  const world = {
    folder,
    clock,
    module,
    manifest,
    load,
    reloads,
    isBroken: false,
    unload: () => void (loaded = []),
    watch: () =>
      watchPlugins({
        clock,
        log: noLog,
        loaded: () => loaded as never,
        async reload(files, given) {
          underWay++;
          try {
            assert.equal(files, loaded[0]!.files);
            assert.equal(given, options);
            if (!world.isBroken) await load();
            reloads.push(world.isBroken ? 'failed' : `${loaded[0]!.files.module.length} bytes`);
            if (world.isBroken) throw new Error('broken');
          } finally {
            underWay--;
          }
        },
      }),
    /** Resolves when it has looked so often. */
    async look(times = 1) {
      for (let count = 0; count < times; count++) {
        await until(() => clock.waiting === 1, 'the look before');
        clock.step();
      }
      await until(() => clock.waiting === 1, 'the look');
      // It does not wait for what it has begun.
      await until(() => underWay === 0, 'the load');
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
  return world;
}

describe('the watch of plugins', () => {
  test('loads a plugin anew, once, when two looks have found the same change', async () => {
    await using world = await open();
    using _watch = world.watch();
    await world.look(3);
    assert.deepEqual(world.reloads, []);
    await world.module(2);
    await world.look();
    assert.deepEqual(world.reloads, []);
    await world.module(3);
    await world.look();
    assert.deepEqual(world.reloads, [], 'it is still being written');
    await world.look();
    assert.deepEqual(world.reloads, ['3 bytes']);
    await world.look(4);
    assert.equal(world.reloads.length, 1);
    await world.manifest('1.0.1');
    await world.look(4);
    assert.equal(world.reloads.length, 2);
  });

  test('sees what was written after the clock was set back', async () => {
    await using world = await open();
    using _watch = world.watch();
    await world.look();
    await world.module(2);
    const hourAgo = new Date(Date.now() - 3_600_000);
    await utimes(join(world.folder, 'plugin.wasm'), hourAgo, hourAgo);
    await world.look(2);
    assert.deepEqual(world.reloads, ['2 bytes']);
    // Of the same size, too.
    await world.look();
    await world.module(2);
    await utimes(join(world.folder, 'plugin.wasm'), 0, 0);
    await world.look(2);
    assert.equal(world.reloads.length, 2);
  });

  test('waits for a file that is missing', async () => {
    await using world = await open();
    using _watch = world.watch();
    await world.look();
    await rm(join(world.folder, 'plugin.wasm'));
    await world.look(4);
    assert.deepEqual(world.reloads, []);
    await world.module(5);
    await world.look(2);
    assert.deepEqual(world.reloads, ['5 bytes']);
  });

  test('tries what cannot be loaded again when it has changed again', async () => {
    await using world = await open();
    using _watch = world.watch();
    await world.look();
    world.isBroken = true;
    await world.module(2);
    await world.look(5);
    assert.deepEqual(world.reloads, ['failed']);
    world.isBroken = false;
    await world.module(3);
    await world.look(2);
    assert.deepEqual(world.reloads, ['failed', '3 bytes']);
  });

  test('sees what was written between a load and the look after it', async () => {
    await using world = await open();
    await world.module(2);
    using _watch = world.watch();
    await world.look(2);
    assert.deepEqual(world.reloads, ['2 bytes'], 'between the first load and the first look');
    await world.manifest('1.0.1');
    await world.load();
    await world.manifest('1.0.2');
    await world.look(3);
    assert.equal(world.reloads.length, 2, 'between a load by hand and the next look');
  });

  test('leaves alone what was loaded by hand, and what is not loaded any more', async () => {
    await using world = await open();
    using _watch = world.watch();
    await world.look();
    await world.module(2);
    await world.look();
    await world.load();
    await world.look(3);
    await world.module(3);
    await world.look();
    world.unload();
    await world.look(2);
    assert.deepEqual(world.reloads, []);
  });

  test('ends when it is closed', async () => {
    await using world = await open();
    const watch = world.watch();
    await world.look();
    watch[Symbol.dispose]();
    assert.equal(world.clock.waiting, 0);
  });
});
