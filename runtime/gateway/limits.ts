/** What one client may take of the gateway. */
export interface GatewayLimits {
  /** Body of a POST. */
  readonly bodyBytes: number;
  /** One message on a websocket; also what a stranger may send before he has shown a token. */
  readonly socketMessageBytes: number;
  /** Lexical tokens of a GraphQL document. */
  readonly documentTokens: number;
  /** Fields within fields. */
  readonly depth: number;
  /** Fields of an operation's root: each may cost a look at the broker. */
  readonly rootFields: number;
  /** TCP connections, websockets among them. */
  readonly connections: number;
  readonly sockets: number;
  readonly operationsPerSocket: number;
  /** Time for a websocket's `connection_init`. */
  readonly initMs: number;
  /** Between two pings; a socket that does not answer the last one is dropped. */
  readonly pingMs: number;
  /** A socket that takes nothing of what is sent for this long is dropped. */
  readonly slowMs: number;
  /** A socket for which this much waits is dropped at once. */
  readonly bufferedBytes: number;
  /** Time of a call to an actor. */
  readonly callMs: number;
  /** The longest time that a client may give a call. */
  readonly longestCallMs: number;
  /** Keys whose owners one operation may ask what they do. */
  readonly keyLooks: number;
  /** Time for the answer of an owner. */
  readonly keyLookMs: number;
  /** Runs, jobs and memories of agents that one operation may read. */
  readonly agentReads: number;
  /**
   * Sets of events that are followed at once, beside those that dashboards need: each is a read of the log, and up to
   * 8 MiB of it in memory. The last quarter goes to websockets that follow none of them yet.
   */
  readonly eventFeeds: number;
  /** Of these, by one websocket. */
  readonly eventFeedsPerSocket: number;
  /** Time for what is under way when the gateway closes. */
  readonly closeMs: number;
}

export const DEFAULT_LIMITS: GatewayLimits = {
  // A command's data may have 1 MiB; the rest is for the document around it.
  bodyBytes: 1024 * 1024 + 64 * 1024,
  socketMessageBytes: 128 * 1024,
  documentTokens: 2_000,
  // The introspection query of graphql-js, which tools send, is 15 deep.
  depth: 16,
  rootFields: 20,
  connections: 2_000,
  sockets: 1_000,
  operationsPerSocket: 50,
  initMs: 5_000,
  pingMs: 12_000,
  slowMs: 10_000,
  bufferedBytes: 4 * 1024 * 1024,
  callMs: 10_000,
  longestCallMs: 60_000,
  keyLooks: 200,
  // Long for an owner that is there, short for a person who waits for the others of a list.
  keyLookMs: 2_000,
  agentReads: 1_000,
  eventFeeds: 64,
  eventFeedsPerSocket: 16,
  closeMs: 3_000,
};
