import { connect } from '@nats-io/transport-node';
import type { Clock } from '../../clock/clock.ts';
import type { BrokerFile } from './broker-file.ts';

export interface ReadinessOptions {
  readonly clock: Clock;
  /** Aborts when waiting is in vain: the server ended, or nobody wants it any more. */
  readonly signal: AbortSignal;
}

/** The wait between two looks; a server without data is up after some 20 ms. */
const LOOK_MS = 10;
const ANSWER_MS = 2_000;

/**
 * Resolves with the server's version when it lets us in and JetStream answers, however long it recovers its streams.
 *
 * @throws the signal's reason
 */
export async function waitUntilReady(access: BrokerFile, { clock, signal }: ReadinessOptions): Promise<string> {
  for (;;) {
    signal.throwIfAborted();
    const version = await lookOnce(access);
    if (version !== undefined) return version;
    await clock.sleep(LOOK_MS, signal);
  }
}

/** The version of the server that answers; undefined for one that is away, not ours, or not ready yet. */
async function lookOnce({ port, user, password }: BrokerFile): Promise<string | undefined> {
  try {
    const connection = await connect({
      servers: `127.0.0.1:${port}`,
      user,
      pass: password,
      name: 'autoweave-readiness',
      reconnect: false,
      timeout: ANSWER_MS,
    });
    try {
      const answer: unknown = (await connection.request('$JS.API.INFO', '', { timeout: ANSWER_MS })).json();
      const isUp = typeof answer === 'object' && answer !== null && !('error' in answer);
      return isUp ? connection.info?.version : undefined;
    } finally {
      await connection.close();
    }
  } catch {
    // Refused, denied, no responders, too slow: whichever it is, one looks again until the signal says otherwise.
    return undefined;
  }
}
