import type { ActorActivity } from '../../../proto/generated/graphql.ts';
import type { ActorControl } from '../../actor/control.ts';
import type { Address } from '../../message/subjects.ts';
import { toActivity } from '../activity-view.ts';
import { readExportedKey } from '../exported-key.ts';
import { type GatewayContext, type MutationResolvers, type QueryResolvers, traced } from '../resolver.ts';

const FILE = 'runtime/gateway/resolvers/actor-control.ts';

export const actorControlQueries = {
  async actorActivity({ name, key }, { tenant, looks }) {
    return toActivity(await looks.look({ tenant, actor: name, key }));
  },
  async actorReplay({ name, key, to }, { services, tenant }) {
    const replay = await services.replay({ tenant, actor: name, key }, to ?? undefined);
    return { ...replay, difference: replay.difference ?? null };
  },
  actorExport: ({ name, key }, { services, tenant }) => services.control.exportKey({ tenant, actor: name, key }),
} satisfies Pick<QueryResolvers, 'actorActivity' | 'actorReplay' | 'actorExport'>;

export const actorControlMutations = {
  pauseActor: order('pauseActor', (control, address) => control.pause(address)),
  resumeActor: order('resumeActor', (control, address) => control.resume(address)),
  killActor: order('killActor', (control, address) => control.kill(address)),

  destroyActor: traced('destroyActor', FILE, async ({ actor, key }, { services, tenant }) => {
    await services.control.destroy({ tenant, actor, key });
    return true;
  }),
  cancelTimer: traced('cancelTimer', FILE, ({ actor, key, id }, { services, tenant }) =>
    services.control.cancelTimer({ tenant, actor, key }, id),
  ),
  importActor: traced('importActor', FILE, async ({ file, key: other, replace }, { services, tenant }) => {
    const exported = readExportedKey(file);
    const key = other ?? exported.key;
    const address = { tenant, actor: exported.actor, key };
    await services.control.importKey(address, { ...exported, key }, { replace: replace ?? false });
    return key;
  }),
} satisfies Pick<
  MutationResolvers,
  'pauseActor' | 'resumeActor' | 'killActor' | 'destroyActor' | 'cancelTimer' | 'importActor'
>;

/** An order to one key, answered with what the key does then. */
function order(field: string, run: (control: ActorControl, address: Address) => Promise<void>) {
  return traced(
    field,
    FILE,
    async (
      { actor, key }: { readonly actor: string; readonly key: string },
      { services, tenant, looks }: GatewayContext,
    ): Promise<ActorActivity | null> => {
      const address = { tenant, actor, key };
      await run(services.control, address);
      looks.forget(address);
      return toActivity(await looks.look(address));
    },
  );
}
