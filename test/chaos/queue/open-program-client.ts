import type { ProgramClient } from './program-client.ts';
import type { Target } from './words.ts';

/** Each loads its own library only. */
export async function openProgramClient(target: Target): Promise<ProgramClient> {
  if (target.kind === 'autoweave') return (await import('./autoweave-client.ts')).openAutoweaveClient(target);
  return (await import('./bullmq-client.ts')).openBullmqClient(target);
}
