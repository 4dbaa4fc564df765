import { createServer } from 'node:net';
import type { Random } from '../../clock/random.ts';
import { AutoWeaveError } from '../../errors/errors.ts';

/** Below the ports that systems give to outgoing connections, so that it is still free at the next start. */
const FIRST_PORT = 20_000;
const LAST_PORT = 29_999;
/** So many taken ones in a row mean that something else is wrong. */
const TRIES = 50;

/**
 * A port on 127.0.0.1 that nobody listens on now.
 *
 * @throws AW_PORT_IN_USE
 */
export async function choosePort(random: Random): Promise<number> {
  for (let tries = 0; tries < TRIES; tries++) {
    const port = FIRST_PORT + Math.floor(random.fraction() * (LAST_PORT - FIRST_PORT + 1));
    if (await isPortFree(port)) return port;
  }
  throw new AutoWeaveError('AW_PORT_IN_USE', `Cannot find a free port for nats-server: ${TRIES} were in use`, {
    hint: `free a port between ${FIRST_PORT} and ${LAST_PORT}`,
  });
}

/** True when one may listen on the port. Another may take it a moment later. */
export function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}
