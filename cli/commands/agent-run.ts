import type { AgentRun } from '../../proto/generated/graphql.ts';
import type { AgentRunFinished, AgentStepFinished } from '../../proto/generated/messages.ts';
import { openClient } from '../client.ts';
import type { CommandContext } from '../command.ts';
import { FAILED, OK } from '../exit-code.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { sanitize } from '../text.ts';
import { readRun } from './agent.ts';
import { tellingState } from './agent-refused.ts';
import { findAgent } from './agent-unknown.ts';
import { RUN, showRun } from './agent-view.ts';
import { followEvents } from './event-feed.ts';
import { readJobData } from './job-data.ts';

/** What tells how far a run is. */
const TYPES = ['agent.step_finished', 'agent.run_finished'];

/** `agent run ID [DATA]` */
export async function run(ctx: CommandContext): Promise<number> {
  const text = ctx.arguments['DATA'];
  const input = text === undefined ? null : await readJobData('autoweave agent run', text);
  const client = await openClient(ctx);
  const given = ctx.arguments['ID']!;
  const id = await findAgent(client, given);
  const ask = () =>
    client.query<{ runAgent: AgentRun }>(
      `mutation RunAgent($id: ID!, $input: JSON) { runAgent(id: $id, input: $input) { ${RUN} } }`,
      { id, input },
    );
  const begin = async () => {
    const { runAgent } = await tellingState(given, id, 'deploy', ask);
    return runAgent;
  };
  if (ctx.options.flag('wait')) {
    const ended = await beginAndWait(ctx, client, begin);
    await showRun(ctx, client, ended);
    return ended.status === 'DONE' ? OK : FAILED;
  }
  const started = await begin();
  if (ctx.isJson) ctx.output.json(started);
  else ctx.output.line(sanitize(started.id));
  return OK;
}

/**
 * Begins a run and resolves once it has ended; its steps are notes meanwhile.
 *
 * It listens before it begins, so that no end can come too early to be heard. Where events were lost, and at the end, it
 * looks at the run itself.
 */
async function beginAndWait(
  ctx: CommandContext,
  client: GatewayClient,
  begin: () => Promise<AgentRun>,
): Promise<AgentRun> {
  const updates = followEvents(ctx, TYPES, null);
  try {
    await updates.next();
    const started = await begin();
    if (started.status !== 'RUNNING') return started;
    for await (const update of updates) {
      if (update.__typename !== 'Event') {
        const run = await readRun(client, started.id);
        if (run !== null && run.status !== 'RUNNING') return run;
        continue;
      }
      const data = update.data as AgentRunFinished | AgentStepFinished;
      if (data.runId !== started.id) continue;
      if ('node' in data) tell(ctx, data);
      // One that is not kept any more, or that another process has not yet seen ended, is told by its event.
      else return toEnded((await readRun(client, started.id)) ?? started, data, update.at);
    }
    throw new Error('The feed of events goes on for ever');
  } finally {
    await updates.return(undefined as never);
  }
}

function toEnded(run: AgentRun, { status, error }: AgentRunFinished, endedAt: string): AgentRun {
  return run.status === 'RUNNING' ? { ...run, status, endedAt, error: error ?? null } : run;
}

function tell({ output }: CommandContext, { node, type, status }: AgentStepFinished): void {
  output.note(sanitize(`${node} (${type}): ${status.toLowerCase()}`));
}
