import type { JobType } from '../../proto/generated/graphql.ts';
import { openClient } from '../client.ts';
import type { CommandContext } from '../command.ts';
import { OK } from '../exit-code.ts';
import type { Column } from '../output.ts';
import { sanitize } from '../text.ts';
import { suggesting } from './job-unknown.ts';

const COLUMNS: readonly Column[] = [{ title: 'type' }, { title: 'description', shrinksTo: 20 }];

/** `job types [TYPE]` */
export async function run(ctx: CommandContext): Promise<number> {
  const wanted = ctx.arguments['TYPE'];
  const client = await openClient(ctx);
  const { jobTypes } = await client.query<{ jobTypes: readonly JobType[] }>('{ jobTypes { type description schema } }');
  if (wanted === undefined) {
    if (ctx.isJson) ctx.output.json(jobTypes);
    else if (jobTypes.length === 0) ctx.output.line('No job types');
    else
      ctx.output.table(
        COLUMNS,
        jobTypes.map(({ type, description }) => [type, description]),
      );
    return OK;
  }
  const found = jobTypes.find(({ type }) => type === wanted);
  if (found === undefined) {
    const names = jobTypes.map(({ type }) => type);
    const message = `There is no job type "${wanted}"`;
    throw suggesting('AW_JOB_TYPE_UNKNOWN', message, wanted, names, 'autoweave job types shows all');
  }
  if (ctx.isJson) ctx.output.json(found);
  else {
    ctx.output.line(`${found.type}: ${sanitize(found.description)}`);
    for (const line of JSON.stringify(found.schema, null, 2).split('\n')) ctx.output.line(sanitize(line));
  }
  return OK;
}
