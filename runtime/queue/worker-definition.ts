import type { JsonSchema } from '../contracts/contracts.ts';
import { AutoWeaveError, TerminalError } from '../errors/errors.ts';
import { isMessageType, isName } from '../message/subjects.ts';
import type { DataOfJob, Job, QueueSettings } from './job.ts';
import type { JobContext, Processor, WorkerOptions } from './queue-api.ts';

/** A worker, as its author writes it: a plain object. */
export interface WorkerDefinition extends WorkerOptions {
  readonly queue: string;
  /** What to do with a job, by its type. */
  readonly jobs: Readonly<Record<string, Processor>>;
  /** Schemas of job types that are one's own. */
  readonly schemas?: Readonly<Record<string, JsonSchema>>;
  /** Settings that the queue gets. */
  readonly settings?: Partial<QueueSettings>;
}

/** A {@link WorkerDefinition} before its types are forgotten: data follows from the names of the job types. */
export interface WorkerSource<Type extends string> extends Omit<WorkerDefinition, 'jobs'> {
  readonly jobs: { readonly [Name in Type]: (job: Job<DataOfJob<Name>>, ctx: JobContext) => unknown };
}

/**
 * Checks a definition and gives its processors the types of their data.
 *
 * @throws AW_WORKER_INVALID with what is wrong
 */
export function defineWorker<Type extends string>(source: WorkerSource<Type>): WorkerDefinition {
  if (!isName(source.queue)) throw invalid(source.queue, 'its name is not lower-case letters, digits, "-" and "_"');
  const types = Object.keys(source.jobs ?? {});
  if (types.length === 0) throw invalid(source.queue, 'it handles nothing');
  for (const type of types) if (!isMessageType(type)) throw invalid(source.queue, `"${type}" is not noun.verb`);
  return source as unknown as WorkerDefinition;
}

/** Gives each job to what its type names; a type that it does not name fails for good. */
export function processorOf({ queue, jobs }: WorkerDefinition): Processor {
  return (job, ctx) => {
    const process = Object.hasOwn(jobs, job.type) ? jobs[job.type] : undefined;
    if (process !== undefined) return process(job, ctx);
    throw new TerminalError('AW_TYPE_UNHANDLED', `Queue "${queue}" has no processor for "${job.type}" here`, {
      hint: 'name the type in the jobs of its worker, or add it to another queue',
    });
  };
}

function invalid(queue: string, what: string): AutoWeaveError {
  return new AutoWeaveError('AW_WORKER_INVALID', `Cannot define a worker for queue "${queue}": ${what}`, {
    hint: 'see docs/guide/jobs.md',
  });
}
