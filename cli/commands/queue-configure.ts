import type { Queue, QueueSettingsInput, RateLimitInput, RetentionInput } from '../../proto/generated/graphql.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import { openClient } from '../client.ts';
import type { CommandContext } from '../command.ts';
import { parseDuration } from '../duration-argument.ts';
import { OK } from '../exit-code.ts';
import { parseAttemptOptions } from './job-options.ts';
import { askAbout } from './job-unknown.ts';
import { present, toNumber, wrongValue } from './job-values.ts';
import { QUEUE, showQueue } from './queue-view.ts';

/** `queue configure QUEUE`: changes what is given, and shows what there is then. */
export async function run(ctx: CommandContext): Promise<number> {
  const queue = ctx.arguments['QUEUE']!;
  const settings = parseSettings(ctx);
  if (Object.keys(settings).length === 0) {
    throw new AutoWeaveError('AW_CLI_USAGE', 'autoweave queue configure: nothing is given that is to change', {
      hint: `autoweave queue show ${queue} shows the settings, autoweave queue configure --help the options`,
    });
  }
  const client = await openClient(ctx);
  const { configureQueue } = await askAbout(client, { queue }, () =>
    client.query<{ configureQueue: Queue }>(
      `mutation Configure($queue: String!, $settings: QueueSettingsInput!) {
        configureQueue(queue: $queue, settings: $settings) { ${QUEUE} }
      }`,
      { queue, settings },
    ),
  );
  showQueue(ctx, configureQueue);
  return OK;
}

function parseSettings(ctx: CommandContext): QueueSettingsInput {
  const read = <Value>(name: string, parse: (text: string) => Value) => {
    const text = ctx.options.text(name);
    return text === undefined ? undefined : parse(text);
  };
  return present({
    ...parseAttemptOptions(ctx),
    globalConcurrency: read('concurrency', (text) => {
      return text === 'none' ? 0 : toNumber('--concurrency', text, { from: 1 });
    }),
    rateLimit: read('rate', parseRate),
    completed: read('keep-completed', (text) => parseRetention('--keep-completed', text)),
    failed: read('keep-failed', (text) => parseRetention('--keep-failed', text)),
    types: read('types', (text) => (text === 'all' ? [] : text.split(',').map((type) => type.trim()))),
  });
}

/** `100/1s`, also as `100/s`; `none` takes the limit away. */
function parseRate(text: string): RateLimitInput {
  if (text === 'none') return { max: 0, windowMs: 0 };
  const [count = '', time = '', ...surplus] = text.split('/');
  const windowMs = parseDuration(/^\d/.test(time) ? time : `1${time}`);
  if (surplus.length > 0 || !windowMs) throw wrongValue('--rate', text, 'starts and a time, such as 100/1s, or none');
  return { max: toNumber('The number of --rate', count, { from: 1 }), windowMs };
}

/** `100`, or `100/7d` with an age. */
function parseRetention(option: string, text: string): RetentionInput {
  const [count = '', age, ...surplus] = text.split('/');
  const ageMs = age === undefined ? undefined : parseDuration(age);
  if (surplus.length > 0 || (age !== undefined && !ageMs) || !/^\d+$/.test(count)) {
    throw wrongValue(option, text, 'a number such as 100, or with a time such as 100/7d');
  }
  return { count: toNumber(option, count, { from: 0 }), ...(ageMs === undefined ? {} : { ageMs }) };
}
