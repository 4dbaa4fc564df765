import { parentPort, workerData } from 'node:worker_threads';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import type { IndexRequest } from './request-line.ts';
import type { IndexAnswer } from './sqlite-index.ts';
import { openSqliteStore, type SqliteStore } from './sqlite-store.ts';

/** The thread behind `sqlite-index.ts`: one request after the other, in their order; null closes the file. */

const FULL = 13;
const port = parentPort!;
const { file } = workerData as { readonly file: string };
let store: SqliteStore | undefined;

port.on('message', (request: IndexRequest | null) => {
  if (request === null) {
    close();
    process.exit(0);
  }
  port.postMessage(answer(request));
});

function answer({ id, call, values }: IndexRequest): IndexAnswer {
  try {
    // Opened by the first request, and by each one after it for as long as that fails.
    store ??= openSqliteStore(file, (setAside) => port.postMessage({ setAside } satisfies IndexAnswer));
    const method = store[call] as (...values: readonly unknown[]) => unknown;
    return { id, value: method(...values) };
  } catch (error) {
    if (!(error instanceof AutoWeaveError)) close();
    return { id, failure: toFailure(error) };
  }
}

/** What has failed once may have left it of no use: the next request opens it again. */
function close(): void {
  try {
    store?.[Symbol.dispose]();
  } catch {
    // Nothing is lost: what is committed stands in the file.
  }
  store = undefined;
}

function toFailure(error: unknown): { readonly code: string; readonly message: string; readonly hint?: string } {
  if (error instanceof AutoWeaveError) {
    const { code, message, hint } = error;
    return { code, message, ...(hint === undefined ? {} : { hint }) };
  }
  const what = error instanceof Error ? error.message : String(error);
  if (error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === FULL) {
    const message = `Cannot write to "${file}": the disk is full`;
    return { code: 'AW_DISK_FULL', message, hint: 'free space on that disk' };
  }
  return {
    code: 'AW_MEMORY_INDEX_FAILED',
    message: `Cannot use the index of the memory in "${file}": ${what}`,
    hint: 'give yourself the right to write there, or delete the file: it is made anew',
  };
}
