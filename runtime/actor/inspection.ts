/** What gateway and CLI see of actors and dead letters; shapes of `proto/gateway.graphql`. */

export interface ActorRecord {
  readonly name: string;
  readonly key: string;
  readonly tenant: string;
  readonly version: number;
  readonly lastSeq: number;
  readonly attempt: number;
  /** Messages that are committed and not yet sent. */
  readonly outbox: number;
  readonly state: unknown;
  /** Milliseconds since 1970. */
  readonly updatedAt: number;
}

export interface DeadLetterRecord {
  /** Sequence in the DEAD stream, as text. */
  readonly id: string;
  readonly tenant: string;
  readonly code: string;
  readonly error: string;
  readonly stream: string;
  readonly sequence: number;
  readonly subject: string;
  readonly type: string | undefined;
  readonly attempts: number;
  readonly at: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly data: string;
}
