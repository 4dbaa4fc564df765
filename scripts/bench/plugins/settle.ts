import { setTimeout as pause } from 'node:timers/promises';

const LOOK_MS = 25;
/** Of a core, over {@link LOOK_MS}: timers turn, nothing else does. */
const IDLE_SHARE = 0.1;
const IDLE_LOOKS = 3;
const LONGEST_MS = 3_000;

/** Resolves when this process does nothing any more: its spare threads are there, its garbage is collected. */
export async function settle(): Promise<void> {
  const endMs = performance.now() + LONGEST_MS;
  for (let idle = 0; idle < IDLE_LOOKS && performance.now() < endMs; ) {
    const before = process.cpuUsage();
    await pause(LOOK_MS);
    const { user, system } = process.cpuUsage(before);
    idle = user + system < LOOK_MS * 1_000 * IDLE_SHARE ? idle + 1 : 0;
  }
}
