import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { AGENT_EXAMPLE } from '../../ui/src/agent-example.ts';
import { ROOT } from '../harness/root.ts';

test('AGENT_EXAMPLE of the page is the example that ships with the agent', () => {
  const shipped = readFileSync(join(ROOT, 'actors', 'agent', 'examples', 'device-notes.json'), 'utf8');
  assert.equal(AGENT_EXAMPLE, shipped);
});
