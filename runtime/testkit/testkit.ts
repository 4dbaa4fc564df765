/**
 * What one needs to test actors, and whatever else stands on AutoWeave's ports, without a server and without waiting:
 * `tryActors` for actors of one's own, `createSimulation` for whole systems, the parts of it for tests of one thing.
 */

export { createSeededRandom, type SeededRandom } from '../clock/seeded-random.ts';
export type { BusCall, FaultRates, RequestFault } from './broker-faults.ts';
export type { PlannedFault } from './broker-link.ts';
export { type CrashCoverage, type CrashRow, createCrashCoverage } from './crash-coverage.ts';
export type { CrashStage, PortCall } from './crash-points.ts';
export { drive } from './drive.ts';
export {
  type ConnectOptions,
  createMemoryBroker,
  type MemoryBroker,
  type MemoryBrokerOptions,
  type MemoryConnection,
} from './memory-broker.ts';
export type { WrongMode } from './memory-stream.ts';
export type { LabelledClock } from './pipe.ts';
export type { PortCallHook, SimulatedProcess } from './simulated-process.ts';
export { createSimulation, type Simulation, type SimulationOptions } from './simulation.ts';
export { SimulationFailure } from './simulation-failure.ts';
export type { StreamView } from './stream-content.ts';
export { type TriedActors, type TryActorsOptions, tryActors } from './try-actor.ts';
export { createVirtualClock, type VirtualClock } from './virtual-clock.ts';
