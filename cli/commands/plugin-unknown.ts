import type { Plugin } from '../../proto/generated/graphql.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { sanitize } from '../text.ts';
import { suggesting } from './job-unknown.ts';
import { nextStepOf } from './plugin-next-step.ts';
import { stateText } from './plugin-view.ts';
import { quoted } from './quoted.ts';

/** What a command line names of a plugin. */
export interface NamedPlugin {
  /** Its name, or `<name>@<version>`. */
  readonly plugin?: string;
  readonly functionName?: string;
}

/** Resolves as `ask` does; an error about a plugin says what to type next. */
export async function askAboutPlugin<Answer>(
  client: GatewayClient,
  named: NamedPlugin,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    throw await explainPlugin(client, named, error);
  }
}

async function explainPlugin(client: GatewayClient, named: NamedPlugin, error: unknown): Promise<unknown> {
  if (!(error instanceof AutoWeaveError)) return error;
  const { plugin, functionName } = named;
  const name = plugin?.split('@')[0];
  switch (error.code) {
    case 'AW_PLUGIN_UNKNOWN':
      return plugin === undefined ? error : await unknownPlugin(client, plugin, error);
    case 'AW_PLUGIN_FUNCTION_UNKNOWN':
      if (name === undefined || functionName === undefined) return error;
      return await unknownFunction(client, name, functionName, error);
    case 'AW_PLUGIN_CONSENT_MISSING':
      return hinted(
        error,
        name === undefined
          ? 'autoweave plugin inspect DIR shows what it asks for, autoweave plugin load DIR --grant grants it'
          : `autoweave plugin show ${name} shows what it asks for, autoweave plugin grant ${name} grants it`,
      );
    case 'AW_PLUGIN_UNSIGNED':
      return hinted(error, 'where you trust it, start AutoWeave with --plugin-signatures off, as npm start does');
    default: {
      // A call is a job, and of its failure the gateway has code and message only.
      const next = name === undefined || error.hint !== undefined ? undefined : nextStepOf(error, name);
      return next === undefined ? error : hinted(error, next);
    }
  }
}

/** One that is there all the same is not loaded, or has another version. */
export async function unknownPlugin(
  client: GatewayClient,
  plugin: string,
  error?: AutoWeaveError,
): Promise<AutoWeaveError> {
  const { plugins } = await client.query<{ plugins: readonly Pick<Plugin, 'name'>[] }>('{ plugins { name } }');
  const names = plugins.map(({ name }) => name);
  const name = plugin.split('@')[0]!;
  if (error !== undefined && names.includes(name)) return await notLoaded(client, name, error);
  const message = `There is no plugin "${plugin}"`;
  return suggesting('AW_PLUGIN_UNKNOWN', message, name, names, 'autoweave plugin ls shows all');
}

async function notLoaded(client: GatewayClient, name: string, error: AutoWeaveError): Promise<AutoWeaveError> {
  const { plugin } = await client.query<{ plugin: Pick<Plugin, 'state' | 'manifestPath' | 'error'> | null }>(
    'query State($name: String!) { plugin(name: $name) { state manifestPath error { code message } } }',
    { name },
  );
  // Its version is another one, or it was loaded meanwhile.
  if (plugin === null || plugin.state === 'LOADED') {
    return hinted(error, `autoweave plugin show ${name} says which there is and where`);
  }
  const why = plugin.error === null ? stateText(plugin.state) : `${plugin.error.code}: ${plugin.error.message}`;
  const message = sanitize(`Plugin "${name}" is not loaded (${why})`);
  return new AutoWeaveError(error.code, message, {
    hint: sanitize(`autoweave plugin load ${plugin.manifestPath === '' ? 'DIR' : quoted(plugin.manifestPath)}`),
  });
}

async function unknownFunction(
  client: GatewayClient,
  name: string,
  functionName: string,
  { code, message }: AutoWeaveError,
): Promise<AutoWeaveError> {
  const { plugin } = await client.query<{ plugin: Pick<Plugin, 'functions'> | null }>(
    'query Functions($name: String!) { plugin(name: $name) { functions } }',
    { name },
  );
  const otherwise = `autoweave plugin show ${name} shows its functions`;
  return suggesting(code, message, functionName, plugin?.functions ?? [], otherwise);
}

function hinted({ code, message }: AutoWeaveError, hint: string): AutoWeaveError {
  return new AutoWeaveError(code, message, { hint });
}
