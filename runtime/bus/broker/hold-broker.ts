import { systemRandom } from '../../clock/random.ts';
import { systemClock } from '../../clock/system-clock.ts';
import { noLog } from '../../telemetry/log.ts';
import { startBroker } from './broker.ts';

/**
 * A program for tests: starts a broker, prints its process id and stays until it is killed.
 *
 *     node hold-broker.ts <data directory> <nats-server> <nats.conf>
 */
const [dataDirectory = '', serverPath = '', configFile = ''] = process.argv.slice(2);
const broker = await startBroker({
  dataDirectory,
  serverPath,
  configFile,
  clock: systemClock,
  random: systemRandom,
  log: noLog,
});
console.log(broker.pid);
