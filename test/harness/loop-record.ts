/** What the loop from plugs to memories left behind, and what is wrong with it. */

export interface LoopEvent {
  readonly type: string;
  readonly data: {
    readonly runId?: string;
    readonly step?: number;
    readonly memoryId?: string;
    readonly status?: string;
  };
}

export interface LoopRecord {
  /** Ids of the devices that are there. */
  readonly devices: readonly string[];
  /** Those whose plug was answered. */
  readonly answered: readonly string[];
  /** agent.run_started, agent.step_finished, agent.run_finished, memory.remembered. */
  readonly events: readonly LoopEvent[];
  /** Nodes of the last runs, in the order in which they were done. */
  readonly paths: readonly (readonly string[])[];
  /** The device of each memory. */
  readonly noted: readonly string[];
  /** How often the plugin has counted a device, by its id. */
  readonly counted: Readonly<Record<string, string | undefined>>;
}

/** Of the example agent, for a device that was not there before. */
export const PATH = ['plugged', 'describe', 'earlier', 'known', 'first'];

/** Every effect that is missing or doubled, in a sentence; nothing when each happened once. */
export function findViolations({ devices, answered, events, paths, noted, counted }: LoopRecord): readonly string[] {
  const told = events.map(({ type, data: { runId, step, memoryId } }) =>
    [type, runId, step, memoryId].filter((part) => part !== undefined).join(' '),
  );
  const count = (type: string) => events.filter((event) => event.type === type).length;
  const expected = {
    'agent.run_started': devices.length,
    'agent.step_finished': PATH.length * devices.length,
    'agent.run_finished': devices.length,
    'memory.remembered': devices.length,
  };
  return [
    ...answered.filter((id) => !devices.includes(id)).map((id) => `${id} was answered for, and is not there`),
    ...told.filter((one, place) => told.indexOf(one) !== place).map((one) => `${one} is told twice`),
    ...Object.entries(expected)
      .filter(([type, wanted]) => count(type) !== wanted)
      .map(([type, wanted]) => `${count(type)} times ${type}, not ${wanted}`),
    ...events
      .filter(({ data }) => data.status !== undefined && data.status !== 'DONE')
      .map(({ type, data }) => `${type} of ${data.runId} says ${data.status}`),
    ...paths.filter((path) => path.join() !== PATH.join()).map((path) => `a run has done ${path.join(', ')}`),
    ...devices
      .map((id) => [id, noted.filter((other) => other === id).length] as const)
      .filter(([, times]) => times !== 1)
      .map(([id, times]) => `${id} is remembered ${times} times`),
    ...devices.filter((id) => counted[id] !== '1').map((id) => `${id} was counted ${counted[id] ?? 'never'}`),
  ];
}
