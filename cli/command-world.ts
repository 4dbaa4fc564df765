import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FakeGateway, startFakeGateway } from './fake-gateway.ts';
import { runCommandLine } from './run-command-line.ts';

/** For tests: commands as a person types them, against a fake gateway. */
export interface CommandWorld extends AsyncDisposable {
  readonly gateway: FakeGateway;
  /** Files of the test. */
  readonly folder: string;
  run(args: readonly string[], options?: RunOptions): Promise<Printed>;
  /** The same with `--json`; what it prints is one document, and nothing else. */
  // biome-ignore lint/suspicious/noExplicitAny: the shape is what each test asked for
  runJson(args: readonly string[]): Promise<{ readonly code: number; readonly document: any }>;
}

export interface RunOptions {
  /** What the person types when asked; nobody sits there when absent. */
  readonly answer?: string;
  /** It prints on a terminal of so many columns. */
  readonly columns?: number;
}

export interface Printed {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** What the person was asked. */
  readonly asked: readonly string[];
}

export async function startCommandWorld(): Promise<CommandWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'autoweave cli '));
  const gateway = await startFakeGateway();
  await mkdir(join(folder, 'data'));
  await writeFile(join(folder, 'data', 'token'), `${gateway.token}\n`);
  const instance = { pid: process.pid, url: gateway.url, startedAt: '2026-11-22T10:00:00.000Z' };
  await writeFile(join(folder, 'data', 'instance.json'), JSON.stringify(instance));

  const run = async (args: readonly string[], { answer, columns }: RunOptions = {}): Promise<Printed> => {
    const printed = { out: '', err: '' };
    const asked: string[] = [];
    const ask = async (question: string) => {
      asked.push(question);
      return answer!;
    };
    const code = await runCommandLine(args, {
      stdout: {
        write: (text) => (printed.out += text),
        ...(columns === undefined ? {} : { isTTY: true, columns }),
      },
      stderr: { write: (text) => (printed.err += text) },
      env: { PATH: process.env['PATH'], AUTOWEAVE_DATA: join(folder, 'data') },
      root: join(import.meta.dirname, '..'),
      ...(answer === undefined ? {} : { ask }),
    });
    return { code, ...printed, asked };
  };
  return {
    gateway,
    folder,
    run,
    async runJson(args) {
      const { code, out, err } = await run([...args, '--json']);
      assert.equal(err, '', args.join(' '));
      return { code, document: JSON.parse(out) };
    },
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}
