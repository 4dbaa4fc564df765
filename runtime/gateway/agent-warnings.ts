import type { AgentGraph } from '../../proto/generated/messages.ts';
import { didYouMean } from '../errors/did-you-mean.ts';
import { AutoWeaveError } from '../errors/errors.ts';
import { findQueue } from './find-queue.ts';
import type { GatewayServices } from './services.ts';

/**
 * What the `job` nodes of a graph would fail at or wait for as things are now, each with its place. It is said and not
 * refused: a type is known, and a queue worked on, as soon as a plugin is loaded or a worker starts, also after the agent
 * was deployed, and in another process than this one.
 */
export async function agentWarnings(
  { nodes }: AgentGraph,
  services: Pick<GatewayServices, 'contracts' | 'jobTypes' | 'queues'>,
): Promise<readonly string[]> {
  const isIdle = onceFor((queue) => isUnworked(services.queues, queue));
  const warnings = await Promise.all(
    nodes.map(async (node, index) => {
      if (node.type !== 'job') return [];
      const at = `/nodes/${index}`;
      const ofType = warnOfType(node.jobType, node.data ?? {}, at, services);
      return [...ofType, ...((await isIdle(node.queue)) ? [await warnOfQueue(node.queue, at, services)] : [])];
    }),
  );
  return warnings.flat();
}

/** How many queues that looks at. */
export function countJobQueues({ nodes }: AgentGraph): number {
  return new Set(nodes.flatMap((node) => (node.type === 'job' ? [node.queue] : []))).size;
}

function warnOfType(
  type: string,
  data: unknown,
  at: string,
  { contracts, jobTypes }: Pick<GatewayServices, 'contracts' | 'jobTypes'>,
): readonly string[] {
  if (!contracts.has(type)) {
    const known = jobTypes().map((one) => one.type);
    return [`${at}/jobType names "${type}", which no job type is: the step would fail${meant(type, known)}`];
  }
  // What a run fills in is known to the run alone.
  if (JSON.stringify(data).includes('{{')) return [];
  try {
    contracts.validate(type, data);
    return [];
  } catch (error) {
    if (!(error instanceof AutoWeaveError)) throw error;
    const why = error.message.slice(error.message.indexOf(': ') + 2).replaceAll('; ', ', ');
    return [`${at}/data breaks the schema of "${type}", the step would fail: ${why}`];
  }
}

async function warnOfQueue(queue: string, at: string, { queues }: Pick<GatewayServices, 'queues'>): Promise<string> {
  return `${at}/queue names "${queue}", which nobody works on now: the job would wait${meant(queue, await queues.list())}`;
}

function meant(word: string, known: readonly string[]): string {
  const near = didYouMean(word, known);
  return near === undefined || near === word ? '' : ` (did you mean "${near}"?)`;
}

async function isUnworked(queues: GatewayServices['queues'], name: string): Promise<boolean> {
  const queue = await findQueue(queues, name);
  if (queue === undefined) return true;
  // Of a queue that is looked at for the first time workers are heard of while it is counted, or the next time.
  return (await queue.counts()).workers === 0 && (await queue.counts()).workers === 0;
}

function onceFor<Answer>(ask: (name: string) => Promise<Answer>): (name: string) => Promise<Answer> {
  const answers = new Map<string, Promise<Answer>>();
  return (name) => {
    const answer = answers.get(name) ?? ask(name);
    answers.set(name, answer);
    return answer;
  };
}
