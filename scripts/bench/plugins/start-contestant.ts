import type { Contestant, ContestantName, ContestantOptions, GuestFolders } from './guest.ts';

/** Loads the code of that contestant only: the others are not in its process. */
export async function startContestant(
  name: ContestantName,
  folders: GuestFolders,
  options: ContestantOptions,
): Promise<Contestant> {
  switch (name) {
    case 'AutoWeave':
      return (await import('./autoweave-contestant.ts')).startAutoweaveContestant(folders, options);
    case 'JavaScript':
      return (await import('./javascript-contestant.ts')).startJavascriptContestant();
    case 'Extism':
      return (await import('./extism-contestant.ts')).startExtismContestant(folders);
    case 'raw':
      return (await import('./raw-contestant.ts')).startRawContestant(folders);
  }
}
