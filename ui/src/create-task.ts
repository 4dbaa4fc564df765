import { type Accessor, createSignal } from 'solid-js';
import { type GatewayError, toGatewayError } from './gateway-error.ts';

/** Something that a person orders, one at a time. */
export interface Task {
  readonly isBusy: Accessor<boolean>;
  /** Why the last one failed; null once another one began. */
  readonly error: Accessor<GatewayError | null>;
  /** What the last one that went well has to say. */
  readonly done: Accessor<string>;
  /** Runs it, unless one is under way. Never rejects. */
  run(work: () => Promise<string>): Promise<void>;
}

export function createTask(): Task {
  const [isBusy, setBusy] = createSignal(false);
  const [error, setError] = createSignal<GatewayError | null>(null);
  const [done, setDone] = createSignal('');
  return {
    isBusy,
    error,
    done,
    async run(work) {
      if (isBusy()) return;
      setBusy(true);
      setError(null);
      setDone('');
      try {
        setDone(await work());
      } catch (thrown) {
        setError(toGatewayError(thrown));
      } finally {
        setBusy(false);
      }
    },
  };
}
