import { execute, type GraphQLSchema } from 'graphql';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Clock } from '../clock/clock.ts';
import { AutoWeaveError } from '../errors/errors.ts';
import type { Instruments } from '../telemetry/instruments.ts';
import type { Log } from '../telemetry/log.ts';
import { type Access, isHostAllowed, isLoopback, isOriginAllowed, type Principal } from './access.ts';
import { formatGraphqlError, formatRefusal } from './graphql-errors.ts';
import type { GatewayLimits } from './limits.ts';
import { prepareOperation, readOperationRequest } from './operation.ts';
import type { ContextFor } from './resolver.ts';
import { securityHeaders } from './security-headers.ts';
import type { GatewayServices } from './services.ts';
import type { StaticFiles } from './static-files.ts';

export interface HttpParts {
  readonly services: GatewayServices;
  readonly schema: GraphQLSchema;
  readonly files: StaticFiles;
  readonly access: Access;
  readonly bind: string;
  readonly allowedHosts: readonly string[];
  /** Known once the server listens. */
  readonly port: () => number;
  readonly contextFor: ContextFor;
  readonly limits: GatewayLimits;
  readonly clock: Clock;
  readonly log: Log;
  readonly instruments: Instruments;
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'OPTIONS']);
const ROUTES = new Set(['/graphql', '/healthz', '/readyz', '/metrics']);
const NOT_BUILT = `AutoWeave runs, but its page has not been built.
Next: stop it and run "npm start", which builds the page first. Everything else works: try "autoweave --help".
`;

/** What a request was found to be, for the handlers after. */
interface Found {
  readonly Variables: { readonly principal: Principal };
}

