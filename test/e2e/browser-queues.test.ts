import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { type Autoweave, startAutoweave } from '../harness/autoweave.ts';
import { browserMissing, openBrowser } from '../harness/browser.ts';

/** A person looks after queues: the real page on the real system. */

const skip = browserMissing() ?? false;
/** Its worker is a part of AutoWeave. */
const SYSTEM = 'system';
/** Made by its first job; nothing works on it. */
const SHELF = 'shelf';
const DEPLOY = 'agent.deploy';
const AN_HOUR_S = '3600';

interface World {
  readonly autoweave: Autoweave;
  readonly page: Page;
  readonly problems: readonly string[];
  /** By its `data-testid`. */
  find(id: string): Locator;
}

async function openQueues(t: TestContext): Promise<World> {
  const autoweave = await startAutoweave();
  t.after(() => autoweave[Symbol.asyncDispose]());
  const browser = await openBrowser();
  t.after(() => browser[Symbol.asyncDispose]());
  const page = await browser.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  await page.goto(`${autoweave.url}/?token=${autoweave.token}`);
  const find = (id: string) => page.locator(`[data-testid=${id}]`);
  await page.locator('[data-testid=connection][data-state=live]').waitFor();
  await find('view-queues').click();
  await find('queues-list').waitFor();
  return { autoweave, page, problems, find };
}

async function openQueue({ page }: World, name: string): Promise<void> {
  const row = page.locator(`[data-testid=queue-row][data-name=${name}]`);
  // By the keyboard: the list is one stop, and Enter follows the link.
  await row.locator('a').focus();
  await page.keyboard.press('Enter');
  await page.locator(`[data-testid=queue-panel][data-name=${name}] [data-testid=feed-state][data-live=true]`).waitFor();
}

interface Wanted {
  readonly queue?: string;
  readonly type: string;
  readonly data: string;
  readonly delay?: string;
}

/** Adds a job by the form, which then shows it, and gives its id. */
async function addByForm({ find, page }: World, { queue, type, data, delay }: Wanted): Promise<string> {
  if (queue === undefined) await find('add-job').click();
  else {
    await find('add-anywhere').click();
    await find('add-queue').fill(queue);
  }
  await find('add-type').selectOption(type);
  await find('add-data').fill(data);
  if (delay !== undefined) await find('add-delay').fill(delay);
  await find('add-submit').click();
  await find('add-dialog').waitFor({ state: 'detached' });
  await find('job-state').waitFor();
  const id = await find('job-detail').getAttribute('data-id');
  assert.equal(new URL(page.url()).hash, `#/queues/${queue ?? SYSTEM}/${id}`);
  return id!;
}

const addShelved = (autoweave: Autoweave, agentId: string) =>
  autoweave.query('mutation ($data: JSON!) { addJob(queue: "shelf", type: "agent.deploy", data: $data) { id } }', {
    data: { agentId },
  });

const whenStateIs = ({ page }: World, state: string) =>
  page.locator(`[data-testid=job-state][data-state=${state}]`).waitFor();
const whenCountIs = ({ page }: World, tab: string, count: number) =>
  page.locator(`[data-testid=tab-${tab}][data-count="${count}"]`).waitFor();
const rowOf = ({ page }: World, id: string) => page.locator(`[data-testid=job-row][data-id="${id}"]`);

test('browser: a job added in the page is seen to complete, and removed', { skip }, async (t) => {
  const world = await openQueues(t);
  const { find, page, problems } = world;
  await openQueue(world, SYSTEM);
  const id = await addByForm(world, { type: 'system.health_check', data: '{"components": ["broker"]}' });
  await whenStateIs(world, 'COMPLETED');
  assert.match(await find('job-result').innerText(), /"name": "broker"/);
  await find('tab-completed').click();
  await rowOf(world, id).waitFor();

  // The address names the job: it can be opened again, and given to others.
  await page.reload();
  await whenStateIs(world, 'COMPLETED');
  await find('tab-completed').click();
  await rowOf(world, id).waitFor();

  await find('job-remove').click();
  await find('confirm').click();
  await rowOf(world, id).waitFor({ state: 'detached' });
  await find('job-remove').waitFor({ state: 'detached' });
  assert.deepEqual(problems, []);
});

