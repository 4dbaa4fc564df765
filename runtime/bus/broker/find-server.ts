import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { AutoWeaveError } from '../../errors/errors.ts';

export interface FindServerOptions {
  /** The checkout. */
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface FoundServer {
  readonly path: string;
  /** For people: which of the places it was found in. */
  readonly origin: 'NATS_SERVER_BIN' | 'set-up' | 'PATH';
}

/**
 * Where nats-server is: `NATS_SERVER_BIN`, then what set-up noted in `.autoweave/setup.json`, then `PATH`.
 * Its version is not looked at.
 *
 * @throws AW_NATS_MISSING
 */
export function findServer({ root, env }: FindServerOptions): FoundServer {
  const named = env['NATS_SERVER_BIN'];
  if (named !== undefined && named !== '') {
    if (isExecutable(named)) return { path: named, origin: 'NATS_SERVER_BIN' };
    throw missing(
      `NATS_SERVER_BIN is "${named}", which is no program`,
      'set NATS_SERVER_BIN to a nats-server, or unset it',
    );
  }
  const provided = providedBySetUp(root);
  if (provided !== undefined && isExecutable(provided)) return { path: provided, origin: 'set-up' };
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, 'nats-server');
    if (folder !== '' && isExecutable(path)) return { path, origin: 'PATH' };
  }
  throw missing('it is not in PATH, and set-up has provided none', 'run "npm start", which provides one');
}

/** What set-up noted. Its file may be absent or half of another version: then it has provided none. */
function providedBySetUp(root: string): string | undefined {
  let facts: unknown;
  try {
    facts = JSON.parse(readFileSync(join(root, '.autoweave', 'setup.json'), 'utf8'));
  } catch {
    return undefined;
  }
  const path = typeof facts === 'object' && facts !== null && 'natsServer' in facts ? facts.natsServer : undefined;
  if (typeof path !== 'string') return undefined;
  return isAbsolute(path) ? path : join(root, path);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function missing(why: string, hint: string): AutoWeaveError {
  return new AutoWeaveError('AW_NATS_MISSING', `Cannot find nats-server: ${why}`, { hint });
}
