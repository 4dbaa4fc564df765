/** What a person types before the words of a command. */
export type Program = 'autoweave' | 'npx autoweave';

/**
 * How we were called, and are to be called again: npx finds us where a shell does not. npm (10 and 11) says in the
 * environment that it runs a program for npx; below `npm run` and `npm start` it says something else.
 */
export function programOf(env: Readonly<Record<string, string | undefined>>): Program {
  return env['npm_command'] === 'exec' && env['npm_lifecycle_event'] === 'npx' ? 'npx autoweave' : 'autoweave';
}

/** Text for a person, in which each command line begins as the person's own did. What is no command of ours stays. */
export function asCalled(text: string, program: Program): string {
  return text.replace(COMMAND_LINE, program);
}

/** The first words of all commands; written out, since everything that prints comes here. */
export const FIRST_WORDS = [
  'actor',
  'agent',
  'backup',
  'config',
  'dead',
  'device',
  'doctor',
  'events',
  'job',
  'memory',
  'plugin',
  'queue',
  'restore',
  'schedule',
  'trace',
  'up',
];
/** Not the end of a path or of another word; and what follows is a command, a placeholder for one, or an option. */
const COMMAND_LINE = new RegExp(
  `(?<![\\w./@-])(?:npx )?autoweave(?= (?:(?:${FIRST_WORDS.join('|')})(?![\\w-])|<command>|--))`,
  'g',
);
