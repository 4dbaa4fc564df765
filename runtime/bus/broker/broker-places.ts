import { mkdir, readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { dataError } from './broker-file.ts';

/** Where the broker keeps what, below the data directory. */
export interface BrokerPlaces {
  readonly dataDirectory: string;
  readonly storeDirectory: string;
  /** Credentials and port. */
  readonly brokerFile: string;
  readonly pidFile: string;
  readonly logFile: string;
  /** What the server prints when it cannot log: a configuration error, or the trace of a crash. */
  readonly outputFile: string;
}

const TAIL_CHARACTERS = 8_192;

/**
 * Real paths, so that the same directory by another name is recognised in the command line of a left-over server.
 *
 * @throws AW_DATA_UNWRITABLE, AW_DISK_FULL
 */
export async function prepareBrokerPlaces(directory: string): Promise<BrokerPlaces> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const dataDirectory = await realpath(directory);
    const storeDirectory = join(dataDirectory, 'nats');
    await mkdir(storeDirectory, { recursive: true, mode: 0o700 });
    return {
      dataDirectory,
      storeDirectory,
      brokerFile: join(dataDirectory, 'broker.json'),
      pidFile: join(dataDirectory, 'nats-server.pid'),
      logFile: join(dataDirectory, 'nats-server.log'),
      outputFile: join(dataDirectory, 'nats-server.out'),
    };
  } catch (error) {
    throw dataError(directory, error);
  }
}

export async function readPid({ pidFile }: BrokerPlaces): Promise<number | undefined> {
  const pid = Number.parseInt(await readFile(pidFile, 'utf8').catch(() => ''), 10);
  return pid > 0 ? pid : undefined;
}

/** The last complaint of this very process in its log, or what it printed when it could not even begin one. */
export async function readLastWords(pid: number, { logFile, outputFile }: BrokerPlaces): Promise<string | undefined> {
  const [logged, printed] = await Promise.all([readTail(logFile), readTail(outputFile)]);
  const complaint = logged.findLast((line) => line.startsWith(`[${pid}]`) && /\[(FTL|ERR)\]/.test(line));
  return complaint?.replace(/^.*\[(?:FTL|ERR)\] */, '') ?? printed.find((line) => line !== '');
}

async function readTail(file: string): Promise<readonly string[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.slice(-TAIL_CHARACTERS).split('\n');
}
