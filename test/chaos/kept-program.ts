import { startKeeper } from './keeper.ts';
import { startProgram } from './program.ts';

/** For keeper.test.ts: keeps a process that is stopped, says its pid and the directory, and waits to be killed. */

const keeper = await startKeeper();
const sleeper = startProgram([process.execPath, '-e', 'setInterval(() => {}, 1_000)'], { keeper });
sleeper.signal('SIGSTOP');
process.stdout.write(`${JSON.stringify({ pid: sleeper.pid, directory: keeper.directory })}\n`);
