import type { LogEvent } from './event-log.ts';
import { isRecord } from './gateway-error.ts';
import { AGENTS, routeHash } from './route.ts';
import { durationText } from './time-text.ts';

/** What an event is about, which decides its sign. */
export type EventKind = 'plugin' | 'agent' | 'memory' | 'other';

/** An event as a person reads it. */
export interface EventStory {
  readonly kind: EventKind;
  /** Name of what it is about. */
  readonly title: string;
  readonly sentence: string;
  /** Where that is shown; null when it is shown nowhere. */
  readonly href: string | null;
  readonly isBad: boolean;
}

type Data = Readonly<Record<string, unknown>>;

const SENTENCE_MAX = 160;
const TRIGGER_TEXT: Readonly<Record<string, string>> = {
  device: 'by a device',
  job: 'by a job',
  schedule: 'by a schedule',
  manual: 'by a person',
};

/**
 * @param event of any type; of one that is not known here the data is shown
 * @param agents names by id
 */
export function eventStory(event: LogEvent, agents: ReadonlyMap<string, string>): EventStory {
  const data: Data = isRecord(event.data) ? event.data : {};
  const told = { ...aboutOf(event, data, agents), ...sentenceOf(event.type, data, agents) };
  return { ...told, sentence: shorten(told.sentence) };
}

/** `by a device`, from a run's trigger. */
export function triggerText(type: unknown): string {
  return TRIGGER_TEXT[String(type)] ?? `by ${String(type)}`;
}

function aboutOf(
  { type, subject }: LogEvent,
  data: Data,
  agents: ReadonlyMap<string, string>,
): Pick<EventStory, 'kind' | 'title' | 'href'> {
  switch (type.split('.')[0]) {
    case 'plugin': {
      const plugin = textOf(data.plugin) ?? subject;
      return { kind: 'plugin', title: plugin, href: routeHash({ view: 'plugins', plugin }) };
    }
    case 'agent': {
      const agent = textOf(data.agentId) ?? subject;
      const href = routeHash({ view: 'agents', agent, run: textOf(data.runId) });
      const title = textOf(data.name) ?? agents.get(agent) ?? agent;
      return { kind: 'agent', title, href: type === 'agent.deleted' ? routeHash(AGENTS) : href };
    }
    case 'memory': {
      const memory = textOf(data.memoryId) ?? subject;
      const href = type === 'memory.forgotten' ? null : routeHash({ view: 'memories', memory });
      return { kind: 'memory', title: 'Memory', href };
    }
    default:
      return { kind: 'other', title: subject, href: null };
  }
}

function sentenceOf(
  type: string,
  data: Data,
  agents: ReadonlyMap<string, string>,
): Pick<EventStory, 'sentence' | 'isBad'> {
  switch (type) {
    case 'plugin.loaded':
      return fine(typeof data.durationMs === 'number' ? `loaded in ${durationText(data.durationMs)}` : 'loaded');
    case 'plugin.unloaded':
      return fine('unloaded');
    case 'plugin.failed':
      return bad(`failed: ${errorText(data.error)}`);
    case 'plugin.hook_failed':
      return bad(`${data.hook} failed: ${errorText(data.error)}`);
    case 'plugin.granted':
      return fine(`permissions granted for version ${data.version}`);
    case 'plugin.revoked':
      return fine(`${Array.isArray(data.capabilities) ? data.capabilities.join(', ') : 'the consent'} was taken back`);
    case 'plugin.denied':
      return bad(`${data.capability} “${data.subject}” was denied${timesText(data.count)}`);
    case 'agent.status_changed':
      return {
        sentence: statusText(data.before, data.status),
        isBad: data.status === 'ERROR',
      };
    case 'agent.run_started':
      return fine(`a run was begun ${triggerText(data.trigger)}`);
    case 'agent.step_finished':
      return data.status === 'FAILED' ? bad(`step “${data.node}” failed`) : fine(`step “${data.node}” is done`);
    case 'agent.run_finished':
      return runEndOf(data);
    case 'agent.updated':
      return fine('changed');
    case 'agent.deleted':
      return fine('deleted');
    case 'memory.remembered':
      return fine(`${charactersText(data.characters)} remembered${byText(textOf(data.agentId), agents)}`);
    case 'memory.forgotten':
      return fine('forgotten');
    default:
      return fine(dataText(data, agents));
  }
}

function runEndOf(data: Data): Pick<EventStory, 'sentence' | 'isBad'> {
  if (data.status === 'FAILED') return bad(`the run failed: ${errorText(data.error)}`);
  return fine(data.status === 'STOPPED' ? 'the run was stopped' : 'the run is done');
}

function statusText(before: unknown, status: unknown): string {
  const now = String(status).toLowerCase();
  return typeof before === 'string' ? `${before.toLowerCase()} → ${now}` : `made, as a ${now}`;
}

/** Of an event that somebody else has thought of; an agent in it by its name. */
function dataText(data: Data, agents: ReadonlyMap<string, string>): string {
  const named = Object.entries(data).map(([name, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return `${name} ${name === 'agentId' ? (agents.get(text) ?? text) : text}`;
  });
  return named.length === 0 ? 'happened' : named.join(', ');
}

function errorText(error: unknown): string {
  return (isRecord(error) && textOf(error.message)) || 'it is not known why';
}

function byText(agentId: string | null, agents: ReadonlyMap<string, string>): string {
  return agentId === null ? '' : ` by ${agents.get(agentId) ?? agentId}`;
}

function charactersText(count: unknown): string {
  if (typeof count !== 'number') return 'a text was';
  return count === 1 ? '1 character' : `${count.toLocaleString()} characters`;
}

function timesText(count: unknown): string {
  return typeof count === 'number' && count > 1 ? `, ${count.toLocaleString()} times` : '';
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function fine(sentence: string) {
  return { sentence, isBad: false };
}

function bad(sentence: string) {
  return { sentence, isBad: true };
}

function shorten(text: string): string {
  return text.length <= SENTENCE_MAX ? text : `${text.slice(0, SENTENCE_MAX - 1)}…`;
}
