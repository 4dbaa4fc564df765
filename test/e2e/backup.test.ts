import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { NODE_FLAGS } from '../../scripts/run.mjs';
import { type Autoweave, brokerPid, killBroker, startAutoweave } from '../harness/autoweave.ts';
import { startTestServer } from '../harness/nats-server.ts';
import { ROOT } from '../harness/root.ts';
import { until } from '../harness/until.ts';

/** `autoweave backup` and `autoweave restore`, as they are typed. */

const ACTOR = `
import { defineActor } from 'autoweave';

export const tally = defineActor({
  name: 'tally',
  init: () => ({ total: 0, times: 0 }),
  schemas: { 'tally.add': { type: 'object', properties: { add: { type: 'number' } }, required: ['add'] } },
  commands: {
    'tally.add'(_ctx, state, { data }) {
      state.total += data.add;
      state.times++;
    },
  },
});
`;
const WORKER = `
import { defineWorker } from 'autoweave';

export const mail = defineWorker({
  queue: 'mail',
  schemas: { 'mail.send': { type: 'object', properties: { to: { type: 'string' } }, required: ['to'] } },
  jobs: {
    'mail.send'({ data }) {
      if (data.to === 'nobody') throw new Error('Nobody is there');
      return { sentTo: data.to };
    },
  },
});
`;
const KEYS = 20;

interface Ended {
  readonly code: number | null;
  readonly json: { readonly streams?: readonly { name: string; lastSequence: number }[]; error?: { code: string } };
}

