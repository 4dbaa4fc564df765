import { type ConnectionOptions, connect, credsAuthenticator, type NatsConnection } from '@nats-io/transport-node';
import type { Clock } from '../../clock/clock.ts';
import { AutoWeaveError } from '../../errors/errors.ts';
import { isAtLeast, MINIMUM_VERSION } from '../broker/server-version.ts';
import type { ApiFailure } from '../bus-errors.ts';
import { type Channels, createChannels } from '../channels.ts';
import { createRequester } from '../requester.ts';

/** A connection of its own to a server whose streams are read or written as a whole; it makes and changes none. */
export interface BackupServer extends AsyncDisposable, Pick<Channels, 'ask' | 'broadcast'> {
  readonly url: string;
  readonly version: string;
  readonly isClustered: boolean;
  readonly connection: NatsConnection;
  /**
   * Asks JetStream; `subject` is without `$JS.API.`.
   *
   * @throws AW_BROKER_REFUSED, AW_DISK_FULL, AW_BROKER_UNAVAILABLE also when the connection is lost: it is not made again
   */
  api<Answer>(subject: string, body?: object, timeoutMs?: number): Promise<Answer>;
  /** Sends to a subject that the API named; resolves with the answer's body. */
  send(subject: string, body: Uint8Array, timeoutMs: number): Promise<Uint8Array>;
}

export interface BackupAccess {
  readonly url: string;
  readonly user?: string;
  readonly password?: string;
  /** Contents of a NATS credentials file. */
  readonly credentials?: string;
}

const CONNECT_MS = 5_000;
const API_MS = 30_000;
/** A server that is stopped, not ended, is noticed after two of these. */
const PING_MS = 5_000;
/** JetStream's codes for a disk or an account without room. */
const DISK_FULL = new Set([10023, 10028, 10047]);

/** @throws AW_BROKER_UNREACHABLE, AW_BROKER_DENIED, AW_NATS_TOO_OLD */
export async function openBackupServer(access: BackupAccess, clock: Clock): Promise<BackupServer> {
  const connection = await open(access);
  const version = connection.info?.version ?? '0.0.0';
  if (!isAtLeast(version, MINIMUM_VERSION)) {
    await connection.close();
    throw new AutoWeaveError('AW_NATS_TOO_OLD', `NATS at ${shown(access)} is ${version}, not ${MINIMUM_VERSION}`, {
      hint: 'upgrade that server',
    });
  }
  const requester = createRequester(connection, clock);
  void connection.closed().then(() => requester.suspend('the connection was lost'));
  const { ask, broadcast } = createChannels(connection, requester);
  return {
    url: shown(access),
    version,
    isClustered: connection.info?.cluster !== undefined,
    connection,
    ask,
    broadcast,
    async api<Answer>(subject: string, body?: object, timeoutMs = API_MS): Promise<Answer> {
      const text = body === undefined ? '' : JSON.stringify(body);
      const message = await requester.request(
        `$JS.API.${subject}`,
        new TextEncoder().encode(text),
        undefined,
        timeoutMs,
      );
      return readAnswer<Answer>(message.data, subject);
    },
    send: async (subject, body, timeoutMs) => (await requester.request(subject, body, undefined, timeoutMs)).data,
    async [Symbol.asyncDispose]() {
      requester[Symbol.dispose]();
      await connection.close();
    },
  };
}

/** @throws AW_BROKER_REFUSED, AW_DISK_FULL for an answer that is a refusal */
export function readAnswer<Answer>(body: Uint8Array, subject: string): Answer {
  const answer = JSON.parse(new TextDecoder().decode(body)) as { readonly error?: ApiFailure };
  if (answer.error === undefined) return answer as Answer;
  const { description, err_code: code } = answer.error;
  if (DISK_FULL.has(code) || /no space left/i.test(description)) {
    throw new AutoWeaveError('AW_DISK_FULL', `The broker has no room: ${description}`, {
      hint: 'free space on its disk, or give the account more storage',
    });
  }
  throw new AutoWeaveError('AW_BROKER_REFUSED', `The broker refuses ${subject}: ${description} (${code})`);
}

async function open(access: BackupAccess): Promise<NatsConnection> {
  const settings: ConnectionOptions = {
    servers: access.url.split(','),
    name: 'autoweave-backup',
    // What was under way is lost with its connection, and has to be begun again.
    reconnect: false,
    timeout: CONNECT_MS,
    pingInterval: PING_MS,
    maxPingOut: 2,
    ...(access.user === undefined ? {} : { user: access.user, pass: access.password ?? '' }),
    ...(access.credentials === undefined
      ? {}
      : { authenticator: credsAuthenticator(new TextEncoder().encode(access.credentials)) }),
  };
  try {
    return await connect(settings);
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    const isDenied = /authorization/i.test(what);
    throw new AutoWeaveError(
      isDenied ? 'AW_BROKER_DENIED' : 'AW_BROKER_UNREACHABLE',
      `Cannot ${isDenied ? 'log in' : 'connect'} to NATS at ${shown(access)}: ${what}`,
      { hint: isDenied ? 'check AUTOWEAVE_NATS_CREDS, or user and password' : 'start the server there', cause },
    );
  }
}

/** The address without what stands before an `@`. */
function shown({ url }: BackupAccess): string {
  return url.replace(/\/\/[^/@,\s]*@/g, '//');
}
