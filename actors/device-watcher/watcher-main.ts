import { flushCompileCache } from 'node:module';
import { systemClock } from '../../runtime/clock/system-clock.ts';
import { formatError } from '../../runtime/errors/errors.ts';
import { createDeepReader } from './deep-read.ts';
import { createStringReader } from './device-strings.ts';
import { seenInList } from './listed-snapshot.ts';
import { readSnapshot } from './snapshot.ts';
import { listDevices, startHints } from './usb-hints.ts';
import { startWatchLoop } from './watch-loop.ts';
import { parseWatchArguments, type WatchOptions } from './watch-options.ts';
import { parseParentMessage, type WatcherMessage } from './watcher-protocol.ts';

/**
 * The device watcher's process: it alone holds the native addon, so that a crash of it takes down nothing else. It
 * lives as long as its parent's channel, and imports little, to stay small.
 */

if (process.send === undefined) refuse('Cannot start device watcher: it has no parent to talk to');

// A terminal's Ctrl-C reaches the whole process group, but when to end is the parent's business.
process.on('SIGINT', () => {});

// The parent is gone, perhaps killed. Nothing here is worth saving.
process.on('disconnect', () => process.exit());

start(readOptions());

function start({ settleMs, pollMs, sysRoot }: WatchOptions): void {
  void send({ type: 'hello', pid: process.pid });
  const strings = createStringReader(systemClock);
  const hasSysfs = process.platform === 'linux';
  const loop = startWatchLoop({
    clock: systemClock,
    settleMs,
    pollMs,
    place: hasSysfs ? `${sysRoot}/bus/usb/devices` : 'list from the operating system',
    look: async () => (hasSysfs ? readSnapshot(sysRoot, strings) : seenInList(await listDevices())),
    startHints,
    send,
  });
  const readDeeply = createDeepReader(systemClock);
  process.on('message', async (received) => {
    const message = parseParentMessage(received);
    if (message?.type === 'request') loop.request(message.id);
    if (message?.type === 'read') {
      const { id, session, timeoutMs } = message;
      await send({ type: 'reading', id, reading: await readDeeply(session, { timeoutMs }) });
    }
  });
  // At exit would be too late: a watcher ends without notice. Without types to strip, the next one is 20 MB smaller.
  flushCompileCache();
}

/** Resolves when the message is out, also when the channel is closed: then `disconnect` ends this process. */
function send(message: WatcherMessage): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected !== true || process.send === undefined) return resolve();
    process.send(message, undefined, {}, () => resolve());
  });
}

function readOptions(): WatchOptions {
  try {
    return parseWatchArguments(process.argv.slice(2));
  } catch (error) {
    return refuse(formatError(error));
  }
}

function refuse(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
