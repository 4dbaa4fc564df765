import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import type { CommandContext, CommandOption } from '../command.ts';

export const YES_OPTION: CommandOption = { name: 'yes', description: 'Do it without asking' };

/**
 * Returns when the person wants it: by `--yes`, or by typing a word on the terminal.
 *
 * @throws AW_NOT_CONFIRMED
 */
export async function confirm({ options, ask }: CommandContext, what: string, word: string): Promise<void> {
  if (options.flag('yes')) return;
  if (ask === undefined) {
    throw new AutoWeaveError('AW_NOT_CONFIRMED', `${what}: there is no terminal to ask on`, { hint: 'give --yes' });
  }
  const answer = await ask(`${what}. Type ${word} to go on: `);
  if (answer.trim() === word) return;
  throw new AutoWeaveError('AW_NOT_CONFIRMED', `${what}: not confirmed, nothing was done`);
}
