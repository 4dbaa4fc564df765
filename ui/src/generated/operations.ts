// Generated from ui/src/operations.graphql by npm run generate; do not edit.

/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
export type VirtualDeviceInput = {
  /** USB vendor id, 0 to 65535. */
  readonly vendorId: number;
  /** USB product id, 0 to 65535. */
  readonly productId: number;
  readonly manufacturer?: string | null | undefined;
  readonly product?: string | null | undefined;
  readonly serial?: string | null | undefined;
};

export type DeviceEventType = 'ATTACHED' | 'DETACHED';

export type HealthStatus =
  /** All parts do what they are for. */
  | 'OK'
  /** Something is missing or late, the rest works. */
  | 'DEGRADED'
  /** It can't do its work. */
  | 'DOWN';

export type DurabilityLevel =
  /** Every acknowledged message is on disk, by fsync, before its acknowledgement. */
  | 'FSYNC'
  /** Acknowledged messages reach the disk within the interval: a power cut may lose that much. A killed process loses nothing. */
  | 'INTERVAL'
  /** Kept in memory only, or by a server that would not say: nothing here is called durable. */
  | 'UNKNOWN';

export type DeviceFieldsFragment = {
  readonly id: string;
  readonly session: string;
  readonly host: string;
  readonly vendor: string;
  readonly product: string;
  readonly vendorId: number;
  readonly productId: number;
  readonly serial: string | null;
  readonly port: string;
  readonly speed: string | null;
  readonly path: string;
  readonly partial: boolean;
  readonly virtual: boolean;
  readonly attached: boolean;
  readonly attachedAt: string;
  readonly detachedAt: string | null;
};

export type DeviceEventFieldsFragment = {
  readonly id: string;
  readonly cursor: string;
  readonly type: DeviceEventType;
  readonly reason: string;
  readonly at: string;
  readonly traceId: string | null;
  readonly device: {
    readonly id: string;
    readonly session: string;
    readonly host: string;
    readonly vendor: string;
    readonly product: string;
    readonly vendorId: number;
    readonly productId: number;
    readonly serial: string | null;
    readonly port: string;
    readonly speed: string | null;
    readonly path: string;
    readonly partial: boolean;
    readonly virtual: boolean;
    readonly attached: boolean;
    readonly attachedAt: string;
    readonly detachedAt: string | null;
  };
};

export type TraceStepFieldsFragment = {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly name: string;
  readonly startedAt: string;
  readonly offsetUs: number;
  readonly durationUs: number;
  readonly ok: boolean;
  readonly file: string | null;
  readonly attributes: unknown;
};

export type HealthQueryVariables = Exact<{ [key: string]: never }>;

export type HealthQuery = {
  readonly health: {
    readonly status: HealthStatus;
    readonly ready: boolean;
    readonly version: string;
    readonly host: string;
    readonly startedAt: string;
    readonly components: ReadonlyArray<{
      readonly name: string;
      readonly status: HealthStatus;
      readonly detail: string;
      readonly since: string;
    }>;
    readonly durability: {
      readonly level: DurabilityLevel;
      readonly syncIntervalMs: number | null;
      readonly replicas: number;
      readonly detail: string;
    };
  };
};

export type DevicesQueryVariables = Exact<{ [key: string]: never }>;

export type DevicesQuery = {
  readonly devices: ReadonlyArray<{
    readonly id: string;
    readonly session: string;
    readonly host: string;
    readonly vendor: string;
    readonly product: string;
    readonly vendorId: number;
    readonly productId: number;
    readonly serial: string | null;
    readonly port: string;
    readonly speed: string | null;
    readonly path: string;
    readonly partial: boolean;
    readonly virtual: boolean;
    readonly attached: boolean;
    readonly attachedAt: string;
    readonly detachedAt: string | null;
  }>;
};

export type DeviceHistoryQueryVariables = Exact<{
  id?: string | null | undefined;
  last?: number | null | undefined;
}>;

