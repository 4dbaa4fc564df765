import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import { openClient } from '../client.ts';
import type { CommandContext } from '../command.ts';
import { OK } from '../exit-code.ts';
import { sanitize } from '../text.ts';
import { readJsonArgument } from './json-argument.ts';

const DEFAULT_WAIT_MS = 10_000;
/** For the way there and back, beside the time that the actor has. */
const ON_THE_WAY_MS = 5_000;

/** `actor send NAME KEY TYPE [DATA]` */
export async function run(ctx: CommandContext): Promise<number> {
  const { NAME: actor, KEY: key, TYPE: type, DATA: text = '{}' } = ctx.arguments;
  const timeoutMs = parseTimeout(ctx);
  const data = await readJsonArgument('autoweave actor send', 'DATA', text);
  const client = await openClient(ctx);
  if (timeoutMs !== undefined) {
    const { callCommand: answer } = await client.query<{ callCommand: unknown }>(
      `mutation Call($actor: String!, $key: String!, $type: String!, $data: JSON!, $timeoutMs: Int) {
        callCommand(actor: $actor, key: $key, type: $type, data: $data, timeoutMs: $timeoutMs)
      }`,
      { actor, key, type, data, timeoutMs },
      { timeoutMs: timeoutMs + ON_THE_WAY_MS },
    );
    if (ctx.isJson) ctx.output.json({ answer });
    else for (const line of JSON.stringify(answer, null, 2).split('\n')) ctx.output.line(sanitize(line));
    return OK;
  }
  const { sendCommand: id } = await client.query<{ sendCommand: string }>(
    `mutation Send($actor: String!, $key: String!, $type: String!, $data: JSON!) {
      sendCommand(actor: $actor, key: $key, type: $type, data: $data)
    }`,
    { actor, key, type, data },
  );
  if (ctx.isJson) ctx.output.json({ id });
  else ctx.output.line(id);
  return OK;
}

/** How long to wait for the answer; undefined for not at all. */
function parseTimeout({ options }: CommandContext): number | undefined {
  const text = options.text('timeout');
  if (text === undefined) return options.flag('wait') ? DEFAULT_WAIT_MS : undefined;
  if (!options.flag('wait')) throw new AutoWeaveError('AW_CLI_USAGE', '--timeout goes with --wait');
  const timeoutMs = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (timeoutMs >= 1 && timeoutMs <= 60_000) return timeoutMs;
  throw new AutoWeaveError('AW_CLI_USAGE', `--timeout is "${text}", allowed: 1 to 60000 milliseconds`);
}
