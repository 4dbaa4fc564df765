import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTestServer, type TestServer } from '../../test/harness/nats-server.ts';
import { untilState } from '../../test/harness/queue-world.ts';
import { connectQueues } from './connect-queues.ts';

const SCHEMAS = { 'mail.send': { type: 'object', properties: { to: { type: 'string' } }, required: ['to'] } };

let server: TestServer;

before(async () => {
  server = await startTestServer();
});

after(() => server[Symbol.asyncDispose]());

test('connectQueues adds in one program what another one does, with job types of their own', async () => {
  await using adder = await connectQueues({ url: server.url, schemas: SCHEMAS });
  await using doer = await connectQueues({ url: server.url, schemas: SCHEMAS });
  const mail = await adder.open('mail');
  const { id } = await mail.add('mail.send', { to: 'ann' });
  await assert.rejects(mail.add('mail.send', {}), { code: 'AW_DATA_INVALID' });
  await assert.rejects(mail.add('mail.burn', {}), { code: 'AW_JOB_TYPE_UNKNOWN' });
  await doer.startWorker('mail', (job) => ({ sent: job.data }));
  assert.deepEqual((await untilState(mail, id, 'completed')).result?.data, { sent: { to: 'ann' } });
  assert.deepEqual(await adder.list(), ['mail']);
  assert.deepEqual(await adder.schedules.list(), []);
});

test('connectQueues refuses a server that is not there', async () => {
  await assert.rejects(connectQueues({ url: 'nats://127.0.0.1:1' }), { code: 'AW_BROKER_UNREACHABLE' });
});