export type DeviceHistoryQuery = {
  readonly deviceHistory: ReadonlyArray<{
    readonly id: string;
    readonly cursor: string;
    readonly type: DeviceEventType;
    readonly reason: string;
    readonly at: string;
    readonly traceId: string | null;
    readonly device: {
      readonly id: string;
      readonly session: string;
      readonly host: string;
      readonly vendor: string;
      readonly product: string;
      readonly vendorId: number;
      readonly productId: number;
      readonly serial: string | null;
      readonly port: string;
      readonly speed: string | null;
      readonly path: string;
      readonly partial: boolean;
      readonly virtual: boolean;
      readonly attached: boolean;
      readonly attachedAt: string;
      readonly detachedAt: string | null;
    };
  }>;
};

export type ActorsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;

export type ActorsQuery = {
  readonly actors: {
    readonly next: string | null;
    readonly actors: ReadonlyArray<{
      readonly name: string;
      readonly key: string;
      readonly version: number;
      readonly lastSeq: number;
      readonly attempt: number;
      readonly outbox: number;
      readonly updatedAt: string;
    }>;
  };
};

export type ActorQueryVariables = Exact<{
  name: string;
  key: string;
}>;

export type ActorQuery = {
  readonly actor: {
    readonly name: string;
    readonly key: string;
    readonly tenant: string;
    readonly version: number;
    readonly lastSeq: number;
    readonly attempt: number;
    readonly outbox: number;
    readonly state: unknown;
    readonly updatedAt: string;
  } | null;
};

export type DeadLettersQueryVariables = Exact<{
  first?: number | null | undefined;
  before?: string | null | undefined;
}>;

export type DeadLettersQuery = {
  readonly deadLetters: {
    readonly total: number;
    readonly next: string | null;
    readonly deadLetters: ReadonlyArray<{
      readonly id: string;
      readonly code: string;
      readonly error: string;
      readonly stream: string;
      readonly sequence: number;
      readonly subject: string;
      readonly type: string | null;
      readonly attempts: number;
      readonly at: string;
      readonly headers: unknown;
      readonly data: string;
    }>;
  };
};

export type TraceQueryVariables = Exact<{
  id: string;
}>;

export type TraceQuery = {
  readonly trace: ReadonlyArray<{
    readonly traceId: string;
    readonly spanId: string;
    readonly parentSpanId: string | null;
    readonly name: string;
    readonly startedAt: string;
    readonly offsetUs: number;
    readonly durationUs: number;
    readonly ok: boolean;
    readonly file: string | null;
    readonly attributes: unknown;
  }> | null;
};

export type PlugVirtualDeviceMutationVariables = Exact<{
  input: VirtualDeviceInput;
}>;

export type PlugVirtualDeviceMutation = {
  readonly plugVirtualDevice: {
    readonly id: string;
    readonly session: string;
    readonly host: string;
    readonly product: string;
  };
};

export type UnplugVirtualDeviceMutationVariables = Exact<{
  id: string;
}>;

export type UnplugVirtualDeviceMutation = {
  readonly unplugVirtualDevice: { readonly id: string; readonly session: string };
};

export type DeviceEventsSubscriptionVariables = Exact<{
  after?: string | null | undefined;
}>;

export type DeviceEventsSubscription = {
  readonly deviceEvents:
    | {
        readonly __typename: 'DeviceEvent';
        readonly id: string;
        readonly cursor: string;
        readonly type: DeviceEventType;
        readonly reason: string;
        readonly at: string;
        readonly traceId: string | null;
        readonly device: {
          readonly id: string;
          readonly session: string;
          readonly host: string;
          readonly vendor: string;
          readonly product: string;
          readonly vendorId: number;
          readonly productId: number;
          readonly serial: string | null;
          readonly port: string;
          readonly speed: string | null;
          readonly path: string;
          readonly partial: boolean;
          readonly virtual: boolean;
          readonly attached: boolean;
          readonly attachedAt: string;
          readonly detachedAt: string | null;
        };
      }
    | {
        readonly __typename: 'Lagged';
        readonly cursor: string;
        readonly from: string;
        readonly to: string;
        readonly count: number | null;
      }
    | { readonly __typename: 'CaughtUp'; readonly cursor: string };
};

