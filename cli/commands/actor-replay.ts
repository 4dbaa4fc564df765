import type { Replay } from '../../proto/generated/graphql.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import { openClient } from '../client.ts';
import type { CommandContext } from '../command.ts';
import { FAILED, OK } from '../exit-code.ts';
import { sanitize } from '../text.ts';

/** `actor replay NAME KEY`: fails when what was rebuilt is not what is stored. */
export async function run(ctx: CommandContext): Promise<number> {
  const { NAME: name, KEY: key } = ctx.arguments;
  const to = readSequence(ctx.options.text('to'));
  const client = await openClient(ctx);
  const { actorReplay: replay } = await client.query<{ actorReplay: Replay }>(
    `query Replay($name: String!, $key: String!, $to: Float) {
      actorReplay(name: $name, key: $key, to: $to) {
        upTo messages state compared difference { sequence stored rebuilt }
      }
    }`,
    { name, key, to },
  );
  const { difference, messages, upTo, compared, state } = replay;
  const isSame = difference === null || difference === undefined;
  if (ctx.isJson) ctx.output.json(replay);
  else {
    const verdict = compared === 0 ? 'compared with nothing' : isSame ? 'as stored' : 'NOT as stored';
    ctx.output.line(sanitize(`${name} ${key}: ${messages} messages up to ${upTo}, ${verdict}`));
    if (isSame) ctx.output.line(sanitize(JSON.stringify(state, null, 2)));
    else {
      ctx.output.line(sanitize(`after message ${difference.sequence}`));
      ctx.output.line(sanitize(`stored:  ${JSON.stringify(difference.stored)}`));
      ctx.output.line(sanitize(`rebuilt: ${JSON.stringify(difference.rebuilt)}`));
    }
  }
  return isSame ? OK : FAILED;
}

function readSequence(text: string | undefined): number | null {
  if (text === undefined) return null;
  const sequence = Number(text);
  if (Number.isSafeInteger(sequence) && sequence > 0) return sequence;
  throw new AutoWeaveError('AW_CLI_USAGE', `--to is "${text}", not the sequence of a message`, {
    hint: 'see the sequences in autoweave actor get',
  });
}
