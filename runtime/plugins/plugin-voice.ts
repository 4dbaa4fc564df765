import type { Clock } from '../clock/clock.ts';
import type { Log } from '../telemetry/log.ts';
import type { LogLevelNumber } from './thread-protocol.ts';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const satisfies readonly (keyof Log)[];
/** Lines in a second; of more, it is said how many there were. */
const MAX_LINES = 100;
const WINDOW_MS = 1_000;

/** Puts what a plugin says into the log, and no more of it than a log can bear. */
export function createPluginVoice(log: Log, clock: Clock): (level: LogLevelNumber, text: string) => void {
  let since = Number.NEGATIVE_INFINITY;
  let lines = 0;
  return (level, text) => {
    const now = clock.monotonic();
    if (now - since >= WINDOW_MS) {
      if (lines > MAX_LINES) log.warn('plugin.said_too_much', { lines, kept: MAX_LINES });
      since = now;
      lines = 0;
    }
    lines++;
    if (lines <= MAX_LINES) log[LEVELS[level]]('plugin.said', { text });
  };
}
