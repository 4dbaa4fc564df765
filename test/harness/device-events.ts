import type { Client } from 'graphql-ws';

/** Follows `deviceEvents` as a dashboard does. */

export interface DeviceEventMessage {
  readonly __typename: 'DeviceEvent' | 'Lagged' | 'CaughtUp';
  readonly cursor: string;
  readonly id?: string;
  readonly type?: 'ATTACHED' | 'DETACHED';
  readonly reason?: string;
  readonly traceId?: string;
  readonly device?: {
    readonly id: string;
    readonly session: string;
    readonly product: string;
    readonly serial: string | null;
    readonly virtual: boolean;
    readonly partial: boolean;
  };
}

export interface DeviceEvents extends AsyncDisposable {
  /** All that has come so far. */
  readonly messages: readonly DeviceEventMessage[];
  /** Those that are events. */
  readonly events: readonly DeviceEventMessage[];
  /** Where to go on after the last message. */
  readonly cursor: string | undefined;
  /** Resolves once `check` holds, looked at anew with each message. */
  until(check: (messages: readonly DeviceEventMessage[]) => boolean, what: string): Promise<void>;
}

const PATIENCE_MS = 30_000;
const DOCUMENT = `subscription ($after: String) {
  deviceEvents(after: $after) {
    __typename
    ... on DeviceEvent { id cursor type reason traceId device { id session product serial virtual partial } }
    ... on Lagged { cursor from to count }
    ... on CaughtUp { cursor }
  }
}`;

export function followDeviceEvents(client: Client, after?: string): DeviceEvents {
  const messages: DeviceEventMessage[] = [];
  const watchers = new Set<() => void>();
  const iterator = client.iterate<{ deviceEvents: DeviceEventMessage }>({
    query: DOCUMENT,
    variables: { after: after ?? null },
  });
  const done = (async () => {
    try {
      for await (const { data } of iterator) {
        if (data) messages.push(data.deviceEvents);
        for (const watch of watchers) watch();
      }
    } catch {
      // The socket broke: what had come is what counts, and a test that needs more says so.
    }
  })();

  return {
    messages,
    get events() {
      return messages.filter(({ __typename }) => __typename === 'DeviceEvent');
    },
    get cursor() {
      return messages.at(-1)?.cursor;
    },
    until(check, what) {
      return new Promise((resolve, reject) => {
        const finish = (error?: Error) => {
          clearTimeout(timer);
          watchers.delete(look);
          if (error) reject(error);
          else resolve();
        };
        const look = () => check(messages) && finish();
        const timer = setTimeout(() => {
          finish(new Error(`Waited ${PATIENCE_MS} ms in vain for ${what}; ${messages.length} messages came`));
        }, PATIENCE_MS);
        watchers.add(look);
        look();
      });
    },
    async [Symbol.asyncDispose]() {
      await iterator.return?.();
      await client.dispose();
      await done;
    },
  };
}
