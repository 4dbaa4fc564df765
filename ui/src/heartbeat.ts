/** A dead connection is noticed after interval and time-out together at the latest. */
const INTERVAL_MS = 4000;
const TIMEOUT_MS = 4000;

export interface Heartbeat {
  /** Asks at once: after a sleep of the machine, or when the network came or went. */
  check(): void;
  /** Something came from the other side. */
  heard(): void;
  stop(): void;
}

/**
 * Asks the other side for a sign of life, again and again, from the moment it is made.
 *
 * @param ask sends a ping, or returns false when there is nothing to send it on
 * @param onDead called once when no sign came in time; the heartbeat has stopped by then
 */
export function makeHeartbeat(ask: () => boolean, onDead: () => void): Heartbeat {
  let deadline: ReturnType<typeof setTimeout> | undefined;

  function check(): void {
    if (deadline !== undefined || !ask()) return;
    deadline = setTimeout(() => {
      stop();
      onDead();
    }, TIMEOUT_MS);
  }

  function heard(): void {
    clearTimeout(deadline);
    deadline = undefined;
  }

  function stop(): void {
    clearInterval(interval);
    heard();
  }

  const interval = setInterval(check, INTERVAL_MS);
  return { check, heard, stop };
}
