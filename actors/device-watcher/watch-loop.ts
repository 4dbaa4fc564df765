import { type Clock, isoTime } from '../../runtime/clock/clock.ts';
import { toFailure } from '../../runtime/errors/errors.ts';
import { createListening } from './listening.ts';
import type { SeenDevice } from './snapshot.ts';
import { SNAPSHOT_REASONS, type SnapshotReason, type UsbHealth, type WatcherMessage } from './watcher-protocol.ts';

/**
 * When to look at the bus. Hints only say "soon"; the look is the truth.
 *
 * - *quiet*: nothing is due before the next poll. A hint leads to *settling*; start, poll or request to *looking*.
 * - *settling*: a fixed window from the first hint, in which an attaching device gets its entries and further hints
 *   are only counted. It is not prolonged: a flood of hints would starve the look. Its end leads to *looking*.
 * - *looking*: one look at a time, sent before the next begins. A hint opens the next window, since this look may
 *   have passed that port already; causes that come meanwhile are merged into one further look.
 *
 * The poll runs through all of them and never ends: it finds what no hint told (no udev, another network namespace,
 * an overflow of the socket).
 */
export interface WatchLoop {
  /** Looks, and sends what it saw even if nothing has changed, with `id` among its answers. */
  request(id: number): void;
  close(): Promise<void>;
}

export interface WatchLoopOptions {
  readonly clock: Clock;
  readonly settleMs: number;
  readonly pollMs: number;
  /** Named in the health when there is no USB. */
  readonly place: string;
  /** One look; null when this host has no USB. */
  readonly look: () => Promise<readonly SeenDevice[] | null>;
  /** Resolves with a function that ends the hints. */
  readonly startHints: (onHint: () => void) => Promise<() => Promise<void>>;
  /** Resolves when the message has left: a parent that does not read slows the looks down instead of filling memory. */
  readonly send: (message: WatcherMessage) => Promise<void>;
}

export function startWatchLoop(options: WatchLoopOptions): WatchLoop {
  const { clock, settleMs, pollMs, look, send } = options;
  let due: Cause | undefined;
  let isLooking = false;
  let isClosed = false;
  let cancelSettling: (() => void) | undefined;
  let reconciles = 0;
  let hintsAtLastLook = 0;
  let lastSent: readonly SeenDevice[] | undefined;
  let lastHealth: UsbHealth | undefined;

  const listening = createListening(options.startHints, () => {
    if (cancelSettling !== undefined || isClosed) return;
    const hintedAt = isoTime(clock);
    cancelSettling = clock.schedule(settleMs, () => {
      cancelSettling = undefined;
      lookSoon({ reason: 'hint', hintedAt, answers: [] });
    });
  });

  const poll = () => {
    cancelPoll = clock.schedule(pollMs, poll);
    // After a start, for what was plugged in while nobody listened.
    void listening.check().then((hasStarted) => hasStarted && lookSoon({ reason: 'poll', answers: [] }));
    // The window's own look is nearer than this one.
    if (cancelSettling === undefined) lookSoon({ reason: 'poll', answers: [] });
  };

  const lookSoon = (cause: Cause) => {
    due = due === undefined ? cause : merged(due, cause);
    if (!isLooking) void lookWhileDue();
  };

  const lookWhileDue = async () => {
    isLooking = true;
    while (due !== undefined && !isClosed) {
      const cause = due;
      due = undefined;
      await lookOnce(cause);
    }
    isLooking = false;
  };

  const lookOnce = async ({ answers, ...cause }: Cause) => {
    reconciles++;
    const hintsBefore = hintsAtLastLook;
    hintsAtLastLook = listening.hints;
    const observedAt = isoTime(clock);
    try {
      const seen = await look();
      const devices = seen ?? [];
      const isUntold = cause.reason !== 'start' && listening.hints === hintsBefore;
      if (isUntold && lastSent !== undefined && sessionsOf(devices) !== sessionsOf(lastSent)) listening.foundUnhinted();
      await sendHealth(seen === null ? 'absent' : 'there', cause.reason);
      if (lastSent === undefined || answers.length > 0 || JSON.stringify(devices) !== JSON.stringify(lastSent)) {
        lastSent = devices;
        await send({ type: 'snapshot', snapshot: { devices, observedAt, ...cause }, answers });
      }
    } catch (error) {
      // The devices stay as they were: not seeing them is not seeing them gone.
      const failure = toFailure(error);
      await sendHealth({ failure: failure.message }, cause.reason);
      if (answers.length > 0 || lastSent === undefined) await send({ type: 'failure', ...failure, answers });
    }
  };

  /** When its meaning changes; when only its counts do, at most once per poll. */
  const sendHealth = async (bus: Bus, reason: SnapshotReason) => {
    const health = { ...describe(bus, listening.problem, options), hints: listening.hints, reconciles };
    const isSame = health.state === lastHealth?.state && health.detail === lastHealth.detail;
    if (isSame && (reason !== 'poll' || health.hints === lastHealth?.hints)) return;
    lastHealth = health;
    await send({ type: 'health', health });
  };

  let cancelPoll = clock.schedule(pollMs, poll);
  // Listening first: what comes after the look is told, and nothing falls between.
  void listening.start().then(() => lookSoon({ reason: 'start', answers: [] }));

  return {
    request: (id) => lookSoon({ reason: 'request', answers: [id] }),
    async close() {
      isClosed = true;
      cancelPoll();
      cancelSettling?.();
      await listening.close();
    },
  };
}

interface Cause {
  readonly reason: SnapshotReason;
  readonly hintedAt?: string;
  /** Requests that this look answers. */
  readonly answers: readonly number[];
}

type Bus = 'there' | 'absent' | { readonly failure: string };

/** One look for both, told under the stronger reason. */
function merged(a: Cause, b: Cause): Cause {
  const [stronger, weaker] = SNAPSHOT_REASONS.indexOf(a.reason) <= SNAPSHOT_REASONS.indexOf(b.reason) ? [a, b] : [b, a];
  return { ...weaker, ...stronger, answers: [...a.answers, ...b.answers] };
}

function sessionsOf(devices: readonly SeenDevice[]): string {
  return devices.map((device) => device.session).join(' ');
}

function describe(
  bus: Bus,
  problem: string | undefined,
  options: WatchLoopOptions,
): Pick<UsbHealth, 'state' | 'detail'> {
  const seconds = options.pollMs / 1000;
  if (bus === 'absent') {
    return { state: 'absent', detail: `No USB bus on this host (no ${options.place}); virtual devices work` };
  }
  if (bus !== 'there') return { state: 'degraded', detail: bus.failure };
  if (problem !== undefined) {
    return { state: 'degraded', detail: `${problem}; devices are seen by a look every ${seconds} s` };
  }
  return { state: 'ok', detail: `Hot-plug hints, and a look every ${seconds} s` };
}
