import { readJobFilter } from '../job-input.ts';
import type { JobQueryResolvers } from '../job-resolver.ts';
import { lower, toJobDetail, toJobPage } from '../job-view.ts';
import { given, pageSize } from '../resolver.ts';

const MAX_PAGE = 500;

export const jobQueries = {
  async jobs({ queue, state, first, after }, { services }) {
    const page = { first: pageSize('first', first, 50, MAX_PAGE), ...given('after', after) };
    return toJobPage(await (await services.queues.get(queue)).list(lower(state), page));
  },
  async job({ queue, id }, { services }) {
    const job = await (await services.queues.get(queue)).get(id);
    return job === undefined ? null : toJobDetail(job);
  },
  async bulkJobsDryRun({ queue, operation, filter }, { services }) {
    const found = await services.queues.get(queue);
    return await found.bulk(lower(operation), readJobFilter(filter), { isDryRun: true });
  },
} satisfies Pick<JobQueryResolvers, 'jobs' | 'job' | 'bulkJobsDryRun'>;
