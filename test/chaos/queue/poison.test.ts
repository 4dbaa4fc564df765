import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../../harness/until.ts';
import { TENANT } from './autoweave-client.ts';
import { acknowledgedBy, readHistory, settleJobs } from './job-observer.ts';
import { startQueueCluster } from './queue-cluster.ts';

/** As long as innocents run, so that they are struck beside it. */
const WORK_MS = 100;

for (const maxStalledCount of [1, 2]) {
  test(`a job that ends its worker's process fails after ${maxStalledCount} stalls, and the others of its pack complete`, async () => {
    await using cluster = await startQueueCluster();
    const adder = await cluster.startAdder('a', { mix: 'poison', lanes: 40, restMs: 0, workMs: WORK_MS, count: 40 });
    await until(() => adder.words.at(-1)?.kind === 'done', 'the jobs to be there');
    const subjects = await cluster.bus.subjects('JOBS', `aw.${TENANT}.job.>`);
    assert.ok(subjects.size <= 3, `they share packs: ${[...subjects.keys()]}`);
    const workers = await Promise.all(
      ['w1', 'w2'].map((name) => cluster.startWorker(name, { maxStalledCount, concurrency: 10 }, true)),
    );
    assert.deepEqual(await settleJobs(cluster.bus, cluster.processes), []);
    const { outcomes } = await readHistory(cluster.bus, acknowledgedBy(cluster.processes));
    assert.deepEqual(
      outcomes.filter(({ state }) => state === 'failed').map(({ code }) => code),
      ['AW_JOB_STALLED', 'AW_JOB_STALLED'],
    );
    const deaths = workers.reduce((sum, worker) => sum + worker.deaths, 0);
    assert.ok(deaths >= maxStalledCount + 1, `they did end their workers: ${deaths} times`);
  });
}
