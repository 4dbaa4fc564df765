import { CLIENT_OPTIONS } from '../client-options.ts';
import type { CommandArgument, CommandSpec } from '../command.ts';
import { YES_OPTION } from './confirm.ts';
import { DATA_FORM } from './job-options.ts';

const ID: CommandArgument = {
  name: 'ID',
  description: 'Its id or the beginning of it, or its name where no other agent has it',
};
const orders = () => import('./agent-orders.ts');

/** The commands on agents as data, in the order of help. */
export const AGENT_COMMANDS: readonly CommandSpec[] = [
  {
    words: ['agent', 'ls'],
    summary: 'List agents with their status and last run',
    options: CLIENT_OPTIONS,
    examples: [['autoweave agent ls', 'what is deployed, and what has failed']],
    load: async () => ({ run: (await import('./agent.ts')).list }),
  },
  {
    words: ['agent', 'show'],
    summary: 'Show one agent with what starts it, its graph and its last runs',
    arguments: [ID],
    options: CLIENT_OPTIONS,
    examples: [['autoweave agent show greeter --json', 'all of it, for a program']],
    load: async () => ({ run: (await import('./agent.ts')).show }),
  },
  {
    words: ['agent', 'create'],
    summary: 'Make an agent from a file, as a draft',
    description:
      'The file holds {"name":…,"description":…,"config":{"graph":{"triggers":[…],"nodes":[…]}}}. Nothing starts a draft; --deploy, or agent deploy, lets its triggers do so. One that --deploy cannot deploy is deleted again.',
    arguments: [{ name: 'FILE', description: 'A file with JSON; - reads it from standard input' }],
    options: [{ name: 'deploy', description: 'Deploy it at once' }, ...CLIENT_OPTIONS],
    examples: [['autoweave agent create greeter.json --deploy', 'made, and at work']],
    load: () => import('./agent-create.ts'),
  },
  {
    words: ['agent', 'update'],
    summary: 'Give an agent another name, description and graph',
    description:
      'The file is one as agent create takes it, and takes the place of all that was there. Refused while the agent is deployed, unless its last run has failed: stop it first. Runs at work go on with the graph that they began with.',
    arguments: [ID, { name: 'FILE', description: 'A file with JSON; - reads it from standard input' }],
    options: CLIENT_OPTIONS,
    examples: [['autoweave agent update greeter greeter.json', 'after agent stop']],
    load: () => import('./agent-update.ts'),
  },
  {
    words: ['agent', 'deploy'],
    summary: 'Let the triggers of an agent start runs',
    arguments: [ID],
    options: CLIENT_OPTIONS,
    examples: [['autoweave agent deploy greeter', 'devices, jobs and schedules start it from now on']],
    load: async () => ({ run: (await orders()).deploy }),
  },
  {
    words: ['agent', 'stop'],
    summary: 'Let nothing start an agent any more',
    description: 'Runs at work end after their step.',
    arguments: [ID],
    options: CLIENT_OPTIONS,
    examples: [['autoweave agent stop greeter', 'until agent deploy']],
    load: async () => ({ run: (await orders()).stop }),
  },
  {
    words: ['agent', 'delete'],
    summary: 'Delete an agent that is not deployed, with its runs',
    description:
      'What it has remembered stays. On a terminal it asks first; elsewhere, and with --json, it needs --yes.',
    arguments: [ID],
    options: [YES_OPTION, ...CLIENT_OPTIONS],
    examples: [['autoweave agent delete greeter --yes', 'after agent stop']],
    load: async () => ({ run: (await orders()).remove }),
  },
  {
    words: ['agent', 'run'],
    summary: 'Begin a run of a deployed agent',
    description:
      'Prints the id of the run. With --wait it follows the run to its end, prints its steps, and fails when it does.',
    arguments: [
      ID,
      { name: 'DATA', description: `The input of its trigger ${DATA_FORM}; null unless given`, isOptional: true },
    ],
    options: [{ name: 'wait', description: 'Follow it until it has ended, and show its steps' }, ...CLIENT_OPTIONS],
    examples: [
      [`autoweave agent run greeter '{"name":"Ann"}'`, 'by hand, with {"name":"Ann"} as trigger.input'],
      ['autoweave agent run greeter --wait', 'and see what each step gave'],
    ],
    load: () => import('./agent-run.ts'),
  },
  {
    words: ['agent', 'runs'],
    summary: 'List the last runs of an agent, newest first',
    arguments: [ID],
    options: [
      { name: 'limit', value: 'COUNT', description: 'How many to show at most; 20 unless told' },
      ...CLIENT_OPTIONS,
    ],
    examples: [['autoweave agent runs greeter --limit 5', 'what started them, and how they ended']],
    load: async () => ({ run: (await import('./agent.ts')).runs }),
  },
  {
    words: ['agent', 'steps'],
    summary: 'Show one run: its steps with time, output and job, and its trace',
    arguments: [{ name: 'RUN', description: 'Its id, as agent runs shows it' }],
    options: CLIENT_OPTIONS,
    examples: [['autoweave agent steps 3f6c --json', 'all of it, for a program']],
    load: async () => ({ run: (await import('./agent.ts')).steps }),
  },
];
