import { CLIENT_OPTIONS } from '../client-options.ts';
import type { CommandArgument, CommandSpec } from '../command.ts';
import { YES_OPTION } from './confirm.ts';
import { LIMIT_OPTION } from './limit.ts';

const ADDRESS: readonly CommandArgument[] = [
  { name: 'NAME', description: 'Name of the actor' },
  { name: 'KEY', description: 'Its key' },
];
const orders = () => import('./actor-orders.ts');

/** The commands on actors as data, in the order of help. */
export const ACTOR_COMMANDS: readonly CommandSpec[] = [
  {
    words: ['actor', 'ls'],
    summary: 'List actors with durable state and what they do, the latest change first',
    description:
      'A ? stands where the owner of a key does not answer. With --json it comes with state, timers and the message at work.',
    arguments: [{ name: 'NAME', description: 'Only actors of this name', isOptional: true }],
    options: [
      { name: 'prefix', value: 'TEXT', description: 'Only keys that begin with this' },
      { name: 'status', value: 'STATUS', description: 'Only those that are idle, running, waiting, paused or blocked' },
      LIMIT_OPTION,
      ...CLIENT_OPTIONS,
    ],
    examples: [
      ['autoweave actor ls device-watcher', 'the watchers of all hosts'],
      ['autoweave actor ls counter --prefix shop/ --status paused', 'what is paused of one shop'],
    ],
    load: async () => ({ run: (await import('./actor.ts')).list }),
  },
  {
    words: ['actor', 'get'],
    summary: 'Show one actor with its state and what it does now',
    arguments: ADDRESS,
    options: CLIENT_OPTIONS,
    examples: [['autoweave actor get device-watcher my-laptop --json', 'its state, for a program']],
    load: async () => ({ run: (await import('./actor.ts')).get }),
  },
  {
    words: ['actor', 'send'],
    summary: 'Send a command to an actor',
    description:
      'Prints the id of the command once it is stored; the actor handles it afterwards. With --wait it prints the answer of the actor instead.',
    arguments: [
      ...ADDRESS,
      { name: 'TYPE', description: 'Type of the command, such as counter.add' },
      {
        name: 'DATA',
        description: 'Its data as JSON, {} unless told; - reads it from standard input',
        isOptional: true,
      },
    ],
    options: [
      { name: 'wait', description: 'Wait for the answer' },
      { name: 'timeout', value: 'MS', description: 'How long to wait, 1 to 60000; 10000 unless told' },
      ...CLIENT_OPTIONS,
    ],
    examples: [
      [`autoweave actor send counter visits counter.add '{"add":1}'`, 'add one to the counter "visits"'],
      [`autoweave actor send counter visits counter.add '{"add":1}' --wait`, 'and show what it answers'],
    ],
    load: () => import('./actor-send.ts'),
  },
  {
    words: ['actor', 'pause'],
    summary: 'Stop handling messages of a key',
    description:
      'The message at work is finished; what comes is kept, in order, until actor resume. A pause outlives restarts.',
    arguments: ADDRESS,
    options: CLIENT_OPTIONS,
    examples: [['autoweave actor pause counter visits', 'its messages wait']],
    load: async () => ({ run: (await orders()).pause }),
  },
  {
    words: ['actor', 'resume'],
    summary: 'Go on after a pause',
    arguments: ADDRESS,
    options: CLIENT_OPTIONS,
    examples: [['autoweave actor resume counter visits', 'what has come meanwhile is handled, in order']],
    load: async () => ({ run: (await orders()).resume }),
  },
  {
    words: ['actor', 'kill'],
    summary: 'Give up the message at work and begin again from the committed state',
    description: 'It counts as a failed attempt: the message is tried again, or becomes a dead letter.',
    arguments: ADDRESS,
    options: CLIENT_OPTIONS,
    examples: [['autoweave actor kill counter visits', 'when its handler hangs']],
    load: async () => ({ run: (await orders()).kill }),
  },
  {
    words: ['actor', 'destroy'],
    summary: 'Remove state and timers of a key',
    description:
      'The next message begins a new life; messages that wait stay. On a terminal it asks first; elsewhere, and with --json, it needs --yes.',
    arguments: ADDRESS,
    options: [YES_OPTION, ...CLIENT_OPTIONS],
    examples: [['autoweave actor destroy counter visits --yes', 'the counter is at its beginning again']],
    load: async () => ({ run: (await orders()).destroy }),
  },
  {
    words: ['actor', 'timers'],
    summary: 'List the timers of a key',
    arguments: ADDRESS,
    options: CLIENT_OPTIONS,
    examples: [['autoweave actor timers counter visits', 'when each is due, and what it sends']],
    load: async () => ({ run: (await import('./actor-timers.ts')).list }),
  },
  {
    words: ['actor', 'cancel-timer'],
    summary: 'Remove a timer of a key',
    arguments: [...ADDRESS, { name: 'ID', description: 'Id of the timer, as actor timers shows it' }],
    options: CLIENT_OPTIONS,
    examples: [['autoweave actor cancel-timer counter visits nightly', 'it is not sent any more']],
    load: async () => ({ run: (await import('./actor-timers.ts')).cancel }),
  },
  {
    words: ['actor', 'replay'],
    summary: 'Rebuild a key from its commands, and compare',
    description:
      'Runs the commands of a key again, with what its handlers read then, and compares what comes out with what is stored. It changes nothing. Commands are kept for about a minute after they were handled, or as long as the archive of an actor that keeps one.',
    arguments: ADDRESS,
    options: [{ name: 'to', value: 'SEQ', description: 'Up to this message only' }, ...CLIENT_OPTIONS],
    examples: [['autoweave actor replay counter visits', 'does its code still come to its state?']],
    load: () => import('./actor-replay.ts'),
  },
  {
    words: ['actor', 'export'],
    summary: 'Write the state of a key as a file',
    arguments: [
      ...ADDRESS,
      { name: 'FILE', description: 'A file that is not there yet; standard output unless given', isOptional: true },
    ],
    options: CLIENT_OPTIONS,
    examples: [['autoweave actor export counter visits visits.json', 'for autoweave actor import']],
    load: async () => ({ run: (await import('./actor-file.ts')).exportKey }),
  },
  {
    words: ['actor', 'import'],
    summary: 'Put the state of a file into a key',
    arguments: [{ name: 'FILE', description: 'What actor export wrote; - reads it from standard input' }],
    options: [
      { name: 'key', value: 'KEY', description: 'Another key than that of the file' },
      { name: 'replace', description: 'Also where the key has a state, which is lost' },
      ...CLIENT_OPTIONS,
    ],
    examples: [['autoweave actor import visits.json --key visits-of-2027', 'a copy under another key']],
    load: async () => ({ run: (await import('./actor-file.ts')).importKey }),
  },
];