export type TraceStepsSubscriptionVariables = Exact<{
  traceId: string;
}>;

export type TraceStepsSubscription = {
  readonly traceSteps: {
    readonly traceId: string;
    readonly spanId: string;
    readonly parentSpanId: string | null;
    readonly name: string;
    readonly startedAt: string;
    readonly offsetUs: number;
    readonly durationUs: number;
    readonly ok: boolean;
    readonly file: string | null;
    readonly attributes: unknown;
  };
};

/** The text of an operation; it remembers the types of its result and its variables. */
export type OperationDocument<Result, Variables> = string & { readonly __operation?: (variables: Variables) => Result };

export const HealthDocument: OperationDocument<HealthQuery, HealthQueryVariables> =
  'query Health{health{status ready version host startedAt components{name status detail since}durability{level syncIntervalMs replicas detail}}}';

export const DevicesDocument: OperationDocument<DevicesQuery, DevicesQueryVariables> =
  'query Devices{devices{...DeviceFields}}fragment DeviceFields on Device{id session host vendor product vendorId productId serial port speed path partial virtual attached attachedAt detachedAt}';

export const DeviceHistoryDocument: OperationDocument<DeviceHistoryQuery, DeviceHistoryQueryVariables> =
  'query DeviceHistory($id:ID$last:Int){deviceHistory(id:$id last:$last){...DeviceEventFields}}fragment DeviceFields on Device{id session host vendor product vendorId productId serial port speed path partial virtual attached attachedAt detachedAt}fragment DeviceEventFields on DeviceEvent{id cursor type reason at traceId device{...DeviceFields}}';

export const ActorsDocument: OperationDocument<ActorsQuery, ActorsQueryVariables> =
  'query Actors($first:Int$after:String){actors(first:$first after:$after){actors{name key version lastSeq attempt outbox updatedAt}next}}';

export const ActorDocument: OperationDocument<ActorQuery, ActorQueryVariables> =
  'query Actor($name:String!$key:String!){actor(name:$name key:$key){name key tenant version lastSeq attempt outbox state updatedAt}}';

export const DeadLettersDocument: OperationDocument<DeadLettersQuery, DeadLettersQueryVariables> =
  'query DeadLetters($first:Int$before:String){deadLetters(first:$first before:$before){deadLetters{id code error stream sequence subject type attempts at headers data}total next}}';

export const TraceDocument: OperationDocument<TraceQuery, TraceQueryVariables> =
  'query Trace($id:ID!){trace(id:$id){...TraceStepFields}}fragment TraceStepFields on TraceStep{traceId spanId parentSpanId name startedAt offsetUs durationUs ok file attributes}';

export const PlugVirtualDeviceDocument: OperationDocument<
  PlugVirtualDeviceMutation,
  PlugVirtualDeviceMutationVariables
> = 'mutation PlugVirtualDevice($input:VirtualDeviceInput!){plugVirtualDevice(input:$input){id session host product}}';

export const UnplugVirtualDeviceDocument: OperationDocument<
  UnplugVirtualDeviceMutation,
  UnplugVirtualDeviceMutationVariables
> = 'mutation UnplugVirtualDevice($id:ID!){unplugVirtualDevice(id:$id){id session}}';

export const DeviceEventsDocument: OperationDocument<DeviceEventsSubscription, DeviceEventsSubscriptionVariables> =
  'subscription DeviceEvents($after:String){deviceEvents(after:$after){__typename ...on DeviceEvent{...DeviceEventFields}...on Lagged{cursor from to count}...on CaughtUp{cursor}}}fragment DeviceFields on Device{id session host vendor product vendorId productId serial port speed path partial virtual attached attachedAt detachedAt}fragment DeviceEventFields on DeviceEvent{id cursor type reason at traceId device{...DeviceFields}}';

export const TraceStepsDocument: OperationDocument<TraceStepsSubscription, TraceStepsSubscriptionVariables> =
  'subscription TraceSteps($traceId:ID!){traceSteps(traceId:$traceId){...TraceStepFields}}fragment TraceStepFields on TraceStep{traceId spanId parentSpanId name startedAt offsetUs durationUs ok file attributes}';
