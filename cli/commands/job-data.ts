import { readFile } from 'node:fs/promises';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import { readJsonArgument } from './json-argument.ts';

/**
 * Data of a job from the command line: JSON, `@file` or `-`. JSON never begins with `@`, so that no data is mistaken.
 *
 * @throws AW_CLI_USAGE, AW_FILE_FAILED
 */
export async function readJobData(command: string, given: string): Promise<unknown> {
  if (!given.startsWith('@')) return await readJsonArgument(command, 'DATA', given);
  const path = given.slice(1);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AutoWeaveError('AW_CLI_USAGE', `${command}: "${path}" holds no JSON: ${(cause as Error).message}`, {
      cause,
    });
  }
}

export function unreadable(path: string, cause: unknown): AutoWeaveError {
  const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
  const why = isMissing ? 'there is no such file' : (cause as Error).message;
  return new AutoWeaveError('AW_FILE_FAILED', `Cannot read "${path}": ${why}`, {
    hint: isMissing ? 'give the path of one, from the folder that you are in' : 'give a file that this user may read',
    cause,
  });
}
