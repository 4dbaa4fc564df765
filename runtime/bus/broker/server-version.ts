import { execFile } from 'node:child_process';
import { AutoWeaveError } from '../../errors/errors.ts';

/** The oldest server that has what the runtime relies on: atomic batches, message schedules, subject transforms. */
export const MINIMUM_VERSION = '2.14.0';

/** A binary that does not answer within this time is none. */
const ANSWER_MS = 10_000;

const HINT = 'run "npm start", which provides one, or set NATS_SERVER_BIN to a newer nats-server';

/**
 * Compares dotted versions by number. What stands behind the numbers (`-RC.1`, `+ds`) is ignored: whether a release
 * candidate will do is not ours to refuse. A version that cannot be read is never enough.
 */
export function isAtLeast(version: string, minimum: string): boolean {
  const [found, needed] = [numbersOf(version), numbersOf(minimum)];
  if (found === undefined || needed === undefined) return false;
  for (const [index, number] of needed.entries()) {
    const difference = found[index]! - number;
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/**
 * The version of a nats-server binary, once it is known to be new enough.
 *
 * @throws AW_NATS_MISSING when it cannot be run, AW_NATS_TOO_OLD when it is older than {@link MINIMUM_VERSION} or
 * does not say what it is.
 */
export async function checkServerVersion(serverPath: string): Promise<string> {
  const output = await printVersion(serverPath);
  const version = /v?(\d+\.\d+\.\d+\S*)/.exec(output)?.[1];
  if (version !== undefined && isAtLeast(version, MINIMUM_VERSION)) return version;
  const found = version === undefined ? `says "${output.trim().slice(0, 80)}"` : `is version ${version}`;
  throw new AutoWeaveError(
    'AW_NATS_TOO_OLD',
    `nats-server at "${serverPath}" ${found}, at least ${MINIMUM_VERSION} is needed`,
    { hint: HINT },
  );
}

function printVersion(serverPath: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(serverPath, ['--version'], { timeout: ANSWER_MS }, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout || stderr);
      const why = error.code === 'ENOENT' ? 'no such file' : error.message.trim();
      reject(
        new AutoWeaveError('AW_NATS_MISSING', `Cannot run nats-server at "${serverPath}": ${why}`, {
          hint: HINT,
          cause: error,
        }),
      );
    });
  });
}

function numbersOf(version: string): readonly number[] | undefined {
  const match = /^v?(\d+)\.(\d+)(?:\.(\d+))?/.exec(version.trim());
  return match === null ? undefined : [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
}
