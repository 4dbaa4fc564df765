import { AutoWeaveError } from '../runtime/errors/errors.ts';
import { CONFIG_ENTRIES, type ConfigEntry, type ConfigName, OTHER_VARIABLES } from './config-entries.ts';
import { didYouMean } from './did-you-mean.ts';

type ValueOf<Entry> = Entry extends ConfigEntry<infer Value> ? Value : never;

/** The one configuration of a process: validated, frozen, read at start and never again. */
export type Config = {
  readonly [Name in ConfigName]: ValueOf<(typeof CONFIG_ENTRIES)[Name]>;
} & {
  /** The checkout. */
  readonly root: string;
};

/** One value with where it comes from. */
export interface ConfigValue {
  readonly name: ConfigName;
  readonly env: string;
  readonly value: unknown;
  readonly source: 'default' | 'environment' | 'flag';
  /** The flag or variable it was taken from, or undefined for a default. */
  readonly from: string | undefined;
  readonly description: string;
  readonly isSecret: boolean;
}

export interface LoadedConfig {
  readonly config: Config;
  /** In the order of the table. */
  readonly values: readonly ConfigValue[];
  /** Sentences about what was set in vain. */
  readonly warnings: readonly string[];
}

export interface LoadConfigOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The text of flags that were given, by the name of their value; several of a list. */
  readonly flags?: Readonly<Partial<Record<ConfigName, string | readonly string[]>>>;
  /** The checkout. */
  readonly root: string;
  readonly cwd?: string;
}

/**
 * Flags win over the environment, the environment over defaults. An empty variable counts as not set.
 *
 * @throws AW_CONFIG_INVALID naming each value that is wrong
 */
export function loadConfig({ env, flags = {}, root, cwd = process.cwd() }: LoadConfigOptions): LoadedConfig {
  const problems: string[] = [];
  const values: ConfigValue[] = [];
  for (const [key, declared] of Object.entries(CONFIG_ENTRIES)) {
    const name = key as ConfigName;
    const entry: ConfigEntry = declared;
    const flag = flags[name];
    const variable = env[entry.env];
    const text = flag === undefined ? variable : typeof flag === 'string' ? flag : flag.join(',');
    const base = { name, env: entry.env, description: entry.description, isSecret: entry.isSecret === true };
    if (text === undefined || (text === '' && flag === undefined)) {
      values.push({ ...base, value: entry.default({ root }), source: 'default', from: undefined });
      continue;
    }
    const from = flag === undefined ? entry.env : (entry.flag ?? name);
    const value = entry.kind.parse(text, { cwd });
    if (value === undefined) {
      const found = base.isSecret ? 'not allowed' : JSON.stringify(text);
      problems.push(`${from} is ${found}, allowed: ${entry.kind.allowed}`);
    } else {
      values.push({ ...base, value, source: flag === undefined ? 'environment' : 'flag', from });
    }
  }
  if (problems.length > 0) throw invalid(problems);

  const taken = Object.fromEntries(values.map(({ name, value }) => [name, value]));
  const config = Object.freeze({ ...taken, root }) as Config;
  const contradictions = findContradictions(config);
  if (contradictions.length > 0) throw invalid(contradictions);
  return { config, values, warnings: [...findUnknown(env), ...findVain(config)] };
}

/** What is shown of a value: secrets not at all, and no password within a URL. */
export function showValue({ value, isSecret }: ConfigValue): string {
  if (value === null) return '';
  if (isSecret) return '(hidden)';
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  const text = Array.isArray(value) ? value.join(', ') : String(value);
  return text.replace(/\/\/[^/@,\s]*@/g, '//(hidden)@');
}

function findContradictions({
  natsCreds,
  natsUser,
  natsPassword,
  natsSystemUser,
  natsSystemPassword,
  natsUrl,
  durability,
}: Config): string[] {
  const problems: string[] = [];
  if (durability === 'quorum' && natsUrl === null) {
    problems.push(
      'AUTOWEAVE_DURABILITY is "quorum" without AUTOWEAVE_NATS_URL, allowed: fsync or interval with the embedded server, quorum with a cluster of at least 3 servers there',
    );
  }
  if (natsCreds !== null && natsUser !== null) {
    problems.push('AUTOWEAVE_NATS_CREDS and AUTOWEAVE_NATS_USER are both set, allowed: one of them');
  }
  if ((natsUser === null) !== (natsPassword === null)) {
    problems.push('One of AUTOWEAVE_NATS_USER and AUTOWEAVE_NATS_PASSWORD is set, allowed: both or none');
  }
  if ((natsSystemUser === null) !== (natsSystemPassword === null)) {
    problems.push('One of AUTOWEAVE_NATS_SYSTEM_USER and AUTOWEAVE_NATS_SYSTEM_PASSWORD is set, allowed: both or none');
  }
  return problems;
}

function findUnknown(env: LoadConfigOptions['env']): string[] {
  const known: string[] = [...Object.values(CONFIG_ENTRIES).map((entry) => entry.env), ...OTHER_VARIABLES];
  return Object.keys(env)
    .filter((name) => name.startsWith('AUTOWEAVE_') && !known.includes(name))
    .map((name) => {
      const meant = didYouMean(name, known);
      return `Unknown variable ${name} has no effect${meant === undefined ? '' : ` (did you mean ${meant}?)`}`;
    });
}

function findVain({ natsUrl, natsCreds, natsUser, natsSystemUser }: Config): string[] {
  if (natsUrl !== null) return [];
  const vain = Object.entries({
    AUTOWEAVE_NATS_CREDS: natsCreds,
    AUTOWEAVE_NATS_USER: natsUser,
    AUTOWEAVE_NATS_SYSTEM_USER: natsSystemUser,
  });
  return vain.filter(([, value]) => value !== null).map(([name]) => `${name} has no effect without AUTOWEAVE_NATS_URL`);
}

function invalid(problems: readonly string[]): AutoWeaveError {
  return new AutoWeaveError('AW_CONFIG_INVALID', problems.join('; '), {
    hint: 'correct it, "autoweave config" shows every value and where it comes from',
  });
}
