import assert from 'node:assert/strict';
import { rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { smallDiskMissing } from '../../harness/small-disk.ts';
import { until } from '../../harness/until.ts';
import { startKeeper } from '../keeper.ts';
import { settleJobs } from './job-observer.ts';
import { startQueueCluster } from './queue-cluster.ts';
import type { QueueProcess } from './queue-process.ts';
import { mountSmallStore } from './small-store.ts';

const MEGABYTE = 1024 ** 2;
const DISK_MEGABYTES = 96;
const RESERVE = 24 * MEGABYTE;
const skip = smallDiskMissing() ?? false;

test('a full disk: adds are refused with a code, what was acknowledged is done, and it goes on when there is room', {
  skip,
}, async () => {
  await using keeper = await startKeeper();
  const disk = await mountSmallStore(keeper, DISK_MEGABYTES);
  await using cluster = await startQueueCluster({ store: join(disk, 'nats') }, keeper);
  await cluster.startWorker('w1');
  const careful = await cluster.startAdder('a', { disk: { path: disk, minFreeBytes: RESERVE } });
  // Looks at no disk: it goes on until the server can't any more.
  const careless = await cluster.startAdder('b');
  await untilAdds([careful, careless], 'adds before');

  const filler = join(disk, 'filler');
  await writeFile(filler, Buffer.alloc((await freeOf(disk)) - RESERVE / 2));
  await until(() => refusalsOf(careful).includes('AW_DISK_FULL'), 'the refusal');
  await untilAdds([careless], 'what there is room for to be taken');
  assert.ok(refusalsOf(careful).every((code) => code === 'AW_DISK_FULL'));
  await writeFile(join(disk, 'last'), Buffer.alloc(RESERVE)).catch(() => undefined);
  await until(() => /no space left/i.test(cluster.broker.log), 'the server to find no room at all');
  const before = careless.words.length;
  await rm(filler);
  await rm(join(disk, 'last'));
  // As `up` does with its own broker: one that could not write is started anew.
  await cluster.broker.kill();
  await cluster.broker.restart();
  await untilAdds([careful, careless], 'adds afterwards');
  assert.ok(careless.words.length > before);

  for (const adder of [careful, careless]) adder.nudge();
  await until(() => [careful, careless].every(({ words }) => words.at(-1)?.kind === 'done'), 'the adders to end');
  assert.deepEqual(await settleJobs(cluster.bus, cluster.processes), []);
});

async function freeOf(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}

function refusalsOf({ words }: QueueProcess): readonly string[] {
  return words.filter((word) => word.kind === 'refused').map(({ code }) => code);
}

/** Waits for some more of each. */
async function untilAdds(adders: readonly QueueProcess[], what: string): Promise<void> {
  const countOf = ({ words }: QueueProcess) => words.filter(({ kind }) => kind === 'added').length;
  const before = adders.map(countOf);
  await until(() => adders.every((adder, index) => countOf(adder) > before[index]! + 20), what);
}
