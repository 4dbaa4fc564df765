import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Bus, STREAM_NAMES, type StreamName } from '../../runtime/bus/bus.ts';
import { ROOT } from '../harness/root.ts';
import type { Cluster } from './cluster.ts';
import { readAll } from './observer.ts';
import type { Violation } from './violations.ts';

/**
 * A round can be repeated by its seed, the moments of its faults can't: what explains a failure is kept.
 *
 * @returns the directory: a log of each runtime, the violations, and what the streams hold
 */
export async function keepFindings(
  seed: string,
  { bus, runtimes }: Cluster,
  violations: readonly Violation[],
): Promise<string> {
  const directory = join(ROOT, '.autoweave', 'chaos', seed.replace(/[^\w.-]/g, '_'));
  await mkdir(directory, { recursive: true });
  for (const { name, log } of runtimes) await writeFile(join(directory, `${name.replaceAll(' ', '-')}.log`), log);
  const found = violations.map((violation) => JSON.stringify(violation));
  await writeFile(join(directory, 'violations.jsonl'), `${found.join('\n')}\n`);
  for (const stream of STREAM_NAMES) {
    await writeFile(join(directory, `${stream}.txt`), await describeStream(bus, stream));
  }
  return directory;
}

async function describeStream(bus: Bus, stream: StreamName): Promise<string> {
  const { firstSequence, lastSequence } = await bus.streamStatus(stream);
  const lines = [`${firstSequence} to ${lastSequence}`];
  for await (const { sequence, subject, headers, body, storedAt } of readAll(bus, stream, '>', 1)) {
    const text = new TextDecoder().decode(body);
    lines.push(`${sequence} ${new Date(storedAt).toISOString()} ${subject} ${JSON.stringify(headers)} ${text}`);
  }
  return `${lines.join('\n')}\n`;
}
