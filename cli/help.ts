import { asCalled, type Program } from './as-called.ts';
import { COMMON_OPTIONS, type CommandOption, type CommandSpec } from './command.ts';
import { EXIT_CODES } from './exit-code.ts';
import { wrap } from './text.ts';

/** The widest that help gets: longer lines are hard to read. */
const MAX_WIDTH = 100;

/** Help on one command, on the commands of a group, or on all. */
export function renderHelp(words: readonly string[], commands: readonly CommandSpec[], columns: number): string {
  const width = Math.min(columns, MAX_WIDTH);
  const command = commands.find((candidate) => candidate.words.join(' ') === words.join(' '));
  return command === undefined ? renderGroup(words, commands, width) : renderCommand(command, width);
}

/** The same for programs. */
export function describeHelp(words: readonly string[], commands: readonly CommandSpec[], program: Program) {
  const shown = commands.filter((command) => words.every((word, index) => command.words[index] === word));
  return {
    commands: shown.map((command) => ({
      command: command.words.join(' '),
      usage: asCalled(usageLine(command), program),
      summary: command.summary,
      description: command.description ?? null,
      arguments: (command.arguments ?? []).map(({ name, description, isOptional = false, isRepeatable = false }) => ({
        name,
        description,
        optional: isOptional,
        repeatable: isRepeatable,
      })),
      options: [...(command.options ?? []), ...COMMON_OPTIONS].map(
        ({ name, value = null, description, isRepeatable = false }) => ({
          name: `--${name}`,
          value,
          description,
          repeatable: isRepeatable,
        }),
      ),
      examples: command.examples.map(([line, what]) => ({ line: asCalled(line, program), what })),
    })),
    exitCodes: EXIT_CODES,
  };
}

/** `autoweave actor get NAME KEY [options]` */
export function usageLine({ words, arguments: args = [] }: CommandSpec): string {
  const shown = args.map(({ name, isOptional, isRepeatable }) => {
    const form = isRepeatable ? `${name}…` : name;
    return isOptional ? `[${form}]` : form;
  });
  return ['autoweave', ...words, ...shown, '[options]'].join(' ');
}

function renderCommand(command: CommandSpec, width: number): string {
  const { summary, description, arguments: args = [], options = [], examples } = command;
  return joinSections([
    `Usage: ${usageLine(command)}`,
    wrap(`${summary}.`, width),
    ...(description === undefined ? [] : [wrap(description, width)]),
    listSection(
      'Arguments',
      args.map(({ name, description: text }) => [name, text]),
      width,
    ),
    listSection('Options', [...options, ...COMMON_OPTIONS].map(optionRow), width),
    exampleSection(examples),
  ]);
}

function renderGroup(words: readonly string[], commands: readonly CommandSpec[], width: number): string {
  const shown = commands.filter((command) => words.every((word, index) => command.words[index] === word));
  const rows = shown.map((command): [string, string] => [command.words.join(' '), command.summary]);
  const isAll = words.length === 0;
  return joinSections([
    `Usage: ${['autoweave', ...words].join(' ')} <command> [options]`,
    ...(isAll
      ? [wrap('A durable actor runtime over NATS JetStream for things that happen outside the program.', width)]
      : []),
    listSection('Commands', rows, width),
    ...(isAll
      ? [
          listSection('Options', [...COMMON_OPTIONS.map(optionRow), ['--version', 'Show the version']], width),
          listSection('Exit codes', Object.entries(EXIT_CODES), width),
        ]
      : []),
    'autoweave <command> --help tells more about each.',
  ]);
}

function optionRow({ name, value, description, isRepeatable }: CommandOption): [string, string] {
  const left = value === undefined ? `--${name}` : `--${name} ${value}`;
  return [left, isRepeatable ? `${description}; may be given several times` : description];
}

function listSection(title: string, rows: readonly (readonly [string, string])[], width: number): string {
  if (rows.length === 0) return '';
  const left = Math.max(...rows.map(([name]) => name.length)) + 4;
  const lines = rows.map(([name, text]) => `  ${name}`.padEnd(left) + wrap(text, width - left, ' '.repeat(left)));
  return [`${title}:`, ...lines].join('\n');
}

function exampleSection(examples: CommandSpec['examples']): string {
  if (examples.length === 0) return '';
  return ['Examples:', ...examples.map(([line, what]) => `  ${line}\n      ${what}`)].join('\n');
}

function joinSections(sections: readonly string[]): string {
  return sections.filter((section) => section !== '').join('\n\n');
}
