import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tryActors } from '../../runtime/testkit/try-actor.ts';
import { pluginKv } from './plugin-kv.ts';

test('plugin-kv keeps the newest value of each key, and says by whom it was written', async () => {
  await using actors = await tryActors([pluginKv]);
  const set = (key: string, value: string, write?: string) =>
    actors.call(pluginKv, key, 'plugin-kv.set', { plugin: 'works', value, ...(write === undefined ? {} : { write }) });
  await set('works/ä b', '1', 'w1');
  await set('works/ä b', '2', 'w2');
  await set('works/other', '');
  assert.deepEqual(actors.state(pluginKv, 'works/ä b'), { value: '2', write: 'w2' });
  assert.deepEqual(actors.state(pluginKv, 'works/other'), { value: '', write: '' });
  await assert.rejects(set('works/other', 'x'.repeat(65_537)), { code: 'AW_DATA_INVALID' });
});

test('plugin-kv keeps a key that was deleted, for who waits for that', async () => {
  await using actors = await tryActors([pluginKv]);
  await actors.call(pluginKv, 'a', 'plugin-kv.set', { plugin: 'works', value: '1', write: 'w1' });
  await actors.call(pluginKv, 'a', 'plugin-kv.delete', { plugin: 'works', write: 'w2' });
  await actors.call(pluginKv, 'never-set', 'plugin-kv.delete', { plugin: 'works', write: 'w3' });
  assert.deepEqual(actors.state(pluginKv, 'a'), { value: null, write: 'w2' });
  assert.deepEqual(actors.state(pluginKv, 'never-set'), { value: null, write: 'w3' });
});
