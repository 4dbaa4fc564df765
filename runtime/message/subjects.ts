import { AutoWeaveError } from '../errors/errors.ts';
import { decodeKey, encodeKey } from './key.ts';

/**
 * The grammar of subjects. What a sender writes, and what is stored (the server puts the partition in):
 *
 *     aw.<tenant>.cmd.<actor>.<key>          stored as  aw.<tenant>.cmd.<partition>.<actor>.<key>
 *     aw.<tenant>.parked.<partition>.<actor>.<key>         a command set aside while its key waits
 *     aw.<tenant>.timer.<partition>.<actor>.<key>.<timer>  a command that is due later
 *     aw.<tenant>.history.<partition>.<actor>.<key>        what a replay needs beside the commands
 *     aw.<tenant>.evt.<noun>.<verb>.<key>
 *     aw.<tenant>.state.<partition>.<actor>.<key>
 *     aw._sys.state.<partition>.<what>.owner what the owner of a partition notes about it
 *     aw.<tenant>.dead.<noun>.<key>
 *     aw._sys.cursor.<target>.<source>       how far a source has been sent to a target stream
 */

/** The tenant of whatever belongs to the system itself; no user's tenant begins with `_`. */
export const SYSTEM_TENANT = '_sys';

/** Where one actor's key lives. */
export interface Address {
  readonly tenant: string;
  readonly actor: string;
  readonly key: string;
}

export interface PartitionedAddress extends Address {
  /** 0 to 63, given by the server's subject transform. */
  readonly partition: number;
}

const OWNER = 'owner';
const NAME = /^[a-z][a-z0-9_-]{0,62}$/;
const TENANT = /^[a-z0-9][a-z0-9_-]{0,62}$/;
const TYPE = /^[a-z][a-z0-9_-]*\.[a-z][a-z0-9_-]*$/;

/** True for a name an actor, an event's noun or its verb may have. */
export function isName(value: string): boolean {
  return NAME.test(value);
}

/** True for a tenant that messages may have. */
export function isTenant(value: string): boolean {
  return TENANT.test(value);
}

/** The tenant that a subject names, or the system's own when it names none. */
export function tenantOf(subject: string): string {
  const tenant = subject.split('.')[1] ?? '';
  return isTenant(tenant) ? tenant : SYSTEM_TENANT;
}

/** True for a message type: `noun.verb`. */
export function isMessageType(value: string): boolean {
  return value.length <= 128 && TYPE.test(value);
}

export function commandSubject({ tenant, actor, key }: Address): string {
  return `aw.${checkTenant(tenant)}.cmd.${checkName(actor)}.${encodeKey(key)}`;
}

export function eventSubject(tenant: string, type: string, key: string): string {
  if (!isMessageType(type)) throw new AutoWeaveError('AW_NAME_INVALID', `Cannot address event: type is "${type}"`);
  return `aw.${checkTenant(tenant)}.evt.${type}.${encodeKey(key)}`;
}

export function stateSubject({ tenant, partition, actor, key }: PartitionedAddress): string {
  return `aw.${tenant}.state.${partition}.${actor}.${encodeKey(key)}`;
}

/** A command's subject as the server has stored it. */
export function storedCommandSubject(address: PartitionedAddress): string {
  return stateSubject(address).replace('.state.', '.cmd.');
}

export function parkedSubject(address: PartitionedAddress): string {
  return stateSubject(address).replace('.state.', '.parked.');
}

export function historySubject(address: PartitionedAddress): string {
  return stateSubject(address).replace('.state.', '.history.');
}

/** @param timer any text that is unique to the timer and its turn */
export function timerSubject(address: PartitionedAddress, timer: string): string {
  return `${stateSubject(address).replace('.state.', '.timer.')}.${encodeKey(timer)}`;
}

/** The address of parked messages, or undefined when the subject is none. */
export function parseParked(subject: string): PartitionedAddress | undefined {
  return parsePartitioned(subject, 'parked');
}

/** Where the owner of a partition keeps a note about it; `*` stands for all partitions. */
export function systemStateSubject(partition: number | '*', what: string): string {
  return `aw.${SYSTEM_TENANT}.state.${partition}.${what}.${OWNER}`;
}

/** True for a note of {@link systemStateSubject}, which is no actor's state. */
export function isSystemState(subject: string): boolean {
  return subject.startsWith(`aw.${SYSTEM_TENANT}.state.`) && subject.endsWith(`.${OWNER}`);
}

/** The subject of a dead letter: `noun` is the actor, or the event's noun. */
export function deadSubject(tenant: string, noun: string, key: string): string {
  return `aw.${tenant}.dead.${noun}.${encodeKey(key)}`;
}

export function cursorSubject(target: string, source: string): string {
  return `aw.${SYSTEM_TENANT}.cursor.${target.toLowerCase()}.${source}`;
}

export function isCursor(subject: string): boolean {
  return subject.startsWith(`aw.${SYSTEM_TENANT}.cursor.`);
}

/** The address of a stored command, or undefined when the subject is none. */
export function parseStoredCommand(subject: string): PartitionedAddress | undefined {
  return parsePartitioned(subject, 'cmd');
}

/** The address of a state, or undefined when the subject is none. */
export function parseState(subject: string): PartitionedAddress | undefined {
  return parsePartitioned(subject, 'state');
}

export interface EventAddress {
  readonly tenant: string;
  readonly type: string;
  readonly key: string;
}

/** Tenant, type and key of an event's subject, or undefined when the subject is none. */
export function parseEvent(subject: string): EventAddress | undefined {
  const [aw, tenant, kind, noun, verb, token, ...rest] = subject.split('.');
  if (aw !== 'aw' || kind !== 'evt' || !tenant || !noun || !verb || !token || rest.length > 0) return undefined;
  const key = decodeKey(token);
  const type = `${noun}.${verb}`;
  return key === undefined || !isMessageType(type) ? undefined : { tenant, type, key };
}

function parsePartitioned(subject: string, wanted: string): PartitionedAddress | undefined {
  const tokens = subject.split('.');
  const [, tenant, , partition, actor, token] = tokens;
  if (tokens.length !== 6 || tokens[0] !== 'aw' || tokens[2] !== wanted) return undefined;
  if (!tenant || !actor || !token || !/^\d{1,3}$/.test(partition!)) return undefined;
  const key = decodeKey(token);
  return key === undefined ? undefined : { tenant, actor, key, partition: Number(partition) };
}

function checkTenant(tenant: string): string {
  if (tenant === SYSTEM_TENANT || TENANT.test(tenant)) return tenant;
  throw new AutoWeaveError('AW_NAME_INVALID', `Cannot address message: tenant is "${tenant}"`, {
    hint: 'use lower-case letters, digits, "-" and "_", at most 63',
  });
}

function checkName(actor: string): string {
  if (isName(actor)) return actor;
  throw new AutoWeaveError('AW_NAME_INVALID', `Cannot address message: actor is "${actor}"`, {
    hint: 'use lower-case letters, digits, "-" and "_", beginning with a letter, at most 63',
  });
}
