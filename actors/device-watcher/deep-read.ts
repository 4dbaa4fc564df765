import { Worker } from 'node:worker_threads';
import type { Clock } from '../../runtime/clock/clock.ts';
import type { DeviceReading, ReadingFailure } from './watcher-protocol.ts';

/** Never rejects; resolves after the time-out at the latest. */
export type DeepReader = (session: string, options: { readonly timeoutMs: number }) => Promise<DeviceReading>;

/** A worker whose native call hangs can't be ended before the call returns: so many may hang, no more begin. */
const MAX_READINGS = 2;

/**
 * Opens a device, reads its descriptors and strings, and closes it; on demand, since it needs permission and may
 * block, and in a thread of its own, since the addon blocks synchronously.
 *
 * @param entry for tests: the worker's module
 */
export function createDeepReader(
  clock: Clock,
  entry: URL = new URL('./deep-read-worker.ts', import.meta.url),
): DeepReader {
  let running = 0;
  return (session, { timeoutMs }) => {
    if (running >= MAX_READINGS) {
      return Promise.resolve(failed('AW_USB_BUSY', `${running} readings are under way`));
    }
    running++;
    return new Promise((resolve) => {
      const worker = new Worker(entry, { workerData: { session } });
      const cancel = clock.schedule(timeoutMs, () => {
        resolve(failed('AW_USB_TIMEOUT', `Device did not answer within ${timeoutMs} ms`));
        void worker.terminate();
      });
      worker.once('message', (reading: DeviceReading) => resolve(reading));
      worker.once('error', (error) => resolve(failureOf(error)));
      worker.once('exit', () => {
        running--;
        cancel();
        resolve(failed('AW_USB_READ', 'Reader ended without an answer'));
      });
    });
  };
}

/** The addon has no codes: its messages end in the system's number, `open error: … (errno 13)`. */
export function failureOf(thrown: unknown): DeviceReading {
  const message = (thrown instanceof Error ? thrown.message : String(thrown)).slice(0, 500);
  const errno = /\(errno (\d+)\)/.exec(message)?.[1];
  return failed(errno === undefined ? 'AW_USB_READ' : (BY_ERRNO[errno] ?? 'AW_USB_READ'), message);
}

const BY_ERRNO: Readonly<Record<string, ReadingFailure>> = {
  1: 'AW_USB_ACCESS',
  13: 'AW_USB_ACCESS',
  2: 'AW_USB_GONE',
  6: 'AW_USB_GONE',
  19: 'AW_USB_GONE',
  16: 'AW_USB_BUSY',
  110: 'AW_USB_TIMEOUT',
};

function failed(code: ReadingFailure, message: string): DeviceReading {
  return { ok: false, code, message };
}
