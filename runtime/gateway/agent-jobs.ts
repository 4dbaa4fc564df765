import type { Agent, AgentRun } from '../../proto/generated/messages.ts';
import type { JobSummary } from '../queue/job.ts';
import type { AgentReads, StepJob } from './agent-reads.ts';

/** Runs that are read at once. */
const STRIDE = 10;

/**
 * Jobs of the last runs of an agent, newest first. Those that are gone from their queues are left out: as many more are
 * looked at as were asked for, and no others.
 */
export async function agentJobs(agent: Agent, first: number, reads: AgentReads): Promise<readonly JobSummary[]> {
  const found: JobSummary[] = [];
  const steps = await stepsWithJobs(agent.runs, first * 2, reads);
  for (let at = 0; at < steps.length && found.length < first; at += first) {
    const jobs = await Promise.all(steps.slice(at, at + first).map(({ job }) => reads.job(job)));
    found.push(...jobs.filter((job) => job !== undefined));
  }
  return found.slice(0, first);
}

interface StepWithJob {
  readonly job: StepJob;
  readonly startedAt: string;
}

/** At most so many, of as few runs as it takes. */
async function stepsWithJobs(runs: readonly string[], most: number, reads: AgentReads): Promise<StepWithJob[]> {
  const steps: StepWithJob[] = [];
  for (let at = 0; at < runs.length && steps.length < most; at += STRIDE) {
    const read = await Promise.all(runs.slice(at, at + STRIDE).map((id) => reads.run(id)));
    steps.push(...read.flatMap((run) => (run === undefined ? [] : jobsOf(run))));
  }
  // Runs may be at work at the same time.
  return steps.sort((left, right) => compare(right.startedAt, left.startedAt)).slice(0, most);
}

function jobsOf({ steps }: AgentRun): readonly StepWithJob[] {
  return steps.flatMap(({ job, startedAt }) => (job === undefined ? [] : [{ job, startedAt }])).reverse();
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
