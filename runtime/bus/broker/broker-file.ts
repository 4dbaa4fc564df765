import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Random } from '../../clock/random.ts';
import { AutoWeaveError } from '../../errors/errors.ts';

/** What a broker keeps over its restarts, in `broker.json` (mode 0600) in the data directory. */
export interface BrokerFile {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly systemUser: string;
  readonly systemPassword: string;
  /** SHA-256 of the configuration and the sync interval that the server was last started with: changed, it is not adopted. */
  readonly configHash: string;
}

const PASSWORD_BYTES = 24;

/** A letter first: nats-server reads a variable as its configuration language, where digits make a number. */
export function createCredentials(random: Random): Omit<BrokerFile, 'port' | 'configHash'> {
  return {
    user: 'autoweave',
    password: `p${random.hex(PASSWORD_BYTES)}`,
    systemUser: 'system',
    systemPassword: `p${random.hex(PASSWORD_BYTES)}`,
  };
}

/** The kept values; undefined when there are none, or the file is broken: everything in it can be made anew. */
export async function readBrokerFile(file: string): Promise<BrokerFile | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'));
    return isBrokerFile(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || codeOf(error) === 'ENOENT') return undefined;
    throw dataError(file, error);
  }
}

/**
 * Replaces the file in one rename.
 *
 * @throws AW_DATA_UNWRITABLE, AW_DISK_FULL
 */
export async function writeBrokerFile(file: string, value: BrokerFile): Promise<void> {
  const temporary = `${file}.${process.pid}`;
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(temporary, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw dataError(file, error);
  }
}

function isBrokerFile(value: unknown): value is BrokerFile {
  if (typeof value !== 'object' || value === null) return false;
  const { port, ...rest } = value as Record<string, unknown>;
  const texts = [rest['user'], rest['password'], rest['systemUser'], rest['systemPassword'], rest['configHash']];
  return Number.isInteger(port) && texts.every((text) => typeof text === 'string' && text !== '');
}

/** What a file error in the data directory means to a person. */
export function dataError(file: string, cause: unknown): AutoWeaveError {
  const why = cause instanceof Error ? cause.message : String(cause);
  if (codeOf(cause) === 'ENOSPC') {
    return new AutoWeaveError('AW_DISK_FULL', `Cannot write "${file}": the disk is full`, {
      hint: 'free space on that disk, then start again',
      cause,
    });
  }
  return new AutoWeaveError('AW_DATA_UNWRITABLE', `Cannot use "${file}": ${why}`, {
    hint: 'set AUTOWEAVE_DATA to a folder that you may write to',
    cause,
  });
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
