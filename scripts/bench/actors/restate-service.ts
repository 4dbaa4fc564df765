import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:http2';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A service of Restate in a process of its own: the same counter, as a virtual object. */

export interface ServiceStatus {
  /** Handlers that have run to their end, and when the last one did: milliseconds since 1970. */
  readonly runs: number;
  readonly lastAt: number;
}

/** What is used of `@restatedev/restate-sdk`, which is installed for a benchmark only. */
interface RestateSdk {
  object(definition: { readonly name: string; readonly handlers: Readonly<Record<string, unknown>> }): unknown;
  readonly handlers: { readonly object: { shared(handler: (ctx: ObjectContext) => Promise<unknown>): unknown } };
  createEndpointHandler(options: { readonly services: readonly unknown[] }): Parameters<typeof createServer>[1];
}

interface ObjectContext {
  get(name: string): Promise<number | null>;
  set(name: string, value: number): void;
}

const [folder = '', servicePort, statusPort] = process.argv.slice(2);
const entry = createRequire(join(folder, 'package.json')).resolve('@restatedev/restate-sdk');
const sdk = (await import(pathToFileURL(entry).href)) as RestateSdk;
const status = { runs: 0, lastAt: 0 };

const counter = sdk.object({
  name: 'counter',
  handlers: {
    async add(ctx: ObjectContext, number: number) {
      const total = ((await ctx.get('total')) ?? 0) + number;
      ctx.set('total', total);
      status.runs++;
      status.lastAt = Date.now();
      return total;
    },
    total: sdk.handlers.object.shared(async (ctx) => (await ctx.get('total')) ?? 0),
  },
});

createServer(sdk.createEndpointHandler({ services: [counter] })).listen(Number(servicePort), '127.0.0.1');
createHttpServer((_, response) => response.end(JSON.stringify(status))).listen(Number(statusPort), '127.0.0.1');
process.once('disconnect', () => process.exit(0));
