import type { SystemName } from '../../../scripts/bench/queue/system.ts';
import { startAutoweaveSystem } from './autoweave-system.ts';
import { startBullmqSystem } from './bullmq-system.ts';
import type { ChaosSystem, SystemParts } from './chaos-system.ts';

export function startChaosSystem(name: SystemName, parts: SystemParts): Promise<ChaosSystem> {
  return name === 'AutoWeave' ? startAutoweaveSystem(parts) : startBullmqSystem(parts);
}
