/** For tests beside code that may not import the testkit. */
export { createVirtualClock, type VirtualClock } from '../../runtime/testkit/virtual-clock.ts';
