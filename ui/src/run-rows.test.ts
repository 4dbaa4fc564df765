import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LogRow } from './event-log.ts';
import { foldRuns, type RunRow, runStory } from './run-rows.ts';

const AGENTS = new Map([['a1', 'Device notes']]);

function logged(number: number, type: string, data: Readonly<Record<string, unknown>>, traceId = 't1'): LogRow {
  const at = `2026-01-02T03:04:05.${String(number).padStart(2, '0')}0Z`;
  const event = { id: `${number}`, cursor: `a-${number}`, type, subject: 'a1', at, data, traceId };
  return { kind: 'logged', cursor: event.cursor, event, isLive: true };
}

const started = (number: number, runId: string) =>
  logged(number, 'agent.run_started', { agentId: 'a1', runId, trigger: 'device' });
const step = (number: number, runId: string, at: number) =>
  logged(number, 'agent.step_finished', { agentId: 'a1', runId, step: at, node: 'n', status: 'DONE' });
const finished = (number: number, runId: string, status: string, error?: unknown) =>
  logged(number, 'agent.run_finished', { agentId: 'a1', runId, status, error });
const turned = (number: number, before: string, status: string, traceId?: string) =>
  logged(number, 'agent.status_changed', { agentId: 'a1', before, status }, traceId);

function sentences(rows: readonly LogRow[]): readonly (string | null)[] {
  return foldRuns(rows).map((row) => (row.kind === 'run' ? runStory(row, AGENTS).sentence : row.cursor));
}

test('foldRuns makes one row of a run, at its newest event, and leaves the rest as it is', () => {
  const memory = logged(6, 'memory.remembered', { memoryId: 'm' });
  const rows = [
    turned(9, 'RUNNING', 'DEPLOYED'),
    finished(8, 'r1', 'DONE'),
    step(7, 'r1', 1),
    memory,
    step(5, 'r2', 0),
    step(4, 'r1', 0),
    turned(3, 'DEPLOYED', 'RUNNING'),
    started(2, 'r2'),
    started(1, 'r1'),
    turned(0, 'DRAFT', 'DEPLOYED'),
  ];
  assert.deepEqual(
    foldRuns(rows).map(({ kind, cursor }) => `${kind} ${cursor}`),
    ['run a-8', 'logged a-6', 'run a-5', 'logged a-0'],
  );
});

test('foldRuns keeps what an agent turned to without a run, or by an order', () => {
  const rows = [turned(3, 'RUNNING', 'STOPPED'), turned(2, 'RUNNING', 'DEPLOYED', 't2'), step(1, 'r1', 0)];
  assert.deepEqual(foldRuns(rows).length, 3);
});

test('runStory says how far a run has come, or how it ended', () => {
  const error = { code: 'C', message: 'No paper' };
  const table: ReadonlyArray<readonly [rows: readonly LogRow[], sentence: string]> = [
    [[started(1, 'r')], 'run begun by a device'],
    [[step(2, 'r', 0), started(1, 'r')], 'run begun by a device, 1 step'],
    [[finished(8, 'r', 'DONE'), step(7, 'r', 3), started(1, 'r')], 'run done, 4 steps, 70.0 ms'],
    [[finished(8, 'r', 'FAILED', error), started(1, 'r')], 'run failed: No paper, 70.0 ms'],
    [[finished(8, 'r', 'STOPPED')], 'run stopped'],
  ];
  for (const [rows, sentence] of table) assert.deepEqual(sentences(rows), [sentence]);
  const [row] = foldRuns([finished(8, 'r', 'FAILED', error)]);
  const { title, href, isBad } = runStory(row as RunRow, AGENTS);
  assert.deepEqual([title, href, isBad], ['Device notes', '#/agents/a1/r', true]);
});
