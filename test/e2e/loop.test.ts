import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startAutoweave } from '../harness/autoweave.ts';
import { browserMissing, openBrowser } from '../harness/browser.ts';
import { DESCRIBER, deployExample, loadPlugin } from '../harness/loop-world.ts';
import { until } from '../harness/until.ts';
import { fakeBusMissing, startFakeBus } from '../usb/start-fake-bus.ts';

/** The whole loop: the real addon hears a device, and what an agent and a plugin made of it is on the screen. */

const skip = fakeBusMissing() ?? browserMissing() ?? false;
/** The steps of the loop, in the order in which the first of each begins. */
const IN_ORDER = [
  'actor.handle actors/device-watcher/device-watcher.ts',
  'actor.handle actors/agent/agent-router.ts',
  'actor.handle actors/agent/agent.ts',
  'actor.handle actors/agent/agent-run.ts',
  'actor.handle actors/memory/memory.ts',
];
/** The plugin's own hook runs beside the agent, and the page hears of each step: these begin earlier or later. */
const BESIDE = [
  'job.process runtime/queue/worker.ts',
  'plugin.call runtime/plugins/loaded-plugin.ts',
  'plugin.host_call runtime/plugins/call-broker.ts',
  'gateway.push runtime/gateway/resolvers/events.ts',
];

interface EventRow {
  readonly id: string;
  readonly type: string;
  readonly traceId: string | null;
}

test('a device is plugged: agent, job, plugin, memory and the open page follow, in one trace', { skip }, async () => {
  await using bus = await startFakeBus();
  await using autoweave = await startAutoweave({
    env: {
      AUTOWEAVE_USB: 'on',
      AUTOWEAVE_USB_POLL_MS: '60000',
      AUTOWEAVE_USB_SETTLE_MS: '20',
      AUTOWEAVE_WATCHER_COMMAND: JSON.stringify(bus.watcherCommand),
    },
  });
  await loadPlugin(autoweave, DESCRIBER);
  await deployExample(autoweave);
  await using browser = await openBrowser();
  const page = await browser.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  await page.goto(`${autoweave.url}/?token=${autoweave.token}#/memories`);
  await page.locator('[data-testid=connection][data-state=live]').waitFor();
  await page.locator('[data-testid=memories-none]').waitFor();

  await bus.plug({ port: '1-4.2', product: 'Label printer', manufacturer: 'Acme', serial: 'LP-7' });
  const row = page.locator('[data-testid=memory-row]', { hasText: 'Acme Label printer' });
  await row.waitFor();
  assert.equal(await page.locator('[data-testid=memory-row]').count(), 1);
  assert.deepEqual(problems, []);

  const events = await until(async () => {
    const { eventHistory } = await autoweave.query<{ eventHistory: readonly EventRow[] }>(
      '{ eventHistory(last: 100, types: ["device.*", "agent.*", "memory.*"]) { id type traceId } }',
    );
    return eventHistory.some(({ type }) => type === 'agent.run_finished') ? eventHistory : undefined;
  }, 'the run to end');
  const attached = events.find(({ type }) => type === 'device.attached')!;
  const caused = events.slice(events.indexOf(attached)).map(({ type, traceId }) => [type, traceId] as const);
  assert.deepEqual([...new Set(caused.map(([type]) => type))].sort(), [
    'agent.run_finished',
    'agent.run_started',
    'agent.status_changed',
    'agent.step_finished',
    'device.attached',
    'memory.remembered',
  ]);
  for (const [type, traceId] of caused) assert.equal(traceId, attached.traceId, `${type} is in the trace of the plug`);

  const names = await until(async () => {
    const { trace } = await autoweave.query<{ trace: readonly { name: string; file: string; traceId: string }[] }>(
      'query ($id: ID!) { trace(id: $id) { name file traceId } }',
      { id: attached.traceId },
    );
    const found = trace.map(({ name, file }) => `${name} ${file}`);
    return [...IN_ORDER, ...BESIDE].every((step) => found.includes(step)) ? found : undefined;
  }, 'every step in the trace');
  const order = IN_ORDER.map((step) => names.indexOf(step));
  assert.deepEqual(
    order,
    order.toSorted((one, other) => one - other),
    'the steps follow each other',
  );
});
