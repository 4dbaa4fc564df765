import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACTORS, AGENTS, LIVE, MEMORIES, PLUGINS, parseRoute, QUEUES, type Route, routeHash } from './route.ts';

test('parseRoute and routeHash are each other’s inverse', () => {
  const routes: Route[] = [
    LIVE,
    ACTORS,
    { view: 'actors', actor: { name: 'counter', key: 'visits' } },
    { view: 'actors', actor: { name: 'device', key: 'host/1209:0001#a b%' } },
    { view: 'actors', actor: { name: 'one', key: '' } },
    QUEUES,
    { view: 'queues', queue: 'mail', job: null },
    { view: 'queues', queue: 'mail', job: 'order/1 #a%' },
    PLUGINS,
    { view: 'plugins', plugin: 'label-printer' },
    AGENTS,
    { view: 'agents', agent: 'a/1', run: null },
    { view: 'agents', agent: 'a/1', run: 'r #2' },
    MEMORIES,
    { view: 'memories', memory: 'run-1/note' },
  ];
  for (const route of routes) assert.deepEqual(parseRoute(routeHash(route)), route, routeHash(route));
});

test('parseRoute gives what is nearest for an address that is none, and nothing for a place within a view', () => {
  const missing = (hash: string): Route => ({ view: 'live', missing: hash });
  const cases: [string, Route | null][] = [
    ['', LIVE],
    ['#', LIVE],
    ['#/', LIVE],
    ['#/else', missing('#/else')],
    ['#/plugin', PLUGINS],
    ['#/memory/run-1', { view: 'memories', memory: 'run-1' }],
    ['#/actors/', ACTORS],
    ['#/actors/counter', ACTORS],
    ['#/actors/counter/a/b', missing('#/actors/counter/a/b')],
    ['#/actors/counter/%', ACTORS],
    ['#/queues/', QUEUES],
    ['#/queues/mail/', { view: 'queues', queue: 'mail', job: null }],
    ['#/queues/mail/a/b', missing('#/queues/mail/a/b')],
    ['#/queues/%', QUEUES],
    ['#/plugins/', PLUGINS],
    ['#/plugins/a/b', missing('#/plugins/a/b')],
    ['#/agents/%', AGENTS],
    ['#/agents/a/', { view: 'agents', agent: 'a', run: null }],
    ['#/memories/%', MEMORIES],
    ['#main', null],
    ['#plug', null],
  ];
  for (const [hash, route] of cases) assert.deepEqual(parseRoute(hash), route, hash);
});