async function autoweave(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ended> {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('AUTOWEAVE_'));
  const child = spawn(process.execPath, [...NODE_FLAGS, join(ROOT, 'cli', 'main.ts'), ...args, '--json'], {
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  return { code: code as number | null, json: JSON.parse(output) };
}

async function makeWorld(t: TestContext) {
  const directory = await mkdtemp(join(tmpdir(), 'autoweave-backup-cli-'));
  const [first, second] = [join(directory, 'first'), join(directory, 'second')];
  t.after(async () => {
    for (const data of [first, second]) await killBroker(data);
    await rm(directory, { recursive: true, force: true });
  });
  const actor = join(directory, 'tally.ts');
  await writeFile(actor, ACTOR);
  const worker = join(directory, 'mail.ts');
  await writeFile(worker, WORKER);
  return {
    first,
    second,
    backup: join(directory, 'backup'),
    args: ['--actor', actor],
    workerArgs: ['--worker', worker],
  };
}

function add(autoweave: Autoweave, key: string, amount: number): Promise<unknown> {
  return autoweave.query(
    'mutation ($key: String!, $data: JSON!) { sendCommand(actor: "tally", key: $key, type: "tally.add", data: $data) }',
    { key, data: { add: amount } },
  );
}

async function stateOf(autoweave: Autoweave, key: string): Promise<unknown> {
  const { actor } = await autoweave.query<{ actor: { state: unknown } | null }>(
    'query ($key: String!) { actor(name: "tally", key: $key) { state } }',
    { key },
  );
  return actor?.state;
}

async function reaches(autoweave: Autoweave, key: string, state: object): Promise<void> {
  const wanted = JSON.stringify(state);
  await until(async () => JSON.stringify(await stateOf(autoweave, key)) === wanted, `${key} to be ${wanted}`);
}

test('a backup of a running AutoWeave starts on another data directory where it was', async (t) => {
  const { first, second, backup, args } = await makeWorld(t);
  const keys = Array.from({ length: KEYS }, (_, index) => `key-${index}`);
  {
    await using running = await startAutoweave({ dataDirectory: first, args });
    await Promise.all(keys.flatMap((key, index) => [add(running, key, index), add(running, key, 1)]));
    for (const [index, key] of keys.entries()) await reaches(running, key, { total: index + 1, times: 2 });

    const { code, json } = await autoweave(['backup', backup], { AUTOWEAVE_DATA: first });
    assert.equal(code, 0, JSON.stringify(json));
    const names = json.streams!.map(({ name }) => name);
    for (const name of ['STATE', 'EVENTS', 'DEAD', 'HISTORY', 'MAILBOX']) assert.ok(names.includes(name), name);
    // Not in the backup.
    await add(running, 'key-0', 1_000);
    await reaches(running, 'key-0', { total: 1_001, times: 3 });

    const refused = await autoweave(['restore', backup], { AUTOWEAVE_DATA: first });
    assert.deepEqual([refused.code, refused.json.error?.code], [1, 'AW_DATA_IN_USE']);
  }

  const restored = await autoweave(['restore', backup], { AUTOWEAVE_DATA: second });
  assert.equal(restored.code, 0, JSON.stringify(restored.json));
  assert.equal(await brokerPid(second), undefined, 'no nats-server is left');
  await using running = await startAutoweave({ dataDirectory: second, args });
  for (const [index, key] of keys.entries()) {
    assert.deepEqual(await stateOf(running, key), { total: index + 1, times: 2 });
    await add(running, key, 10);
  }
  for (const [index, key] of keys.entries()) await reaches(running, key, { total: index + 11, times: 3 });
});

test('without a running AutoWeave, nats-server is started for the time; --replace goes back', async (t) => {
  const { first, backup, args } = await makeWorld(t);
  const env = { AUTOWEAVE_DATA: first };
  const none = await autoweave(['backup', backup], env);
  assert.deepEqual([none.code, none.json.error?.code], [1, 'AW_BACKUP_EMPTY']);
  const nothing = await autoweave(['restore', backup], env);
  assert.deepEqual([nothing.code, nothing.json.error?.code], [1, 'AW_BACKUP_NOT_FOUND']);
  assert.ok(!existsSync(first), 'no data directory is made for nothing');
  {
    await using running = await startAutoweave({ dataDirectory: first, args });
    await add(running, 'a', 1);
    await reaches(running, 'a', { total: 1, times: 1 });
  }
  assert.equal((await autoweave(['backup', backup], env)).code, 0);
  assert.equal(await brokerPid(first), undefined, 'nats-server was stopped again');
  {
    await using running = await startAutoweave({ dataDirectory: first, args });
    await add(running, 'a', 100);
    await reaches(running, 'a', { total: 101, times: 2 });
  }
  const refused = await autoweave(['restore', backup], env);
  assert.deepEqual([refused.code, refused.json.error?.code], [1, 'AW_RESTORE_NOT_EMPTY']);
  assert.equal((await autoweave(['restore', backup, '--replace'], env)).code, 0);
  assert.ok(!(await readdir(first)).includes('restoring'));
  await using running = await startAutoweave({ dataDirectory: first, args });
  assert.deepEqual(await stateOf(running, 'a'), { total: 1, times: 1 });
  await add(running, 'a', 10);
  await reaches(running, 'a', { total: 11, times: 2 });
});

test('with AUTOWEAVE_NATS_URL both work on that server: from an embedded one to it', async (t) => {
  const { first, second, backup, args } = await makeWorld(t);
  await using server = await startTestServer();
  {
    await using running = await startAutoweave({ dataDirectory: first, args });
    await add(running, 'a', 1);
    await reaches(running, 'a', { total: 1, times: 1 });
  }
  assert.equal((await autoweave(['backup', backup], { AUTOWEAVE_DATA: first })).code, 0);
  const env = { AUTOWEAVE_NATS_URL: server.url };
  const restored = await autoweave(['restore', backup], env);
  assert.equal(restored.code, 0, JSON.stringify(restored.json));
  const again = await autoweave(['restore', backup], env);
  assert.deepEqual([again.code, again.json.error?.code], [1, 'AW_RESTORE_NOT_EMPTY']);

  await using running = await startAutoweave({ dataDirectory: second, args, env });
  assert.deepEqual(await stateOf(running, 'a'), { total: 1, times: 1 });
  await add(running, 'a', 10);
  await reaches(running, 'a', { total: 11, times: 2 });
  const { code } = await autoweave(['backup', `${backup}-2`], env);
  assert.equal(code, 0);
});

async function addMail(autoweave: Autoweave, to: string, options: object = {}): Promise<string> {
  const { addJob } = await autoweave.query<{ addJob: { id: string } }>(
    `mutation ($data: JSON!, $options: JobOptionsInput) {
      addJob(queue: "mail", type: "mail.send", data: $data, options: $options) { id }
    }`,
    { data: { to }, options },
  );
  return addJob.id;
}

async function becomes(autoweave: Autoweave, id: string, state: string): Promise<unknown> {
  const job = await until(async () => {
    const found = await autoweave.query<{ job: { state: string; result: { data: unknown } | null } | null }>(
      'query ($id: ID!) { job(queue: "mail", id: $id) { state result { data } } }',
      { id },
    );
    return found.job?.state === state && found.job;
  }, `${id} to be ${state}`);
  return job.result?.data;
}

test('jobs that wait, are delayed or have failed are there after a restore to a new server, and run there', async (t) => {
  const { first, second, backup, workerArgs: args } = await makeWorld(t);
  await using server = await startTestServer();
  const ids: Record<string, string> = {};
  {
    await using running = await startAutoweave({ dataDirectory: first, args });
    ids['done'] = await addMail(running, 'ann');
    ids['failed'] = await addMail(running, 'nobody', { attempts: 1 });
    await becomes(running, ids['done'], 'COMPLETED');
    await becomes(running, ids['failed'], 'FAILED');
    await running.query('mutation { pauseQueue(queue: "mail") { name } }');
    ids['waiting'] = await addMail(running, 'ben');
    ids['delayed'] = await addMail(running, 'cat', { delayMs: 3_600_000 });
    const { code, json } = await autoweave(['backup', backup], { AUTOWEAVE_DATA: first });
    assert.equal(code, 0, JSON.stringify(json));
  }
  const env = { AUTOWEAVE_NATS_URL: server.url };
  const restored = await autoweave(['restore', backup], env);
  assert.equal(restored.code, 0, JSON.stringify(restored.json));

  await using running = await startAutoweave({ dataDirectory: second, args, env });
  assert.deepEqual(await becomes(running, ids['done']!, 'COMPLETED'), { sentTo: 'ann' });
  await becomes(running, ids['failed']!, 'FAILED');
  await becomes(running, ids['waiting']!, 'WAITING');
  await becomes(running, ids['delayed']!, 'DELAYED');
  const { jobs } = await running.query<{ jobs: { jobs: readonly { id: string }[] } }>(
    '{ jobs(queue: "mail", state: FAILED) { jobs { id } } }',
  );
  assert.deepEqual(jobs, { jobs: [{ id: ids['failed'] }] }, 'once');

  await running.query('mutation { resumeQueue(queue: "mail") { name } }');
  assert.deepEqual(await becomes(running, ids['waiting']!, 'COMPLETED'), { sentTo: 'ben' });
  await running.query('mutation ($id: ID!) { promoteJob(queue: "mail", id: $id) }', { id: ids['delayed'] });
  assert.deepEqual(await becomes(running, ids['delayed']!, 'COMPLETED'), { sentTo: 'cat' });
  await running.query('mutation ($id: ID!) { retryJob(queue: "mail", id: $id, data: {to: "dan"}) }', {
    id: ids['failed'],
  });
  assert.deepEqual(await becomes(running, ids['failed']!, 'COMPLETED'), { sentTo: 'dan' });
});
