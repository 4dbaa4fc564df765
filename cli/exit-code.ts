import { AutoWeaveError } from '../runtime/errors/errors.ts';

/** What the command's end tells a shell; shown in `autoweave --help`. */
export const EXIT_CODES = {
  0: 'Done',
  1: 'Failed: the error says why and what to do next',
  2: 'Wrong usage: unknown command or option, or a wrong value',
  3: 'AutoWeave does not run',
} as const;

export const OK = 0;
export const FAILED = 1;

export function exitCodeOf(error: unknown): number {
  if (!(error instanceof AutoWeaveError)) return FAILED;
  if (error.code === 'AW_CLI_USAGE' || error.code === 'AW_CONFIG_INVALID') return 2;
  return error.code === 'AW_NOT_RUNNING' ? 3 : FAILED;
}
