import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { type Autoweave, startAutoweave } from '../harness/autoweave.ts';
import { browserMissing, openBrowser } from '../harness/browser.ts';
import { ROOT } from '../harness/root.ts';

/** A person looks into actors: the real page on the real system. */

const skip = browserMissing() ?? false;
const KEY = 'shop/visits #1';

interface World {
  readonly autoweave: Autoweave;
  readonly page: Page;
  readonly problems: readonly string[];
  send(add: number): Promise<unknown>;
}

async function openActors(t: TestContext): Promise<World> {
  const autoweave = await startAutoweave({ args: ['--actor', join(ROOT, 'test', 'harness', 'counter-actor.ts')] });
  t.after(() => autoweave[Symbol.asyncDispose]());
  const browser = await openBrowser();
  t.after(() => browser[Symbol.asyncDispose]());
  const page = await browser.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  const send = (add: number) =>
    autoweave.query(
      'mutation ($key: String!, $data: JSON!) { sendCommand(actor: "counter", key: $key, type: "counter.add", data: $data) }',
      { key: KEY, data: { add } },
    );
  await send(1);
  await page.goto(`${autoweave.url}/?token=${autoweave.token}`);
  await page.locator('[data-testid=connection][data-state=live]').waitFor();
  await page.locator('[data-testid=view-actors]').click();
  const row = page.locator(`[data-testid=finder-row][data-key="${KEY}"]`);
  await row.waitFor();
  // By the keyboard: the list is one stop, and Enter follows the link.
  await row.locator('a').focus();
  await page.keyboard.press('Enter');
  await page.locator('[data-testid=actor-detail] [data-testid=actor-state]').waitFor();
  return { autoweave, page, problems, send };
}

async function whenTotalIs(page: Page, total: number): Promise<void> {
  await page.locator('[data-testid=actor-state]', { hasText: `"total": ${total}\n` }).waitFor();
}

test('browser: a command sent from the actor view is answered, and its effect is seen', { skip }, async (t) => {
  const { page, problems, send, autoweave } = await openActors(t);
  await whenTotalIs(page, 1);
  await page.locator('[data-testid=command-type]').fill('counter.add');
  await page.locator('[data-testid=command-data]').fill('{"add": 4');
  await page.locator('.field-problem', { hasText: 'No JSON' }).waitFor();
  await page.locator('[data-testid=command-data]').fill('{"add": 4}');
  await page.locator('[data-testid=command-submit]').click();
  assert.match(await page.locator('[data-testid=command-answer]').innerText(), /"total": 5/);
  await whenTotalIs(page, 5);
  // What others do is seen without asking.
  await send(10);
  await whenTotalIs(page, 15);
  await page.locator('[data-testid=command-type]').fill('counter.subtract');
  await page.locator('[data-testid=command-submit]').click();
  await page.locator('[data-testid=command-form] [data-code=AW_TYPE_UNHANDLED]').waitFor();
  // The address names the actor: it can be opened again, and given to others.
  await page.reload();
  await whenTotalIs(page, 15);
  assert.equal(new URL(page.url()).hash, `#/actors/counter/${encodeURIComponent(KEY)}`);
  assert.ok(!page.url().includes(autoweave.token));
  assert.deepEqual(problems, []);
});

test('browser: a key is paused, found by its status, and goes on where it was', { skip }, async (t) => {
  const { page, send, problems } = await openActors(t);
  const status = page.locator('[data-testid=actor-detail] [data-testid=actor-status]');
  await page.locator('[data-testid=actor-pause]').click();
  await page.locator('[data-testid=actor-resume]').waitFor();
  assert.equal(await status.getAttribute('data-status'), 'PAUSED');
  await send(2);
  await page.locator('[data-testid=filter-status]').selectOption('idle');
  // The scheduler's keys are idle too.
  const row = page.locator(`[data-testid=finder-row][data-key="${KEY}"]`);
  await row.waitFor({ state: 'detached' });
  await page.locator('[data-testid=filter-status]').selectOption('paused');
  await row.waitFor();
  await whenTotalIs(page, 1);
  await page.locator('[data-testid=actor-resume]').click();
  await whenTotalIs(page, 3);
  assert.deepEqual(problems, []);
});

test('browser: the timers of a key are seen, and one is cancelled', { skip }, async (t) => {
  const { page, problems } = await openActors(t);
  await page.locator('[data-testid=command-type]').fill('counter.remind');
  await page.locator('[data-testid=command-submit]').click();
  const rows = page.locator('[data-testid=timer-row]');
  await rows.nth(1).waitFor();
  assert.match(await rows.first().innerText(), /nightly counter\.add[\s\S]*every 3600000 ms/);
  await page.getByRole('button', { name: 'Cancel timer nightly' }).click();
  await page.locator('[data-testid=timer-row][data-id=nightly]').waitFor({ state: 'detached' });
  assert.equal(await rows.count(), 1);
  assert.deepEqual(problems, []);
});

test('browser: a key is saved, destroyed after its name was typed, and brought back', { skip }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'autoweave-export-'));
  t.after(() => rm(folder, { recursive: true }));
  const { page, problems } = await openActors(t);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.locator('[data-testid=actor-export]').click(),
  ]);
  const file = join(folder, download.suggestedFilename());
  await download.saveAs(file);
  const saved = JSON.parse(await readFile(file, 'utf8'));
  assert.deepEqual([saved.actor, saved.key, saved.state], ['counter', KEY, { total: 1 }]);

  await page.locator('[data-testid=actor-destroy]').click();
  await page.locator('[data-testid=confirm-word]').fill('shop');
  await page.keyboard.press('Enter');
  assert.ok(await page.locator('[data-testid=confirm-dialog]').isVisible(), 'another word confirms nothing');
  await page.locator('[data-testid=confirm-word]').fill(KEY);
  await page.keyboard.press('Enter');
  await page.locator('[data-testid=actor-state]').waitFor({ state: 'detached' });

  await page.locator('[data-testid=actor-import]').click();
  await page.locator('[data-testid=import-file]').setInputFiles(file);
  await page.locator('[data-testid=import-submit]').click();
  await page.locator('[data-testid=import-dialog] [data-testid=done]', { hasText: 'Imported' }).waitFor();
  await page.locator('[data-testid=import-submit]').click();
  await page.locator('[data-testid=import-dialog] [data-code=AW_STATE_EXISTS]').waitFor();
  await page.keyboard.press('Escape');
  await whenTotalIs(page, 1);
  assert.deepEqual(problems, []);
});

test('browser: a dead letter is corrected, sent again and removed', { skip }, async (t) => {
  const { page, send, problems } = await openActors(t);
  await send(-1);
  const letter = page.locator('[data-testid=dead-letter-row]');
  await letter.waitFor();
  await letter.locator('summary').click();
  await letter.locator('[data-testid=resend-data]').fill('{"add": 41}');
  await letter.locator('[data-testid=resend-remove]').check();
  await letter.locator('[data-testid=resend-submit]').click();
  await whenTotalIs(page, 42);
  await letter.waitFor({ state: 'detached' });
  assert.deepEqual(problems, []);
});
