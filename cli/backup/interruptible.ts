import { AutoWeaveError } from '../../runtime/errors/errors.ts';

/** Runs work with a signal that aborts at Ctrl-C and its like, so that it can leave things in order; a second one ends the process. */
export async function interruptible<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const controller = new AbortController();
  const interrupt = (name: NodeJS.Signals) => {
    const reason = new AutoWeaveError('AW_INTERRUPTED', `Ended by ${name}`, { hint: 'run it again' });
    controller.abort(reason);
    for (const signal of SIGNALS) process.off(signal, interrupt);
  };
  for (const signal of SIGNALS) process.on(signal, interrupt);
  try {
    return await work(controller.signal);
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupt);
  }
}

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
