import type { Finding } from './check.ts';

/** What a check says, without its name. */
export type Look = Omit<Finding, 'name'>;

export function ok(detail: string): Look {
  return { status: 'ok', detail };
}

export function warn(detail: string, next: string): Look {
  return { status: 'warn', detail, next };
}

export function fail(detail: string, next: string): Look {
  return { status: 'fail', detail, next };
}
