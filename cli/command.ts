import type { Output } from './output.ts';

/**
 * Words of this folder. A *command* is what a person types behind `autoweave`: one or two words. It takes *arguments*
 * by position and *options* by name (*flags*, when they stand alone).
 */

export interface CommandArgument {
  /** As it shows in the usage line: `ID`. */
  readonly name: string;
  readonly description: string;
  readonly isOptional?: true;
  /** It takes all that comes behind it, too; only the last argument can. */
  readonly isRepeatable?: true;
}

export interface CommandOption {
  /** Without the dashes: `log-level`. */
  readonly name: string;
  /** What follows it, as it shows in help: `LEVEL`. Absent for a flag. */
  readonly value?: string;
  readonly description: string;
  readonly isRepeatable?: true;
}

/** One command as data; the code behind it is loaded when it is run. */
export interface CommandSpec {
  /** One or two words. */
  readonly words: readonly string[];
  /** One line for lists of commands, without a final period. */
  readonly summary: string;
  /** More, for its own help. */
  readonly description?: string;
  readonly arguments?: readonly CommandArgument[];
  readonly options?: readonly CommandOption[];
  /** Command lines with what they do. */
  readonly examples: readonly (readonly [line: string, what: string])[];
  readonly load: () => Promise<{ readonly run: RunCommand }>;
}

/** What a command is given. */
export interface CommandContext {
  /** By the name of the argument. */
  readonly arguments: Readonly<Record<string, string | undefined>>;
  /** All that a last argument that is repeatable was given, its first one included. */
  readonly several: readonly string[];
  readonly options: CommandOptions;
  readonly isJson: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The checkout. */
  readonly root: string;
  readonly output: Output;
  /** Asks the person for a line; absent where nobody sits at a terminal, or a program reads. */
  readonly ask?: (question: string) => Promise<string>;
}

/** The options that were given, by name. */
export interface CommandOptions {
  flag(name: string): boolean;
  text(name: string): string | undefined;
  texts(name: string): readonly string[];
}

/** Resolves with the exit code; see `exit-code.ts`. What it throws is shown to the person by its code and message. */
export type RunCommand = (ctx: CommandContext) => Promise<number>;

/** Every command understands these. */
export const COMMON_OPTIONS: readonly CommandOption[] = [
  { name: 'json', description: 'Print JSON for programs: one document, or one line for each event' },
  { name: 'help', description: 'Show this help' },
];
