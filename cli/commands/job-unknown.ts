import type { JobType, Queue } from '../../proto/generated/graphql.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import { didYouMean } from '../did-you-mean.ts';
import type { GatewayClient } from '../gateway-client.ts';

/** The names in a command line that the gateway may not know. */
export interface Named {
  readonly queue?: string | undefined;
  readonly type?: string | undefined;
}

/** Resolves as `ask` does; an error about an unknown queue or job type gets the one that was meant into its hint. */
export async function askAbout<Answer>(
  client: GatewayClient,
  named: Named,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    throw await explainUnknown(client, named, error);
  }
}

export async function explainUnknown(client: GatewayClient, named: Named, error: unknown): Promise<unknown> {
  if (!(error instanceof AutoWeaveError)) return error;
  if (error.code === 'AW_QUEUE_UNKNOWN' && named.queue !== undefined) return await unknownQueue(client, named.queue);
  if (error.code === 'AW_JOB_TYPE_UNKNOWN' && named.type !== undefined) {
    const types = await client.query<{ jobTypes: readonly Pick<JobType, 'type'>[] }>('{ jobTypes { type } }');
    const names = types.jobTypes.map(({ type }) => type);
    return suggesting(error.code, error.message, named.type, names, 'autoweave job types shows all');
  }
  return error;
}

export async function unknownQueue(client: GatewayClient, queue: string): Promise<AutoWeaveError> {
  const { queues } = await client.query<{ queues: readonly Pick<Queue, 'name'>[] }>('{ queues { name } }');
  const names = queues.map(({ name }) => name);
  return suggesting('AW_QUEUE_UNKNOWN', `There is no queue "${queue}"`, queue, names, 'autoweave queue ls shows all');
}

export function suggesting(
  code: string,
  message: string,
  word: string,
  names: readonly string[],
  otherwise: string,
): AutoWeaveError {
  const meant = didYouMean(word, names);
  return new AutoWeaveError(code, message, {
    hint: meant === undefined || meant === word ? otherwise : `did you mean "${meant}"? ${otherwise}`,
  });
}
