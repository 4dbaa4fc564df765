import type { DeadLetter } from '../../../proto/generated/graphql.ts';
import type { DeadLetterRecord } from '../../actor/inspection.ts';
import { given, type MutationResolvers, pageSize, type QueryResolvers, traced } from '../resolver.ts';

const FILE = 'runtime/gateway/resolvers/dead-letters.ts';

/** Each carries the whole body of a message. */
const MAX_PAGE = 100;

export const deadLetterQueries = {
  async deadLetters({ first, before }, { services }) {
    const size = pageSize('first', first, 50, MAX_PAGE);
    const page = await services.listDeadLetters({ first: size, ...given('before', before) });
    return { deadLetters: page.deadLetters.map(toDeadLetter), total: page.total, next: page.next ?? null };
  },
  async deadLetter({ id }, { services }) {
    const record = await services.getDeadLetter(id);
    return record === undefined ? null : toDeadLetter(record);
  },
} satisfies Pick<QueryResolvers, 'deadLetters' | 'deadLetter'>;

export const deadLetterMutations = {
  resendDeadLetter: traced('resendDeadLetter', FILE, ({ id, data, remove }, { services }, traceparent) =>
    services.resendDeadLetter(id, {
      ...given('data', data),
      ...given('remove', remove),
      ...(traceparent === '' ? {} : { traceparent }),
    }),
  ),
} satisfies Pick<MutationResolvers, 'resendDeadLetter'>;

function toDeadLetter(record: DeadLetterRecord): DeadLetter {
  return { ...record, type: record.type ?? null, at: new Date(record.at).toISOString() };
}
