import { AutoWeaveError, formatError, toFailure } from '../runtime/errors/errors.ts';
import { asCalled, type Program, programOf } from './as-called.ts';
import type { CommandContext } from './command.ts';
import { parseCommandLine, type Request } from './command-line.ts';
import { COMMANDS } from './command-table.ts';
import { exitCodeOf, OK } from './exit-code.ts';
import { createOutput, type OutputStream } from './output.ts';

export interface CommandLineOptions {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The checkout. */
  readonly root: string;
  /** Asks for a line, where there is a terminal. */
  readonly ask?: (question: string) => Promise<string>;
}

/** Does what a command line says. Resolves with the exit code; never rejects. */
export async function runCommandLine(
  args: readonly string[],
  { stdout, stderr, env, root, ask }: CommandLineOptions,
): Promise<number> {
  // Known before the command line is understood: mistakes in it are told in the form that was asked for.
  const isJson = args.includes('--json');
  const program = programOf(env);
  const output = createOutput(stdout, stderr, { isJson, program });
  try {
    return await perform(parseCommandLine(args, COMMANDS), program, {
      isJson,
      output,
      env,
      root,
      ...(ask === undefined || isJson ? {} : { ask }),
    });
  } catch (error) {
    if (isJson) output.json({ error: describe(error, program) }, { isLine: true });
    else stderr.write(`${asCalled(formatError(error), program)}\n`);
    if (!(error instanceof AutoWeaveError) && error instanceof Error) stderr.write(`${error.stack}\n`);
    return exitCodeOf(error);
  }
}

async function perform(
  request: Request,
  program: Program,
  base: Omit<CommandContext, 'arguments' | 'several' | 'options'>,
): Promise<number> {
  switch (request.kind) {
    case 'version': {
      const { VERSION } = await import('./version.ts');
      if (base.isJson) base.output.json({ version: VERSION });
      else base.output.line(VERSION);
      return OK;
    }
    case 'help': {
      const { describeHelp, renderHelp } = await import('./help.ts');
      if (base.isJson) {
        base.output.json(describeHelp(request.words, COMMANDS, program));
        return OK;
      }
      const { columns = WIDTH_OF_FILES } = base.output;
      base.output.advise(renderHelp(request.words, COMMANDS, columns));
      return OK;
    }
    case 'run': {
      const { command, arguments: args, several, options } = request;
      const { run } = await command.load();
      return await run({ ...base, arguments: args, several, options });
    }
  }
}

/** How wide help is where no terminal says. */
const WIDTH_OF_FILES = 100;

function describe(error: unknown, program: Program) {
  const hint = error instanceof AutoWeaveError ? error.hint : undefined;
  return { ...toFailure(error), ...(hint === undefined ? {} : { hint: asCalled(hint, program) }) };
}
