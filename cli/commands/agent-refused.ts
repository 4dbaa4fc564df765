import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import { quoted } from './quoted.ts';

/** What to type where the agent has to be stopped or deployed first. */
export type Remedy = 'stop' | 'deploy';

/**
 * Resolves as `ask` does; an order that is refused names the agent as the person did, and where that is for its state,
 * the command that helps.
 *
 * @param given its id or name, as typed
 */
export async function tellingState<Answer>(
  given: string,
  id: string,
  remedy: Remedy | undefined,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof AutoWeaveError) || error.code.split('_')[1] !== 'AGENT') throw error;
    const { code, message } = error;
    const hint =
      code !== 'AW_AGENT_STATE' || remedy === undefined ? error.hint : `autoweave agent ${remedy} ${quoted(given)}`;
    throw new AutoWeaveError(
      code,
      message.replace(`"${id}"`, () => `"${given}"`),
      {
        cause: error,
        ...(hint === undefined ? {} : { hint }),
      },
    );
  }
}
