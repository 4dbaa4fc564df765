import type { CommandOption } from './command.ts';

/** What every command takes that speaks to a running AutoWeave. */
export const CLIENT_OPTIONS: readonly CommandOption[] = [
  { name: 'data', value: 'DIRECTORY', description: 'Data directory of the running AutoWeave' },
];
