import type { Health } from '../../proto/generated/graphql.ts';
import { AutoWeaveError, formatError } from '../../runtime/errors/errors.ts';
import type { Config } from '../config.ts';
import { type Instance, isDataDirectoryInUse, readInstance } from '../data-directory.ts';
import { createGatewayClient, findGateway } from '../gateway-client.ts';

/** The AutoWeave that runs on the data directory, as far as it can be seen. */
export interface Running {
  /** True when the data directory is held by a process. */
  readonly isHeld: boolean;
  readonly instance: Instance | undefined;
  /** What it says of itself; undefined when it does not run or does not answer. */
  readonly health: Health | undefined;
  /** Why it did not answer, when it should have. */
  readonly problem: string | undefined;
}

const HEALTH = `{
  health {
    status ready version host startedAt
    components { name status code detail since }
    durability {
      level syncIntervalMs isSynced replicas detail wanted isMet
      streams { name replicas storage isAsync }
    }
  }
}`;

/** Never rejects: what cannot be found out is absent, with the reason. */
export async function findRunning(
  { data }: Config,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Running> {
  const [isHeld, instance] = await Promise.all([isDataDirectoryInUse(data), readInstance(data)]);
  const isExpected = isHeld || Boolean(env['AUTOWEAVE_URL']);
  if (!isExpected) return { isHeld, instance: undefined, health: undefined, problem: undefined };
  try {
    const client = createGatewayClient(await findGateway(data, env));
    const { health } = await client.query<{ health: Health }>(HEALTH);
    return { isHeld, instance, health, problem: undefined };
  } catch (error) {
    if (!(error instanceof AutoWeaveError)) throw error;
    return { isHeld, instance, health: undefined, problem: formatError(error) };
  }
}
