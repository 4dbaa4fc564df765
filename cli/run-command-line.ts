import { AutoWeaveError, formatError, toFailure } from '../runtime/errors/errors.ts';
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
  const output = createOutput(stdout, stderr, { isJson });
  try {
    return await perform(parseCommandLine(args, COMMANDS), {
      isJson,
      output,
      env,
      root,
      ...(ask === undefined || isJson ? {} : { ask }),
    });
  } catch (error) {
    if (isJson) output.json({ error: describe(error) }, { isLine: true });
    else stderr.write(`${formatError(error)}\n`);
    if (!(error instanceof AutoWeaveError) && error instanceof Error) stderr.write(`${error.stack}\n`);
    return exitCodeOf(error);
  }
}

async function perform(request: Request, base: Omit<CommandContext, 'arguments' | 'options'>): Promise<number> {
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
        base.output.json(describeHelp(request.words, COMMANDS));
        return OK;
      }
      const { columns = WIDTH_OF_FILES } = base.output;
      base.output.line(renderHelp(request.words, COMMANDS, columns));
      return OK;
    }
    case 'run': {
      const { run } = await request.command.load();
      return await run({ ...base, arguments: request.arguments, options: request.options });
    }
  }
}

/** How wide help is where no terminal says. */
const WIDTH_OF_FILES = 100;

function describe(error: unknown) {
  const hint = error instanceof AutoWeaveError ? error.hint : undefined;
  return { ...toFailure(error), ...(hint === undefined ? {} : { hint }) };
}
