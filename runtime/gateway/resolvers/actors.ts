import type { ActorStatus, QueryActorsArgs } from '../../../proto/generated/graphql.ts';
import type { ActorRecord } from '../../actor/inspection.ts';
import type { ListedActor } from '../../actor/newest-actors.ts';
import { AutoWeaveError } from '../../errors/errors.ts';
import { toActivity } from '../activity-view.ts';
import { tooManyKeys } from '../key-looks.ts';
import {
  type ActorParent,
  type ActorResolvers,
  type GatewayContext,
  given,
  pageSize,
  type QueryResolvers,
} from '../resolver.ts';

const MAX_PAGE = 500;

export const actorQueries = {
  async actors(args, ctx) {
    const first = pageSize('first', args.first, 100, MAX_PAGE);
    const wanted = { ...given('name', args.name), ...given('prefix', args.prefix) };
    const before = args.after == null ? undefined : parsePosition(args.after);
    const { actors, next } =
      args.status == null
        ? await ctx.services.listNewestActors({ ...wanted, first, ...given('before', before) })
        : await listByStatus(args.status, wanted, { first, before }, ctx);
    return { actors: actors.map(toActor), next: next === undefined ? null : String(next) };
  },
  async actor({ name, key }, { services }) {
    const record = await services.getActor(name, key);
    return record === undefined ? null : toActor(record);
  },
} satisfies Pick<QueryResolvers, 'actors' | 'actor'>;

export const actorFields: ActorResolvers = {
  activity: async ({ tenant, name, key }, { looks }) => toActivity(await looks.look({ tenant, actor: name, key })),
};

interface Page {
  readonly first: number;
  readonly before: number | undefined;
}

/** Asks one actor after another, many at a time, until the page is full or no more keys may be asked. */
async function listByStatus(
  status: ActorStatus,
  wanted: { readonly name?: string; readonly prefix?: string },
  { first, before }: Page,
  { services, looks }: GatewayContext,
): Promise<{ readonly actors: readonly ListedActor[]; readonly next?: number }> {
  if (looks.left === 0) throw tooManyKeys();
  const found: ListedActor[] = [];
  let next = before;
  while (looks.left > 0) {
    const page = await services.listNewestActors({ ...wanted, first: looks.left, ...given('before', next) });
    const activities = await Promise.all(
      page.actors.map(({ tenant, name, key }) => looks.look({ tenant, actor: name, key })),
    );
    for (const [index, actor] of page.actors.entries()) {
      if (activities[index]?.status === status) found.push(actor);
      if (found.length === first) return { actors: found, next: actor.position };
    }
    next = page.next;
    // A page without an actor has read as much as one answer may: the next one goes on from there.
    if (next === undefined || page.actors.length === 0) break;
  }
  return { actors: found, ...given('next', next) };
}

function toActor({ name, key, tenant, version, lastSeq, attempt, outbox, state, updatedAt }: ActorRecord): ActorParent {
  return {
    name,
    key,
    tenant,
    version,
    lastSeq,
    attempt,
    outbox,
    state: state ?? null,
    updatedAt: new Date(updatedAt).toISOString(),
  };
}

function parsePosition(after: NonNullable<QueryActorsArgs['after']>): number {
  const position = Number(after);
  if (Number.isSafeInteger(position) && position > 0) return position;
  throw new AutoWeaveError('AW_CURSOR_INVALID', `Cannot page from "${after.slice(0, 64)}": it is no position`, {
    hint: 'give the "next" of the page before',
  });
}
