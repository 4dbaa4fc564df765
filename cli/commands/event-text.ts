import type { Event } from '../../proto/generated/graphql.ts';
import type { Device, MessageData } from '../../proto/generated/messages.ts';
import { durationText } from '../duration-text.ts';
import type { Colour, Output } from '../output.ts';
import { sanitize, truncate } from '../text.ts';
import { deviceTitle } from './device-title.ts';
import { numberOf } from './event-feed.ts';

/** The most that is shown of data that has no sentence of its own. */
const MAX_DATA_WIDTH = 120;
/** As long as most types are. */
const TYPE_WIDTH = 'agent.status_changed'.length;
const NUMBER_WIDTH = 4;

const ENDS = { DONE: 'is done', FAILED: 'has failed', STOPPED: 'was stopped' } as const;

type Sentences = { readonly [Type in keyof MessageData]?: (data: MessageData[Type]) => string };

/** What each of our events says, without what its subject says already. */
const SENTENCES: Sentences = {
  'device.attached': ({ device }) => `${titleOf(device)} was attached`,
  'device.detached': ({ device }) => `${titleOf(device)} was detached`,
  'plugin.loaded': ({ pluginId, durationMs }) => `${pluginId} was loaded${took(durationMs)}`,
  'plugin.unloaded': ({ pluginId }) => `${pluginId} was unloaded`,
  'plugin.failed': ({ error }) => `${error.code}: ${error.message}`,
  'plugin.hook_failed': ({ hook, jobId, error }) => `${hook}, job ${jobId}: ${error.code}: ${error.message}`,
  'plugin.granted': ({ version, granted }) => `${version} was granted ${Object.keys(granted).join(', ') || 'nothing'}`,
  'plugin.revoked': ({ capabilities }) => `${capabilities?.join(', ') ?? 'what was granted'} was taken back`,
  'plugin.denied': ({ capability, subject, count }) => {
    return `tried ${capability} "${subject}", which is not granted${count > 1 ? `, ${count} times` : ''}`;
  },
  'agent.status_changed': ({ name, status, before }) => {
    return `${name}: ${lower(status)}${typeof before === 'string' ? `, was ${lower(before)}` : ''}`;
  },
  'agent.updated': ({ name }) => `${name} was changed`,
  'agent.deleted': ({ name }) => `${name} was deleted`,
  'agent.run_started': ({ runId, trigger }) => `run ${runId} began by ${trigger === 'manual' ? 'hand' : trigger}`,
  'agent.step_finished': ({ node, type, status, runId }) => `${node} (${type}) ${ENDS[status]}, of run ${runId}`,
  'agent.run_finished': ({ runId, status, error }) => {
    return `run ${runId} ${ENDS[status]}${error === undefined ? '' : `, ${error.code}: ${error.message}`}`;
  },
  'memory.remembered': ({ characters, agentId }) => {
    return `${characters} characters were remembered${agentId === undefined ? '' : ` by agent ${agentId}`}`;
  },
  'memory.forgotten': () => 'was forgotten',
  'schedule.finished': ({ turn }) => `ended after turn ${turn}`,
};

const COLOURS: readonly (readonly [ending: RegExp, colour: Colour])[] = [
  [/[._](failed|denied)$/, 'red'],
  [/\.(revoked|detached|unloaded|deleted|forgotten)$/, 'yellow'],
  [/\.(attached|loaded|granted|remembered)$/, 'green'],
];

/** One line: `2026-11-22T10:00:00.000Z  1234  plugin.loaded  hello  hello@1.0.0 was loaded in 12 ms`. */
export function renderEvent(event: Event, paint: Output['paint']): string {
  const type = sanitize(event.type).padEnd(TYPE_WIDTH);
  const colour = COLOURS.find(([ending]) => ending.test(event.type))?.[1];
  const number = sanitize(numberOf(event)).padStart(NUMBER_WIDTH);
  const fields = [event.at, number, colour === undefined ? type : paint(colour, type), sanitize(event.subject)];
  const sentence = describeEvent(event);
  return [...fields, ...(sentence === '' ? [] : [sentence])].join('  ');
}

/** A short sentence; of an event that is not ours, the beginning of its data. */
export function describeEvent({ type, data }: Pick<Event, 'type' | 'data'>): string {
  return sanitize(tryToTell(type, data) ?? truncate(data === null ? '' : JSON.stringify(data), MAX_DATA_WIDTH));
}

/** Undefined where the data is not what this version knows: another one may have sent it. */
function tryToTell(type: string, data: unknown): string | undefined {
  const tell = Object.hasOwn(SENTENCES, type) ? SENTENCES[type as keyof MessageData] : undefined;
  try {
    return (tell as ((data: unknown) => string) | undefined)?.(data);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function titleOf(device: Device): string {
  const { manufacturer = null, deviceName = null, virtual } = device;
  return `${deviceTitle({ ...device, manufacturer, deviceName })}${virtual ? ' (virtual)' : ''}`;
}

function took(durationMs: number | undefined): string {
  const text = durationText(durationMs ?? 0);
  return text === '' ? '' : ` in ${text}`;
}

function lower(word: string): string {
  return word.toLowerCase();
}
