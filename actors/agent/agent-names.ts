/** The actors that agents are made of, and those that they speak to. */

export const AGENT = 'agent';
export const AGENT_RUN = 'agent-run';
export const AGENT_ROUTER = 'agent-router';
/** The one key of the router. */
export const DEVICES = 'devices';
export const MEMORY = 'memory';
export const PLUGIN = 'plugin';
export const SCHEDULER = 'scheduler';

/** Queue of the jobs about agents. */
export const AGENTS_QUEUE = 'agents';
/** Queue of searches. */
export const MEMORY_QUEUE = 'memory';
