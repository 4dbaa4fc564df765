import { AutoWeaveError } from '../../errors/errors.ts';
import { readJobFilter, readJobOptions, readNewJob } from '../job-input.ts';
import type { JobMutationResolvers } from '../job-resolver.ts';
import { lower, toAddedJob } from '../job-view.ts';
import { traced } from '../resolver.ts';

const FILE = 'runtime/gateway/resolvers/job-mutations.ts';
/** So many are added as one: all or none. */
const MAX_JOBS = 1_000;

export const jobMutations = {
  addJob: traced('addJob', FILE, async ({ queue, type, data, options }, { services }, traceparent) => {
    const opened = await services.queues.open(queue);
    return toAddedJob(await opened.add(type, data, readJobOptions(options, traceparent)));
  }),
  addJobs: traced('addJobs', FILE, async ({ queue, jobs }, { services }, traceparent) => {
    if (jobs.length > MAX_JOBS) {
      throw new AutoWeaveError('AW_ARGUMENT_INVALID', `Cannot add ${jobs.length} jobs as one: at most ${MAX_JOBS}`);
    }
    const opened = await services.queues.open(queue);
    return (await opened.addBulk(jobs.map((job) => readNewJob(job, traceparent)))).map(toAddedJob);
  }),
  promoteJob: traced('promoteJob', FILE, async ({ queue, id }, { services }) => {
    await (await services.queues.get(queue)).promote(id);
    return true;
  }),
  retryJob: traced('retryJob', FILE, async ({ queue, id, data }, { services }) => {
    await (await services.queues.get(queue)).retry(id, data ?? undefined);
    return true;
  }),
  removeJob: traced('removeJob', FILE, async ({ queue, id }, { services }) => {
    await (await services.queues.get(queue)).remove(id);
    return true;
  }),
  cancelJob: traced('cancelJob', FILE, async ({ queue, id, reason }, { services }) => {
    await (await services.queues.get(queue)).cancel(id, reason ?? undefined);
    return true;
  }),
  bulkJobs: traced('bulkJobs', FILE, async ({ queue, operation, filter }, { services }) => {
    const found = await services.queues.get(queue);
    return await found.bulk(lower(operation), readJobFilter(filter));
  }),
} satisfies Pick<
  JobMutationResolvers,
  'addJob' | 'addJobs' | 'promoteJob' | 'retryJob' | 'removeJob' | 'cancelJob' | 'bulkJobs'
>;
