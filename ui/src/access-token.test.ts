import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forgetToken, rememberToken, takeToken } from './access-token.ts';

function makeStorage(): Storage {
  const entries = new Map<string, string>();
  return {
    get length() {
      return entries.size;
    },
    clear: () => entries.clear(),
    getItem: (key) => entries.get(key) ?? null,
    key: (index) => [...entries.keys()][index] ?? null,
    removeItem: (key) => void entries.delete(key),
    setItem: (key, value) => void entries.set(key, value),
  };
}

function makePlaces(href: string, storages = [makeStorage(), makeStorage()]) {
  const replaced: string[] = [];
  return { url: new URL(href), storages, replaced, replaceUrl: (url: string) => void replaced.push(url) };
}

test('takeToken takes the token out of the address and keeps the rest of it', () => {
  const places = makePlaces('http://127.0.0.1:4000/?token=abc&view=wall#devices');
  assert.equal(takeToken(places), 'abc');
  assert.deepEqual(places.replaced, ['/?view=wall#devices']);
  assert.equal(takeToken(makePlaces('http://127.0.0.1:4000/', places.storages)), 'abc');
});

test('takeToken prefers the address, then the tab, then the browser', () => {
  const [tab, browser] = [makeStorage(), makeStorage()];
  rememberToken({ storages: [browser] }, 'browser');
  assert.equal(takeToken(makePlaces('http://h/', [tab, browser])), 'browser');
  rememberToken({ storages: [tab] }, 'tab');
  assert.equal(takeToken(makePlaces('http://h/', [tab, browser])), 'tab');
  assert.equal(takeToken(makePlaces('http://h/?token=url', [tab, browser])), 'url');
  assert.equal(takeToken(makePlaces('http://h/', [browser])), 'url');
});

test('takeToken gives null for an empty token, and leaves a clean address alone', () => {
  assert.equal(takeToken(makePlaces('http://h/?token=')), null);
  const clean = makePlaces('http://h/');
  assert.equal(takeToken(clean), null);
  assert.deepEqual(clean.replaced, []);
});

test('forgetToken forgets the refused token only', () => {
  const places = makePlaces('http://h/');
  rememberToken(places, 'old');
  rememberToken({ storages: [places.storages[1]!] }, 'new');
  forgetToken(places, 'old');
  assert.equal(takeToken(places), 'new');
});

test('takeToken works where storage is refused', () => {
  const refusing = new Proxy(makeStorage(), {
    get: () => () => {
      throw new Error('Storage is refused');
    },
  });
  assert.equal(takeToken(makePlaces('http://h/?token=abc', [refusing])), 'abc');
  assert.equal(takeToken(makePlaces('http://h/', [refusing])), null);
});
