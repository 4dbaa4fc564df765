/**
 * Answers many who count at the same moment with one question: a list of agents asks once for each of them. One
 * question is under way at a time, and whoever comes meanwhile shares the next one.
 */
export function createCountsTogether(
  ask: (agentIds: readonly (string | undefined)[]) => Promise<readonly number[]>,
): (agentId: string | undefined) => Promise<number> {
  let forming: { readonly agentIds: (string | undefined)[]; readonly answer: Promise<readonly number[]> } | undefined;
  let before: Promise<unknown> = Promise.resolve();

  const form = () => {
    const agentIds: (string | undefined)[] = [];
    const answer = before.then(() => {
      // Who comes from now on may count what is remembered from now on.
      forming = undefined;
      return ask(agentIds);
    });
    before = answer.catch(() => undefined);
    return { agentIds, answer };
  };

  return async (agentId) => {
    forming ??= form();
    const { agentIds, answer } = forming;
    const at = agentIds.push(agentId) - 1;
    return (await answer)[at]!;
  };
}
