import type { QueryResolvers } from '../resolver.ts';

export const healthQueries = {
  health: (_args, { services }) => services.health(),
} satisfies Pick<QueryResolvers, 'health'>;
