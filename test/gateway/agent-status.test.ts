import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Agent } from '../../proto/generated/messages.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import { until } from '../harness/until.ts';
import { fakeAgent } from './fake-agents.ts';
import { fakeActor } from './fake-services.ts';
import { type GatewayWorld, startWorld } from './gateway-world.ts';

const DOCUMENT =
  'subscription ($tenantId: String) { agentStatusChanged(tenantId: $tenantId) { id status memory { count } } }';

/** Its actor has another status, and tells so. */
function change(
  { services, bus }: GatewayWorld,
  id: string,
  status: Agent['status'] | 'gone',
  tenant = 'default',
): void {
  const at = services.actors.findIndex((actor) => actor.key === id);
  if (at >= 0) services.actors.splice(at, 1);
  if (status !== 'gone') services.actors.push(fakeActor('agent', id, fakeAgent(id, { status })));
  const told = status === 'gone' ? 'STOPPED' : status;
  bus.appendEvent('agent.status_changed', id, { agentId: id, name: id, status: told, before: 'DRAFT' }, { tenant });
}

/** What a client sees, as it comes. */
function open({ openClient }: GatewayWorld) {
  const seen: string[] = [];
  const updates = openClient().iterate<{ agentStatusChanged: Agent }>({ query: DOCUMENT });
  const reading = (async () => {
    for await (const { data, errors } of updates) {
      assert.equal(errors, undefined);
      seen.push(`${data!.agentStatusChanged.id} ${data!.agentStatusChanged.status}`);
    }
  })();
  const end = async () => {
    await updates.return!();
    await reading;
  };
  return { seen, end };
}

/** What happens before anybody follows is told to nobody. */
async function isFollowed(world: GatewayWorld, seen: string[]): Promise<void> {
  await until(() => {
    if (seen.length === 0) change(world, 'first', 'DEPLOYED');
    return seen.length > 0;
  }, 'the first change');
}

test('agentStatusChanged gives each agent as it is after a change, and those that are gone not at all', async (t) => {
  const world = await startWorld(t);
  const { seen, end } = open(world);
  await isFollowed(world, seen);
  change(world, 'a', 'DEPLOYED');
  await until(() => seen.includes('a DEPLOYED'), 'a');
  change(world, 'a', 'gone');
  change(world, 'b', 'RUNNING', 'other');
  change(world, 'c', 'ERROR');
  await until(() => seen.includes('c ERROR'), 'c');
  assert.deepEqual(
    seen.filter((one) => !one.startsWith('first')),
    ['a DEPLOYED', 'c ERROR'],
  );
  await end();
});

test('agentStatusChanged tells a slow reader the newest of each agent, and waits for a broker that is away', async (t) => {
  const world = await startWorld(t);
  const { seen, end } = open(world);
  await isFollowed(world, seen);
  const { getState } = world.services;
  let isAway = true;
  let asked = 0;
  Object.assign(world.services, {
    getState: async (name: string, key: string) => {
      if (!isAway || key !== 'a') return await getState(name, key);
      asked++;
      throw new AutoWeaveError('AW_BROKER_UNAVAILABLE', 'It is away');
    },
  });
  change(world, 'a', 'DEPLOYED');
  await until(() => asked > 0, 'a question in vain');
  // Another reader, who has not heard of that agent, shows when all has been told.
  const quick = open(world);
  await isFollowed(world, quick.seen);
  for (let n = 0; n < 50; n++) change(world, 'b', n % 2 === 0 ? 'RUNNING' : 'DEPLOYED');
  change(world, 'c', 'DEPLOYED');
  await until(() => quick.seen.includes('c DEPLOYED'), 'c, for the quick reader');
  isAway = false;
  await until(() => seen.includes('c DEPLOYED'), 'c');
  assert.deepEqual(
    seen.filter((one) => !one.startsWith('first')),
    ['a DEPLOYED', 'b DEPLOYED', 'c DEPLOYED'],
  );
  await Promise.all([end(), quick.end()]);
});

test('agentStatusChanged refuses another tenant than that of the token', async (t) => {
  const world = await startWorld(t);
  for await (const { errors } of world.openClient().iterate({ query: DOCUMENT, variables: { tenantId: 'other' } })) {
    assert.equal(errors?.[0]?.extensions?.['code'], 'AW_FORBIDDEN_TENANT');
    break;
  }
});
