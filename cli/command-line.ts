import { parseArgs } from 'node:util';
import { AutoWeaveError } from '../runtime/errors/errors.ts';
import { COMMON_OPTIONS, type CommandOption, type CommandOptions, type CommandSpec } from './command.ts';
import { didYouMean, didYouMeanCommand } from './did-you-mean.ts';

/** What a command line asks for. */
export type Request =
  | { readonly kind: 'version' }
  /** Help on the commands that begin with these words; on all, when there are none. */
  | { readonly kind: 'help'; readonly words: readonly string[] }
  | {
      readonly kind: 'run';
      readonly command: CommandSpec;
      readonly arguments: Readonly<Record<string, string | undefined>>;
      readonly several: readonly string[];
      readonly options: CommandOptions;
    };

/** @throws AW_CLI_USAGE naming the first thing that is wrong */
export function parseCommandLine(typed: readonly string[], commands: readonly CommandSpec[]): Request {
  const isJsonFirst = typed[0] === '--json';
  const args = isJsonFirst ? [...typed.slice(1), '--json'] : typed;
  const words = leadingWords(args, commands);
  const command = commands.find((candidate) => isSame(candidate.words, words));
  if (command === undefined) return parseGeneral(args, words, commands);

  const given = parseOptions(args, command);
  if (given.options.flag('help')) return { kind: 'help', words };
  const positionals = given.positionals.slice(words.length);
  const declared = command.arguments ?? [];
  const missing = declared[positionals.length];
  if (missing !== undefined && missing.isOptional === undefined) throw usage(command, `${missing.name} is missing`);
  const isOpen = declared.at(-1)?.isRepeatable === true;
  const surplus = positionals[declared.length];
  if (surplus !== undefined && !isOpen) throw usage(command, `unexpected argument "${surplus}"`);
  const named = Object.fromEntries(declared.map(({ name }, index) => [name, positionals[index]]));
  const several = isOpen ? positionals.slice(declared.length - 1) : [];
  return { kind: 'run', command, arguments: named, several, options: given.options };
}

/** The words at the beginning that name a command or a group of commands. */
function leadingWords(args: readonly string[], commands: readonly CommandSpec[]): readonly string[] {
  const words: string[] = [];
  for (const arg of args) {
    const next = [...words, arg];
    if (!commands.some((command) => isSame(command.words.slice(0, next.length), next))) break;
    words.push(arg);
  }
  return words;
}

/** A command line that names no command: help, version, or a mistake. */
function parseGeneral(args: readonly string[], words: readonly string[], commands: readonly CommandSpec[]): Request {
  const rest = args.slice(words.length);
  const [first] = rest;
  if (first === 'help') return { kind: 'help', words: leadingWords(rest.slice(1), commands) };
  if (words.length === 0 && (first === '--version' || first === '-v')) return { kind: 'version' };
  if (rest.every((arg) => arg === '--help' || arg === '-h' || arg === '--json')) return { kind: 'help', words };
  const where = ['autoweave', ...words].join(' ');
  const wrong = rest.find((arg) => !arg.startsWith('-'));
  const what = wrong === undefined ? `unknown option "${first}"` : `unknown command "${wrong}"`;
  const meant = wrong === undefined ? [] : commandsMeant(words, rest, commands);
  throw new AutoWeaveError('AW_CLI_USAGE', `${where}: ${what}${suggest(...meant)}`, {
    hint: `${where} --help`,
  });
}

function commandsMeant(
  words: readonly string[],
  rest: readonly string[],
  commands: readonly CommandSpec[],
): readonly string[] {
  const typed = rest.filter((arg) => !arg.startsWith('-'));
  if (words.length === 0) {
    return didYouMeanCommand(
      typed,
      commands.map((command) => command.words),
    );
  }
  const candidates = commands
    .filter((command) => isSame(command.words.slice(0, words.length), words))
    .map((command) => command.words[words.length]!);
  const meant = didYouMean(typed[0]!, candidates);
  return meant === undefined ? [] : [meant];
}

function parseOptions(args: readonly string[], command: CommandSpec) {
  const declared = [...(command.options ?? []), ...COMMON_OPTIONS];
  const { tokens, positionals } = parseArgs({
    args: [...args],
    options: Object.fromEntries(declared.map((option) => [option.name, parseArgsOption(option)])),
    allowPositionals: true,
    // Mistakes are told in our words, below.
    strict: false,
    tokens: true,
  });
  const values = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const option = declared.find(({ name }) => name === token.name);
    if (option === undefined) throw unknownOption(command, token.rawName, declared);
    if (option.value === undefined && token.value !== undefined) {
      throw usage(command, `--${option.name} takes no value`);
    }
    // A value that looks like an option is one that was forgotten; `--option=-value` says that it is meant.
    const isForgotten = token.value === undefined || (!token.inlineValue && /^-./.test(token.value));
    if (option.value !== undefined && isForgotten) {
      throw usage(command, `--${option.name} needs a value: --${option.name} ${option.value}`);
    }
    const before = values.get(option.name) ?? [];
    if (before.length > 0 && option.value !== undefined && option.isRepeatable === undefined) {
      throw usage(command, `--${option.name} is given twice`);
    }
    values.set(option.name, [...before, token.value ?? '']);
  }
  const options: CommandOptions = {
    flag: (name) => values.has(name),
    text: (name) => values.get(name)?.[0],
    texts: (name) => values.get(name) ?? [],
  };
  return { options, positionals };
}

function parseArgsOption({ name, value }: CommandOption) {
  const type = value === undefined ? ('boolean' as const) : ('string' as const);
  return { type, multiple: true, ...(name === 'help' ? { short: 'h' } : {}) };
}

function unknownOption(command: CommandSpec, rawName: string, declared: readonly CommandOption[]): AutoWeaveError {
  const meant = didYouMean(
    rawName,
    declared.map(({ name }) => `--${name}`),
  );
  return usage(command, `unknown option "${rawName}"${meant === undefined ? '' : suggest(meant)}`);
}

function suggest(...meant: readonly string[]): string {
  return meant.length === 0 ? '' : ` (did you mean ${meant.map((each) => `"${each}"`).join(' or ')}?)`;
}

function usage(command: CommandSpec, what: string): AutoWeaveError {
  const line = ['autoweave', ...command.words].join(' ');
  return new AutoWeaveError('AW_CLI_USAGE', `${line}: ${what}`, { hint: `${line} --help` });
}

function isSame(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((word, index) => word === right[index]);
}
