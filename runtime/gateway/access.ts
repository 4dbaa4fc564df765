import { createHash, timingSafeEqual } from 'node:crypto';
import { AutoWeaveError } from '../errors/errors.ts';

/** Who may speak to the gateway, and for whom. */

/** Whom a request or a websocket speaks for, as its token says. */
export interface Principal {
  readonly tenant: string;
}

/** Undefined for whoever shows no right token. */
export type Access = (authorization: unknown) => Principal | undefined;

/** One token, which speaks for one tenant. */
export function createAccess(token: string, tenant: string): Access {
  const principal: Principal = { tenant };
  return (authorization) => (isBearer(authorization, token) ? principal : undefined);
}

/** @throws AW_FORBIDDEN_TENANT when a client names another tenant than that of its token */
export function checkTenant({ tenant }: Principal, named: string | null | undefined): void {
  if (named == null || named === tenant) return;
  throw new AutoWeaveError('AW_FORBIDDEN_TENANT', `Cannot answer for tenant "${named.slice(0, 64)}"`, {
    hint: 'leave "tenantId" out: the token says whose the answer is',
  });
}

/** True for `Bearer <token>` with the right token. Takes the same time for every wrong one of the same length. */
export function isBearer(authorization: unknown, token: string): boolean {
  if (typeof authorization !== 'string') return false;
  const [scheme, given, ...rest] = authorization.split(' ');
  if (scheme?.toLowerCase() !== 'bearer' || given === undefined || rest.length > 0) return false;
  return timingSafeEqual(digest(given), digest(token));
}

export interface HostRules {
  /** The address that the server listens on. */
  readonly bind: string;
  readonly port: number;
  /** Further names, with or without a port. */
  readonly allowedHosts: readonly string[];
}

interface Authority {
  readonly name: string;
  readonly port: string | undefined;
}

/**
 * False for a name that leads here without being ours: by DNS rebinding a foreign page gives its own name this
 * machine's address, and would otherwise be of the same origin. An address can't be rebound, so where the gateway
 * listens for others any address is right.
 */
export function isHostAllowed(host: string | undefined, { bind, port, allowedHosts }: HostRules): boolean {
  const authority = parseAuthority(host);
  if (authority === undefined) return false;
  const { name } = authority;
  if (allowedHosts.some((allowed) => matches(allowed, authority))) return true;
  if (isLoopback(bind)) return isLoopback(name) && (authority.port ?? '80') === String(port);
  return isLoopback(name) || isAddress(name) || name === bind.toLowerCase();
}

/**
 * True for a request that no page sent, or a page of this very host; any page may send requests here, but not with
 * another origin than its own.
 */
export function isOriginAllowed(
  origin: string | undefined,
  host: string | undefined,
  allowedHosts: readonly string[],
): boolean {
  if (origin === undefined) return true;
  const from = URL.parse(origin);
  if (from === null || !/^https?:$/.test(from.protocol)) return false;
  if (from.host === URL.parse(`${from.protocol}//${host ?? ''}`)?.host) return true;
  const authority = { name: from.hostname, port: from.port || undefined };
  return allowedHosts.some((allowed) => matches(allowed, authority));
}

/** True for the names and addresses that lead to this machine only. */
export function isLoopback(name: string): boolean {
  const bare = name.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  return bare === 'localhost' || bare.endsWith('.localhost') || bare === '::1' || /^127(\.\d{1,3}){3}$/.test(bare);
}

function isAddress(name: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(name) || /^\[[0-9a-f:.]+\]$/.test(name);
}

function matches(allowed: string, { name, port }: Authority): boolean {
  const wanted = parseAuthority(allowed);
  return wanted?.name === name && (wanted.port === undefined || wanted.port === port);
}

function parseAuthority(text: string | undefined): Authority | undefined {
  const [, name, port] = /^(\[[0-9a-f:.]+\]|[a-z0-9_.-]+?)\.?(?::(\d{1,5}))?$/.exec(text?.toLowerCase() ?? '') ?? [];
  return name === undefined ? undefined : { name, port };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
