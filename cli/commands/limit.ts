import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import type { CommandContext, CommandOption } from '../command.ts';

const DEFAULT_LIMIT = 100;

export const LIMIT_OPTION: CommandOption = {
  name: 'limit',
  value: 'COUNT',
  description: `How many to show at most; ${DEFAULT_LIMIT} unless told`,
};

/** @throws AW_CLI_USAGE */
export function parseLimit({ options }: CommandContext): number {
  const text = options.text('limit') ?? String(DEFAULT_LIMIT);
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new AutoWeaveError('AW_CLI_USAGE', `--limit is "${text}", allowed: a whole number from 1`);
}
