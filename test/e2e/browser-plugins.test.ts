import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { BrowserContext, Locator, Page } from 'playwright-core';
import { type Autoweave, startAutoweave } from '../harness/autoweave.ts';
import { browserMissing, openBrowser } from '../harness/browser.ts';

/** A person grants, loads and calls a plugin, has an agent use it, and finds what it remembers: one system, one page. */

const skip = browserMissing() ?? false;
const PLUGIN = 'device-describer';
const PLUG = 'mutation ($input: VirtualDeviceInput!) { plugVirtualDevice(input: $input) { id } }';
const SERIAL = 'BROWSER7';

describe('browser: plugins, agents and memories', { skip }, () => {
  let autoweave: Autoweave;
  let browser: BrowserContext & AsyncDisposable;
  let page: Page;
  const problems: string[] = [];
  const find = (id: string): Locator => page.locator(`[data-testid=${id}]`);
  const choice = (capability: string) =>
    page.locator(`[data-testid=consent-choice][data-capability=${capability}] input`);
  const permission = (capability: string, isGranted: boolean) =>
    page.locator(`[data-testid=permission][data-capability=${capability}][data-granted=${isGranted}]`);
  const focused = () => page.evaluate(() => document.activeElement?.id);

  before(async () => {
    [autoweave, browser] = await Promise.all([
      startAutoweave({ env: { AUTOWEAVE_PLUGIN_SIGNATURES: 'off' } }),
      openBrowser({ permissions: ['clipboard-read', 'clipboard-write'] }),
    ]);
    page = await browser.newPage();
    page.on('pageerror', (error) => problems.push(error.message));
    await page.goto(`${autoweave.url}/?token=${autoweave.token}`);
    await page.locator('[data-testid=connection][data-state=live]').waitFor();
  });

  after(async () => {
    await browser?.[Symbol.asyncDispose]();
    await autoweave?.[Symbol.asyncDispose]();
  });

  test('a plugin is loaded once somebody has read and granted what it asks for, and is called', async () => {
    await find('view-plugins').click();
    await find('unsigned-notice').waitFor();
    // By the keyboard: the list is one stop, and Enter follows the link.
    await page.locator(`[data-testid=plugin-row][data-name=${PLUGIN}] a`).focus();
    await page.keyboard.press('Enter');
    await page.locator('[data-testid=plugin-detail][data-status=FOUND]').waitFor();
    assert.equal(await focused(), 'plugin-title');

    await find('plugin-load').click();
    const choices = find('consent-choice').locator('input');
    assert.equal(await find('consent-choice').locator('input:checked').count(), 0, 'nothing is granted unread');
    assert.match(await find('consent-grant').innerText(), /^Load without permissions$/);
    await find('consent-all').check();
    assert.equal(await find('consent-choice').locator('input:checked').count(), await choices.count());
    await choice('kv').uncheck();
    assert.match(await find('consent-count').innerText(), new RegExp(`^Grants ${(await choices.count()) - 1} of `));
    await find('consent-grant').click();
    // Its module can't be linked without it.
    await page.locator('[data-testid=consent-dialog] [data-code=AW_PLUGIN_IMPORT_DENIED]').waitFor();
    await page.locator('[data-testid=consent-choice][data-lacking=true][data-capability=kv]').waitFor();
    await choice('kv').check();
    await find('consent-grant').click();
    await page.locator('[data-testid=plugin-detail][data-status=LOADED]').waitFor();
    await find('consent-dialog').waitFor({ state: 'detached' });
    await permission('kv', true).waitFor();

    await find('call-function').selectOption('describe');
    await find('call-input').fill('{"device": {"id": "1209:0001:X", "vendor": "Acme", "product": "Probe"}}');
    await find('call-submit').click();
    assert.match(await find('call-output').innerText(), /"title": "Acme Probe"/);
    await page.locator('[data-testid=stat-calls]', { hasText: '1' }).waitFor();

    for (const isGranted of [false, true]) {
      await find('plugin-change').click();
      await choice('usb').setChecked(isGranted);
      assert.equal(await find('consent-grant').innerText(), isGranted ? 'Grant' : 'Change grants');
      await find('consent-grant').click();
      await permission('usb', isGranted).waitFor();
      await find('consent-dialog').waitFor({ state: 'detached' });
    }
  });

  test('an agent is made, is refused where its graph is wrong, and runs when a device comes', async () => {
    await find('view-agents').click();
    await find('agent-new').click();
    await find('agent-create').click();
    await page
      .locator('[data-testid=create-agent-dialog] [data-testid=error]', { hasText: 'Give it a name.' })
      .waitFor();
    await find('agent-json').fill('{"name": ');
    await find('agent-create').click();
    assert.equal(await find('error').count(), 0, 'its field says it, and nothing else does');
    await find('agent-example').click();
    const example = await find('agent-json').inputValue();
    await find('agent-json').fill(example.replace('"next": "earlier"', '"next": "nowhere"'));
    await find('agent-create').click();
    const place = find('agent-place').first();
    assert.match(await place.innerText(), /line \d+ \/nodes\/\d\/next names "nowhere"/);
    await place.locator('button').click();
    const selected = await page.evaluate(() => getSelection()?.toString());
    assert.equal(selected, '"nowhere"', 'the place is shown in the text');
    await find('agent-json').fill(example);
    await find('agent-create').click();
    await page.locator('[data-testid=agent-detail][data-status=DRAFT]').waitFor();
    assert.equal(await find('graph-node').count(), JSON.parse(example).config.graph.nodes.length);

    await find('agent-edit').click();
    assert.deepEqual(JSON.parse(await find('agent-json').inputValue()), JSON.parse(example));
    await find('agent-json').fill(example.replace('"Device notes"', '"Notes on devices"'));
    await find('agent-save').click();
    await page.locator('[data-testid=agent-row]', { hasText: 'Notes on devices' }).waitFor();
    await find('edit-agent-dialog').waitFor({ state: 'detached' });

    await find('agent-deploy').click();
    await page.locator('[data-testid=agent-detail][data-status=DEPLOYED]').waitFor();
    assert.match(await find('agent-by-hand').innerText(), /started by devices/);
    assert.equal(await find('agent-edit').getAttribute('aria-disabled'), 'true', 'it has to be stopped first');
    await autoweave.query(PLUG, { input: { vendorId: 0x1209, productId: 3, product: 'Probe', serial: SERIAL } });
    await page.locator('[data-testid=agent-run-row][data-status=DONE]').waitFor();
    const step = page.locator('[data-testid=agent-step][data-node=describe][data-status=DONE]');
    assert.match(await step.innerText(), /Probe/);
    await page.locator('[data-testid=agent-memory]', { hasText: SERIAL }).waitFor();

    await step.locator('[data-testid=step-job]').click();
    await page.locator('[data-testid=job-state][data-state=COMPLETED]').waitFor();
    assert.match(new URL(page.url()).hash, new RegExp(`^#/queues/plugin-${PLUGIN}/`));
  });

  test('what it has remembered is found by words, and forgotten', async () => {
    await find('view-memories').click();
    await find('memory-query').fill(`${SERIAL.toLowerCase()} new`);
    const row = page.locator('[data-testid=memory-row]', { hasText: SERIAL });
    await row.locator('mark', { hasText: SERIAL }).first().waitFor();
    await row.locator('a').focus();
    await page.keyboard.press('Enter');
    const id = (await find('memory-detail').getAttribute('data-id'))!;
    const copy = find('memory-detail').locator('[data-testid=copy-id]');
    assert.equal(await copy.getAttribute('title'), id);
    assert.match(
      await copy.innerText(),
      /agent-[0-9a-f]{8}\/[0-9a-f]{12}-\d+$/,
      'short, without what is the same for all',
    );
    await copy.press('Enter');
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), id);
    await find('memory-forget').click();
    await find('confirm').click();
    await row.waitFor({ state: 'detached' });
    await find('remember-text').fill('The key is in the second drawer');
    await find('remember-submit').click();
    await find('memory-query').fill('drawers key');
    await page.locator('[data-testid=memory-row] mark', { hasText: 'key' }).waitFor();
  });

  test('the first page tells all of it in one feed, with its traces', async () => {
    await find('view-live').click();
    for (const type of ['plugin.loaded', 'agent.run_finished', 'memory.remembered', 'memory.forgotten']) {
      await page.locator(`[data-testid=told-row][data-type="${type}"]`).first().waitFor();
    }
    const cursors = await page
      .locator('[data-testid=event-feed] li')
      .evaluateAll((rows) => rows.map((row) => Number(row.getAttribute('data-cursor')?.split('-').at(-1))));
    assert.deepEqual(
      cursors,
      cursors.toSorted((left, right) => right - left),
      'newest first',
    );
    // All that was told of the run is one row.
    assert.equal(await page.locator('[data-testid=told-row][data-type^="agent.step"]').count(), 0);
    const run = page.locator('[data-testid=told-row][data-run]');
    assert.match(await run.innerText(), /run done, \d steps, /);
    await run.locator('[data-testid=open-trace]').click();
    const call = page.locator('[data-testid=trace-step][data-name="plugin.call"]', { hasText: 'runs describe' });
    await call.first().waitFor();
    await page.keyboard.press('Escape');
    // Live, and each leads to what it is about.
    await autoweave.query('mutation { remember(input: { text: "Seen at once" }) { id } }');
    const told = page.locator('[data-testid=told-row]', { hasText: '12 characters remembered' });
    await told.locator('[data-testid=told-link]').click();
    await page.locator('[data-testid=memory-whole]', { hasText: 'Seen at once' }).waitFor();
  });

  test('a plugin whose consent is taken back is unloaded', async () => {
    await page.setViewportSize({ width: 390, height: 700 });
    await page.goto(`${autoweave.url}/#/plugins`);
    await page.locator(`[data-testid=plugin-row][data-name=${PLUGIN}] a`).click();
    // On a phone it stands below the list.
    await find('plugin-revoke').waitFor();
    const top = await page.locator('#plugin-title').evaluate((title) => title.getBoundingClientRect().top);
    assert.ok(top >= 0 && top < 60, `the title is at ${top} px`);
    await find('plugin-revoke').click();
    await find('confirm').click();
    await page.locator('[data-testid=plugin-detail]:not([data-status=LOADED])').waitFor();
    await page.locator('[data-testid=permission][data-granted=true]').first().waitFor({ state: 'detached' });
    assert.deepEqual(problems, []);
  });
});
