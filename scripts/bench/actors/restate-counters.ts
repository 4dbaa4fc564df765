import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { until } from '../../../test/harness/until.ts';
import { CALL_TIMEOUT_MS, type Counters, SETTLE_MS, type Target } from './counters.ts';
import type { ServiceStatus } from './restate-service.ts';

/** Connections at once; what is asked beyond waits for one of them. */
const CONNECTIONS = 200;
const READS = 50;

/** The counters of Restate, through its HTTP ingress over connections that stay open. */
export function openRestateCounters({ ingressPort, servicePort }: Extract<Target, { kind: 'restate' }>): Counters {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const post = (path: string, body: string) => ask(agent, ingressPort, 'POST', `/counter/${path}`, body);
  const status = async () => JSON.parse(await ask(agent, servicePort, 'GET', '/', '')) as ServiceStatus;
  const totalOf = async (key: string) => Number(await post(`${key}/total`, ''));
  let sent = 0;

  return {
    async add(key) {
      sent++;
      return Number(await post(`${key}/add`, '1'));
    },
    send(key) {
      sent++;
      return post(`${key}/add/send`, '1');
    },
    async settle(totals) {
      await until(async () => (await status()).runs >= sent, `${sent} runs`, { patienceMs: SETTLE_MS });
      const open = [...totals];
      const read = async () => {
        for (let next = open.shift(); next !== undefined; next = open.shift()) {
          const [key, total] = next;
          await until(async () => (await totalOf(key)) === total, `the total of "${key}" to be ${total}`);
        }
      };
      await Promise.all(Array.from({ length: READS }, read));
      // When the last handler ran is a little before its effect was committed: to Restate's favour.
      return (await status()).lastAt;
    },
    async settleKeys() {
      throw new Error('Only AutoWeave is filled with keys');
    },
    async [Symbol.asyncDispose]() {
      agent.destroy();
    },
  };
}

function ask(agent: Agent, port: number, method: string, path: string, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = body === '' ? {} : { 'content-type': 'application/json', 'content-length': body.length };
    const options = { agent, host: '127.0.0.1', port, method, path, headers, timeout: CALL_TIMEOUT_MS };
    const sent = request(options, (answer) => {
      text(answer).then((said) => {
        if (answer.statusCode! < 300) resolve(said);
        else reject(new Error(`Restate answered ${answer.statusCode} to ${path}: ${said}`));
      }, reject);
    });
    sent.once('timeout', () => sent.destroy(new Error(`No answer to ${path} within ${CALL_TIMEOUT_MS} ms`)));
    sent.once('error', reject);
    sent.end(body);
  });
}