test('browser: a job that fails is tried again with other data, then removed with all that failed', {
  skip,
}, async (t) => {
  const world = await openQueues(t);
  const { find, page, problems } = world;
  await openQueue(world, SYSTEM);
  // A type that the queue's worker does not know.
  const id = await addByForm(world, { type: DEPLOY, data: '{"agentId": "one"}' });
  await whenStateIs(world, 'FAILED');
  const failures = find('job-failure');
  assert.match(await failures.first().innerText(), /AW_TYPE_UNHANDLED/);

  await find('job-edit').click();
  await find('job-new-data').fill('{"agentId": 2}');
  await find('job-retry-edited').click();
  await page.locator('[data-testid=job-detail] [data-code=AW_DATA_INVALID]').waitFor();
  await find('job-new-data').fill('{"agentId": "two"}');
  await find('job-retry-edited').click();
  await failures.nth(1).waitFor();
  await whenStateIs(world, 'FAILED');
  await find('tab-failed').click();
  await rowOf(world, id).waitFor();
  await whenCountIs(world, 'failed', 1);

  await find('bulk-remove').click();
  assert.match(await find('confirm-dialog').innerText(), /Remove 1 failed job\?/);
  await find('confirm').click();
  await rowOf(world, id).waitFor({ state: 'detached' });
  await whenCountIs(world, 'failed', 0);
  assert.deepEqual(problems, []);
});

test('browser: a delayed job is promoted, its queue paused, resumed and drained', { skip }, async (t) => {
  const world = await openQueues(t);
  const { find, page, problems, autoweave } = world;
  const id = await addByForm(world, {
    queue: SHELF,
    type: DEPLOY,
    data: '{"agentId": "one"}',
    delay: AN_HOUR_S,
  });
  await whenStateIs(world, 'DELAYED');
  await page.locator('[data-testid=feed-state][data-live=true]').waitFor();
  await whenCountIs(world, 'delayed', 1);
  await find('job-promote').click();
  await whenStateIs(world, 'WAITING');
  await find('tab-waiting').click();
  await rowOf(world, id).waitFor();

  await find('queue-pause').click();
  await find('queue-paused').waitFor();
  await page.locator('[data-testid=queue-row][data-name=shelf]', { hasText: 'paused' }).waitFor();
  await find('queue-resume').click();
  await find('queue-paused').waitFor({ state: 'detached' });

  // What others do is seen without asking.
  await addShelved(autoweave, 'two');
  await find('job-row').nth(1).waitFor();
  await whenCountIs(world, 'waiting', 2);

  await find('queue-drain').click();
  assert.match(await find('confirm-text').innerText(), /2 waiting jobs will be removed/);
  await find('confirm').click();
  await find('job-row').first().waitFor({ state: 'detached' });
  // The rows may be gone before the answer is there.
  await page.locator('[data-testid=queue-done]', { hasText: '2 jobs are gone' }).waitFor();
  await whenCountIs(world, 'waiting', 0);
  assert.deepEqual(problems, []);
});

test('browser: what can’t be added says why, and queues are used by the keyboard alone', { skip }, async (t) => {
  const world = await openQueues(t);
  const { find, page, problems, autoweave } = world;
  for (const agentId of ['one', 'two']) await addShelved(autoweave, agentId);
  await openQueue(world, SHELF);
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'queue-title');

  await find('add-job').focus();
  await page.keyboard.press('Enter');
  await find('add-type').selectOption(DEPLOY);
  await find('add-data').fill('{"agentId": ');
  await page.locator('.field-problem', { hasText: 'No JSON' }).waitFor();
  await find('add-data').fill('{"agentId": ""}');
  await find('add-submit').press('Enter');
  await page.locator('[data-testid=add-dialog] [data-code=AW_DATA_INVALID]').waitFor();
  await page.keyboard.press('Escape');
  await find('add-dialog').waitFor({ state: 'detached' });
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('data-testid')), 'add-job');

  await find('tab-waiting').focus();
  await page.keyboard.press('ArrowLeft');
  await page.locator('[data-testid=tab-failed][aria-selected=true]').waitFor();
  await page.locator('[data-testid=job-list]', { hasText: 'No failed job is kept' }).waitFor();
  await page.keyboard.press('Home');
  await find('job-row').nth(1).waitFor();
  await find('job-row').first().locator('a').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await whenStateIs(world, 'WAITING');
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'job-title');
  assert.equal(await find('job-detail').getAttribute('data-id'), await find('job-row').nth(1).getAttribute('data-id'));

  await find('job-cancel').press('Enter');
  await find('confirm').press('Enter');
  await whenStateIs(world, 'CANCELLED');
  await whenCountIs(world, 'waiting', 1);
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'job-title', 'the focus is not lost');
  await find('job-close').press('Enter');
  await find('queue-facts').waitFor();
  assert.equal(
    await find('queue-durability').getAttribute('data-level'),
    await find('durability').getAttribute('data-level'),
  );
  assert.deepEqual(problems, []);
});
