import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import type { CommandContext } from '../command.ts';
import { didYouMean } from '../did-you-mean.ts';
import { DURATION_FORM, parseDuration } from '../duration-argument.ts';

/** Values of options of the commands on jobs, each with the same words when it is wrong. */

/** For answers that come once many jobs have been gone through. */
export const LONG_ANSWER_MS = 600_000;

/** `--state is "waitng" (did you mean "waiting"?), allowed: …` */
export function wrongValue(what: string, given: string, allowed: string, meant?: string): AutoWeaveError {
  const guess = meant === undefined ? '' : ` (did you mean "${meant}"?)`;
  return new AutoWeaveError('AW_CLI_USAGE', `${what} is "${given}"${guess}, allowed: ${allowed}`);
}

/** Milliseconds; undefined when it was not given. */
export function durationOption({ options }: CommandContext, name: string): number | undefined {
  const text = options.text(name);
  return text === undefined ? undefined : toDuration(`--${name}`, text);
}

export function toDuration(what: string, text: string): number {
  const durationMs = parseDuration(text);
  if (durationMs === undefined) throw wrongValue(what, text, DURATION_FORM);
  return durationMs;
}

/** A whole number; undefined when it was not given. */
export function numberOption(
  { options }: CommandContext,
  name: string,
  range: { readonly from: number; readonly to?: number },
): number | undefined {
  const text = options.text(name);
  return text === undefined ? undefined : toNumber(`--${name}`, text, range);
}

export function toNumber(
  what: string,
  text: string,
  { from, to = 2 ** 31 - 1 }: { readonly from: number; readonly to?: number },
): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= from && value <= to) return value;
  throw wrongValue(what, text, to === 2 ** 31 - 1 ? `a whole number from ${from}` : `${from} to ${to}`);
}

/** One of several words, as typed in lower case, as GraphQL has it in upper case; undefined when it was not given. */
export function choiceOption<Choice extends string>(
  { options }: CommandContext,
  name: string,
  choices: readonly Choice[],
): Choice | undefined {
  const text = options.text(name);
  return text === undefined ? undefined : toChoice(`--${name}`, text, choices);
}

export function toChoice<Choice extends string>(what: string, text: string, choices: readonly Choice[]): Choice {
  const found = choices.find((choice) => choice === text.toUpperCase());
  if (found !== undefined) return found;
  const words = choices.map((choice) => choice.toLowerCase());
  throw wrongValue(what, text, words.join(', '), didYouMean(text, words));
}

/** @throws AW_CLI_USAGE when an option is missing without which the command makes no sense */
export function needed<Value>(value: Value | undefined, command: string, what: string): Value {
  if (value !== undefined) return value;
  throw new AutoWeaveError('AW_CLI_USAGE', `${command}: ${what} is missing`, { hint: `${command} --help` });
}

/** Without what was not given: GraphQL tells null from absent. */
export function present<Fields extends object>(
  fields: Fields,
): { readonly [Name in keyof Fields]?: Exclude<Fields[Name], undefined> } {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };
}
