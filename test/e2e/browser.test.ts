import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { startAutoweave } from '../harness/autoweave.ts';
import { browserMissing, openBrowser } from '../harness/browser.ts';

/** A person with a browser: the real page on the real system. */

const skip = browserMissing() ?? false;
const PLUG = 'mutation ($input: VirtualDeviceInput!) { plugVirtualDevice(input: $input) { id } }';

const liveMark = '[data-testid=connection][data-state=live]';

async function cursorsOf(page: Page): Promise<readonly string[]> {
  return page
    .locator('[data-testid=event-row]')
    .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-cursor')!));
}

test('browser: plugs a virtual device and sees it, reloads, goes offline and comes back without a gap', {
  skip,
}, async () => {
  await using autoweave = await startAutoweave();
  await using browser = await openBrowser();
  const page = await browser.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  await page.goto(`${autoweave.url}/?token=${autoweave.token}`);
  await page.locator(liveMark).waitFor();
  assert.equal(new URL(page.url()).search, '', 'the token leaves the address bar');

  const closeTour = page.locator('[data-testid=tour-close]');
  if (await closeTour.isVisible()) await closeTour.click();
  await page.locator('[data-testid=plug-submit]').click();
  const row = page.locator('[data-testid=device-row][data-attached=true]');
  await row.first().waitFor();
  assert.equal(await row.count(), 1);
  assert.match(await row.first().innerText(), /virtual/i);

  await page.reload();
  await page.locator(liveMark).waitFor();
  await row.first().waitFor();
  assert.equal(await row.count(), 1);

  await browser.setOffline(true);
  await page.locator('[data-testid=connection]:not([data-state=live])').waitFor();
  for (let index = 0; index < 10; index++) {
    await autoweave.query(PLUG, { input: { vendorId: 0x1209, productId: 2, serial: `OFF${index}` } });
  }
  await browser.setOffline(false);
  await page.locator(liveMark).waitFor();
  // The two lists are filled each from its own answer.
  await page.waitForFunction(() =>
    ['[data-testid=device-row][data-attached=true]', '[data-testid=event-row]'].every(
      (rows) => document.querySelectorAll(rows).length >= 11,
    ),
  );
  assert.equal(await row.count(), 11);
  const cursors = await cursorsOf(page);
  assert.equal(cursors.length, 11);
  assert.equal(new Set(cursors).size, 11);
  const { deviceHistory } = await autoweave.query<{ deviceHistory: { cursor: string }[] }>(
    '{ deviceHistory(last: 100) { cursor } }',
  );
  assert.deepEqual(
    cursors.toReversed(),
    deviceHistory.map(({ cursor }) => cursor),
    'newest first, each once',
  );
  assert.deepEqual(problems, []);
});

test('browser: the runtime is killed and started again, and the page goes on where it was', { skip }, async () => {
  const first = await startAutoweave();
  try {
    await using browser = await openBrowser();
    const page = await browser.newPage();
    await page.goto(`${first.url}/?token=${first.token}`);
    await page.locator(liveMark).waitFor();
    await first.query(PLUG, { input: { vendorId: 1, productId: 2, serial: 'BEFORE' } });
    await page.locator('[data-testid=event-row]').first().waitFor();
    await first.kill();
    await page.locator('[data-testid=connection]:not([data-state=live])').waitFor();
    await using second = await startAutoweave({
      dataDirectory: first.dataDirectory,
      port: Number(new URL(first.url).port),
    });
    await second.query(PLUG, { input: { vendorId: 1, productId: 2, serial: 'AFTER' } });
    await page.locator(liveMark).waitFor();
    await page.waitForFunction(() => document.querySelectorAll('[data-testid=event-row]').length === 2);
    assert.equal(new Set(await cursorsOf(page)).size, 2);
  } finally {
    await first[Symbol.asyncDispose]();
  }
});

test('browser: a malformed message published straight to the broker is seen among the dead letters', {
  skip,
}, async () => {
  await using autoweave = await startAutoweave();
  await using browser = await openBrowser();
  const page = await browser.newPage();
  await page.goto(`${autoweave.url}/?token=${autoweave.token}`);
  await page.locator(liveMark).waitFor();
  await publishRaw(autoweave.dataDirectory, 'aw.default.cmd.device-watcher.anywhere', 'this is no command');
  const letter = page.locator('[data-testid=dead-letter-row]');
  await letter.first().waitFor();
  assert.match(await letter.first().innerText(), /AW_MESSAGE_MALFORMED/);
});

test('browser: the guided loop shows each step with the file that does it, and works by keyboard alone', {
  skip,
}, async () => {
  await using autoweave = await startAutoweave();
  await using browser = await openBrowser({ viewport: { width: 390, height: 800 } });
  const page = await browser.newPage();
  await page.goto(`${autoweave.url}/?token=${autoweave.token}`);
  await page.locator(liveMark).waitFor();
  const tour = page.locator('[data-testid=tour]');
  await tour.waitFor();
  await tour.locator('button[data-testid=tour-start]').focus();
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => {
    const text = document.querySelector('[data-testid=tour]')?.textContent ?? '';
    return ['device-watcher.ts', 'outbox-sender.ts', 'forwarder.ts'].every((file) => text.includes(file));
  });
  await page.locator('[data-testid=tour-step][data-state=done]').nth(5).waitFor();
  await page.goto(`${autoweave.url}/#/elsewhere`);
  await page.locator('[data-testid=no-page]', { hasText: '#/elsewhere' }).waitFor();
});

async function publishRaw(dataDirectory: string, subject: string, body: string): Promise<void> {
  const { readFile } = await import('node:fs/promises');
  const { connectTestBus } = await import('../harness/actor-world.ts');
  const access = JSON.parse(await readFile(`${dataDirectory}/broker.json`, 'utf8')) as {
    port: number;
    user: string;
    password: string;
  };
  await using bus = await connectTestBus(`nats://127.0.0.1:${access.port}`, access);
  await bus.publish({ subject, body: new TextEncoder().encode(body) }, `raw ${subject}`, AbortSignal.timeout(30_000));
}
