import { text as readText } from 'node:stream/consumers';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';

/**
 * JSON from the command line; `-` reads it from standard input.
 *
 * @throws AW_CLI_USAGE
 */
export async function readJsonArgument(command: string, name: string, given: string): Promise<unknown> {
  const text = given === '-' ? await readText(process.stdin) : given;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AutoWeaveError('AW_CLI_USAGE', `${command}: ${name} is no JSON: ${(cause as Error).message}`, {
      hint: `quote it for your shell, such as '{"add":1}'`,
      cause,
    });
  }
}
