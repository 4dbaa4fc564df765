import { toFailure } from '../../runtime/errors/errors.ts';

/**
 * Whether the hints can be relied on. A listener that failed is started again at the next poll. One that is deaf
 * can't be told from a quiet bus by itself, but by the polls: a change that a look found, and that no hint has told
 * until the poll after it, shows that the hints are silent. The next hint shows that they are not.
 */
export interface Listening {
  /** How many came. */
  readonly hints: number;
  /** Why devices are seen late, or undefined when they are not. */
  readonly problem: string | undefined;
  /** Resolves when listening has begun, or failed. */
  start(): Promise<void>;
  /** A look found a change, and no hint came since the look before. */
  foundUnhinted(): void;
  /** To be called once per poll. Starts again what failed, or has fallen silent; resolves to true when it did. */
  check(): Promise<boolean>;
  close(): Promise<void>;
}

/** @param startHints resolves with a function that ends the hints. */
export function createListening(
  startHints: (onHint: () => void) => Promise<() => Promise<void>>,
  onHint: () => void,
): Listening {
  let hints = 0;
  let closeHints: (() => Promise<void>) | undefined;
  let isStarting = false;
  let isClosed = false;
  let failure: string | undefined;
  let isSilent = false;
  /** How many hints there were when a look found an untold change; the hint may be late (udev's rules take time). */
  let hintsWhenUntold: number | undefined;

  const onEach = () => {
    hints++;
    isSilent = false;
    onHint();
  };

  const start = async () => {
    isStarting = true;
    try {
      await closeHints?.();
      closeHints = undefined;
      const close = await startHints(onEach);
      if (isClosed) await close();
      else closeHints = close;
      failure = undefined;
    } catch (error) {
      failure = toFailure(error).message;
    } finally {
      isStarting = false;
    }
  };

  return {
    get hints() {
      return hints;
    },
    get problem() {
      return failure ?? (isSilent ? SILENT : undefined);
    },
    start,
    foundUnhinted() {
      if (closeHints !== undefined) hintsWhenUntold = hints;
    },
    async check() {
      const isUntold = hintsWhenUntold === hints;
      const hasFallenSilent = isUntold && !isSilent;
      if (isUntold) isSilent = true;
      hintsWhenUntold = undefined;
      if (isStarting || isClosed || (closeHints !== undefined && !hasFallenSilent)) return false;
      await start();
      return true;
    },
    async close() {
      isClosed = true;
      await closeHints?.();
    },
  };
}

const SILENT = 'Hot-plug hints are silent (no udev here, or another network namespace)';
