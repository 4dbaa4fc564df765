import { fileURLToPath } from 'node:url';
import { OK } from './exit-code.ts';
import { runCommandLine } from './run-command-line.ts';

/** The program behind `autoweave` and `npm start`. */

endQuietlyWhenNobodyReads();
endWithLauncher();
process.exitCode = await runCommandLine(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  ...(process.stdin.isTTY && process.stderr.isTTY ? { ask: askOnTerminal } : {}),
  root: fileURLToPath(new URL('..', import.meta.url)).replace(/[/\\]$/, ''),
});

// What is left of a runtime that has stopped, such as an exporter whose collector is gone, must not keep it here.
if (isRuntime()) process.exit();

/** On the error stream: the result may go into a file. */
async function askOnTerminal(question: string): Promise<string> {
  const { createInterface } = await import('node:readline/promises');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}

/** `autoweave device watch | head -1`: the reader has what it wanted, which is no error of ours. */
function endQuietlyWhenNobodyReads(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // A runtime goes on, unheard.
      if (error.code === 'EPIPE' && isRuntime()) return;
      if (error.code === 'EPIPE') process.exit(OK);
      throw error;
    });
  }
}

/** The launcher holds a channel to us; when it is killed, a command that goes on for ever would be left over. */
function endWithLauncher(): void {
  // A runtime stops in order, and sees to it itself.
  if (isRuntime()) return;
  process.once('disconnect', () => process.exit(OK));
  process.channel?.unref();
}

function isRuntime(): boolean {
  return process.argv.slice(2).find((word) => !word.startsWith('-')) === 'up';
}
