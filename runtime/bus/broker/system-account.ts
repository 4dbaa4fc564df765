import { connect, type NatsConnection } from '@nats-io/transport-node';

/** Asks servers about themselves, through their system account. */
export interface SystemAccount extends AsyncDisposable {
  /**
   * One answer of each server that answers: those that come in `quietMs` of one another, at most `answerMs` in all.
   * Empty when none answers.
   */
  ping(what: 'JSZ' | 'HEALTHZ', options?: PingOptions): Promise<readonly SystemAnswer[]>;
}

export interface PingOptions {
  readonly answerMs?: number;
  /** How many answers are enough. */
  readonly enough?: number;
}

/** The body of an answer: `server` and `data`, as they came. */
export type SystemAnswer = Readonly<Record<string, unknown>>;

export interface SystemAccountOptions {
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

const ANSWER_MS = 2_000;
/** More servers than anybody has in one cluster; it ends the wait early where the number is known. */
const MANY = 1_000;

/** @throws what the client throws when it cannot connect or log in. */
export async function openSystemAccount({ url, user, password }: SystemAccountOptions): Promise<SystemAccount> {
  const connection = await connect({
    servers: url.split(','),
    user,
    pass: password,
    name: 'autoweave-system',
    timeout: ANSWER_MS,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    // The address that was given is the one to ask: another server of the cluster may not let us in.
    ignoreClusterUpdates: true,
  });
  return {
    ping: (what, options) => ping(connection, what, options),
    [Symbol.asyncDispose]: () => connection.close(),
  };
}

async function ping(
  connection: NatsConnection,
  what: string,
  { answerMs = ANSWER_MS, enough = MANY }: PingOptions = {},
): Promise<readonly SystemAnswer[]> {
  const answers: SystemAnswer[] = [];
  try {
    const replies = await connection.requestMany(`$SYS.REQ.SERVER.PING.${what}`, '{}', {
      strategy: 'stall',
      maxWait: answerMs,
      stall: Math.min(300, answerMs),
      maxMessages: enough,
    });
    for await (const reply of replies) {
      const answer: unknown = reply.json();
      if (typeof answer === 'object' && answer !== null) answers.push(answer as SystemAnswer);
    }
  } catch {
    // No responders, no time left, no connection, no JSON: what did not come is not there, and callers count.
  }
  return answers;
}