/** Everything of the gateway that is not a websocket. */
export function createHttpApp(parts: HttpParts): Hono<Found> {
  const { services, files, access, bind, allowedHosts, port, limits, clock, log, instruments } = parts;
  const app = new Hono<Found>();

  app.use(async (c, next) => {
    const startedAt = clock.monotonic();
    const host = c.req.header('host');
    // Probes come under any name, and what they are told is no secret.
    const isProbe = c.req.path === '/healthz' || c.req.path === '/readyz';
    if (!isProbe && !isHostAllowed(host, { bind, port: port(), allowedHosts })) {
      c.res = c.json(formatRefusal(wrongHost(host)), 421);
    } else {
      await next();
    }
    for (const [name, value] of Object.entries(securityHeaders(host))) c.res.headers.set(name, value);
    if (!c.res.headers.has('cache-control')) c.res.headers.set('cache-control', 'no-store');
    const route = ROUTES.has(c.req.path) ? c.req.path : 'page';
    const method = METHODS.has(c.req.method) ? c.req.method : 'other';
    instruments.httpRequests.add(1, { method, route, status: String(c.res.status) });
    instruments.httpDuration.record(clock.monotonic() - startedAt, { route });
  });

  app.get('/healthz', (c) => c.json({ status: 'alive' }));

  app.get('/readyz', (c) => {
    const { components } = services.health();
    const missing = components.filter(({ status }) => status !== 'OK').map(({ name, detail }) => ({ name, detail }));
    return services.isReady() ? c.json({ ready: true, missing }) : c.json({ ready: false, missing }, 503);
  });

  app.get('/metrics', async (c) => {
    // On loopback as open as the machine: whoever is on it may scrape. Elsewhere Prometheus has to show the token.
    if (!isLoopback(bind) && access(c.req.header('authorization')) === undefined) return refuse(c, noToken());
    return c.text(await services.metricsText(), 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
  });

  app.post(
    '/graphql',
    async (c, next) => {
      // A page of another origin can't send JSON without asking first, nor read what comes back; it need not try.
      if (!isOriginAllowed(c.req.header('origin'), c.req.header('host'), allowedHosts)) return refuse(c, wrongOrigin());
      const principal = access(c.req.header('authorization'));
      if (principal === undefined) return refuse(c, noToken());
      c.set('principal', principal);
      if (!/^application\/json\s*(;|$)/i.test(c.req.header('content-type') ?? '')) return refuse(c, notJson());
      await next();
    },
    bodyLimit({ maxSize: limits.bodyBytes, onError: (c) => refuse(c, tooLarge(limits.bodyBytes)) }),
    (c) => answerOperation(c, parts),
  );
  app.all('/graphql', (c) => refuse(c, wrongMethod(), { allow: 'POST' }));

  app.get('*', async (c) => {
    const acceptsGzip = /\bgzip\b/.test(c.req.header('accept-encoding') ?? '');
    const file = await files.find(c.req.path, acceptsGzip);
    if (file === 'not-built') return c.text(NOT_BUILT, 503);
    if (file === undefined) return refuse(c, notFound());
    return c.body(file.body, 200, { ...file.headers });
  });

  app.notFound((c) => refuse(c, notFound()));
  app.onError((error, c) => {
    log.error('http.failed', { method: c.req.method, path: c.req.path, error });
    return c.json(formatRefusal(new AutoWeaveError('AW_INTERNAL', 'Something unforeseen went wrong')), 500);
  });
  return app;
}

async function answerOperation(c: Context<Found>, { schema, limits, contextFor, log }: HttpParts): Promise<Response> {
  let request: ReturnType<typeof readOperationRequest>;
  try {
    request = readOperationRequest(await c.req.json());
  } catch (error) {
    return refuse(c, error instanceof AutoWeaveError ? error : badJson(error));
  }
  const prepared = prepareOperation(schema, request, limits);
  if ('length' in prepared) {
    return c.json({ errors: prepared.map((error) => formatGraphqlError(error, log)) }, 400);
  }
  if (prepared.operation === 'subscription') return refuse(c, noSubscription());
  const { data, errors } = await execute({
    schema,
    document: prepared.document,
    operationName: request.operationName ?? null,
    variableValues: request.variables ?? null,
    contextValue: contextFor(c.var.principal, c.req.header('traceparent')),
  });
  const formatted = errors?.map((error) => formatGraphqlError(error, log));
  // Without data nothing was executed: the variables were wrong.
  if (data === undefined) return c.json({ errors: formatted }, 400);
  return c.json(formatted === undefined ? { data } : { errors: formatted, data });
}

interface Refusal {
  readonly status: 400 | 401 | 403 | 404 | 405 | 413 | 415;
  readonly error: AutoWeaveError;
}

function refuse(c: Context, refusal: Refusal | AutoWeaveError, headers: Record<string, string> = {}): Response {
  const { status, error } = refusal instanceof AutoWeaveError ? { status: 400 as const, error: refusal } : refusal;
  if (status === 401) c.header('www-authenticate', 'Bearer');
  return c.json(formatRefusal(error), status, headers);
}

function refusal(status: Refusal['status'], code: string, message: string, hint?: string, cause?: unknown): Refusal {
  return { status, error: new AutoWeaveError(code, message, { cause, ...(hint === undefined ? {} : { hint }) }) };
}

function wrongHost(host: string | undefined): AutoWeaveError {
  return new AutoWeaveError('AW_HOST_REFUSED', `Cannot answer for host "${(host ?? '').slice(0, 100)}"`, {
    hint: 'use the address that start prints, or allow this name with AUTOWEAVE_ALLOWED_HOSTS',
  });
}

const wrongOrigin = () =>
  refusal(403, 'AW_ORIGIN_REFUSED', 'Cannot answer a page of another origin', 'allow it with AUTOWEAVE_ALLOWED_HOSTS');
const noToken = () =>
  refusal(
    401,
    'AW_TOKEN_REFUSED',
    'Token is missing or wrong',
    'send "Authorization: Bearer <token>"; the token stands in the URL that start prints and in the data directory',
  );
const notJson = () =>
  refusal(415, 'AW_QUERY_INVALID', 'Cannot read request: it is not application/json', 'set the content type');
const tooLarge = (bytes: number) =>
  refusal(413, 'AW_REQUEST_TOO_LARGE', `Cannot read request: it has more than ${bytes} bytes`);
const wrongMethod = () => refusal(405, 'AW_METHOD_REFUSED', 'Cannot answer: GraphQL is asked by POST, or by websocket');
const noSubscription = () =>
  refusal(400, 'AW_QUERY_INVALID', 'Cannot subscribe by POST', 'use a websocket with graphql-transport-ws');
const notFound = () => refusal(404, 'AW_NOT_FOUND', 'Nothing is here');
const badJson = (cause: unknown) =>
  refusal(400, 'AW_QUERY_INVALID', 'Cannot read request: its body is not JSON', undefined, cause);
