import type { AddedJob } from '../../proto/generated/graphql.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import { openClient } from '../client.ts';
import type { CommandContext } from '../command.ts';
import { FAILED, OK } from '../exit-code.ts';
import { sanitize } from '../text.ts';
import { readJobData } from './job-data.ts';
import { addLines } from './job-lines.ts';
import { parseJobOptions } from './job-options.ts';
import { askAbout } from './job-unknown.ts';
import { needed } from './job-values.ts';
import { addAndWait, type EndedJob } from './job-wait.ts';

const COMMAND = 'autoweave job add';
const ADD = `mutation AddJob($queue: String!, $type: String!, $data: JSON!, $options: JobOptionsInput) {
  addJob(queue: $queue, type: $type, data: $data, options: $options) { id isDuplicate }
}`;

/** `job add QUEUE TYPE [DATA]`, and `job add QUEUE --bulk FILE` */
export async function run(ctx: CommandContext): Promise<number> {
  const { QUEUE: queue = '', TYPE: type, DATA: text = '{}' } = ctx.arguments;
  const options = parseJobOptions(ctx);
  const file = ctx.options.text('bulk');
  if (file !== undefined) {
    refuseBesideBulk(ctx);
    return await addLines(ctx, queue, file, options);
  }
  const job = { queue, type: needed(type, COMMAND, 'TYPE'), data: await readJobData(COMMAND, text), options };
  const client = await openClient(ctx);
  const add = async () => (await client.query<{ addJob: AddedJob }>(ADD, job)).addJob;
  return await askAbout(client, job, async () => {
    if (ctx.options.flag('wait')) return showEnd(ctx, queue, await addAndWait(ctx, client, queue, add));
    const added = await add();
    if (ctx.isJson) ctx.output.json(added);
    else {
      ctx.output.line(sanitize(added.id));
      if (added.isDuplicate) ctx.output.note(`A job of this id is there already; none was added`);
    }
    return OK;
  });
}

/** What names one job, or follows one, makes no sense for many. */
function refuseBesideBulk({ arguments: given, options }: CommandContext): void {
  const wrong =
    given['TYPE'] !== undefined
      ? `TYPE "${given['TYPE']}"`
      : options.text('id') !== undefined
        ? '--id'
        : options.text('dedup') !== undefined
          ? '--dedup'
          : options.flag('wait')
            ? '--wait'
            : undefined;
  if (wrong === undefined) return;
  throw new AutoWeaveError('AW_CLI_USAGE', `${COMMAND}: ${wrong} does not go with --bulk: each line is a job`, {
    hint: 'write type, data and options into the lines',
  });
}

function showEnd({ isJson, output }: CommandContext, queue: string, ended: EndedJob): number {
  const { id, state, result } = ended;
  if (isJson) output.json(ended);
  else if (state === 'COMPLETED') {
    for (const line of JSON.stringify(result?.data ?? null, null, 2).split('\n')) output.line(sanitize(line));
  } else {
    const why = result?.error == null ? '' : `: ${result.error}`;
    output.note(sanitize(`Job ${id} ${state === 'FAILED' ? 'has failed' : `was ${state.toLowerCase()}`}${why}`));
    if (state !== 'REMOVED') output.note(sanitize(`autoweave job show ${queue} ${id} shows more`));
  }
  return state === 'COMPLETED' ? OK : FAILED;
}
