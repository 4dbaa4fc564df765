import type { Actor } from '../../../proto/generated/graphql.ts';
import type { ActorRecord } from '../../actor/inspection.ts';
import { given, pageSize, type QueryResolvers } from '../resolver.ts';

const MAX_PAGE = 500;

export const actorQueries = {
  async actors({ name, first, after }, { services }) {
    const page = await services.listActors({
      first: pageSize('first', first, 100, MAX_PAGE),
      ...given('name', name),
      ...given('after', after),
    });
    return { actors: page.actors.map(toActor), next: page.next ?? null };
  },
  async actor({ name, key }, { services }) {
    const record = await services.getActor(name, key);
    return record === undefined ? null : toActor(record);
  },
} satisfies Pick<QueryResolvers, 'actors' | 'actor'>;

function toActor(record: ActorRecord): Actor {
  return { ...record, state: record.state ?? null, updatedAt: new Date(record.updatedAt).toISOString() };
}
