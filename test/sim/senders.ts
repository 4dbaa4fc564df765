import { openActorClient } from '../../runtime/actor/client.ts';
import type { Bus, Inbox } from '../../runtime/bus/bus.ts';
import { isPassing } from '../../runtime/bus/bus-errors.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import type { Headers } from '../../runtime/message/message.ts';
import { noTracer } from '../../runtime/telemetry/spans.ts';
import type { SimulatedProcess, Simulation } from '../../runtime/testkit/testkit.ts';
import { CONTRACTS } from './definitions.ts';
import { type Order, TENANT } from './rules.ts';
import { textOf } from './stored.ts';
import { Violation } from './violation.ts';

/** What a sender is to send, and what it knows of it. It outlives the sender's process, as a file would. */
export interface Errand {
  readonly actor: string;
  readonly key: string;
  readonly type: string;
  /** Its tag is the id of the message. */
  readonly order: Order;
  /** Time before it, in ms. */
  readonly waitMs: number;
  readonly isCall: boolean;
  /** `open`: it may have been stored, or not. */
  fate: 'open' | 'stored';
  /** Of a call that has ended. */
  outcome?: { readonly value: unknown } | { readonly code: string };
}

/** Errands that follow one another: the next begins when the one before is stored. */
export type Lane = readonly Errand[];

export interface Sender {
  readonly process: SimulatedProcess;
  readonly isDone: boolean;
  /** @throws Violation when a call was answered twice, and not the same */
  look(): void;
  /** Begins a new life after a death. A call that was under way is given up, a command is repeated under its id. */
  revive(): void;
}

const CALL_MS = 10_000;
const PAUSE_MS = 100;

export function startSender(simulation: Simulation, name: string, lanes: readonly Lane[]): Sender {
  const positions = lanes.map(() => 0);
  /** By inbox and token: what a call was told. */
  const answers = new Map<string, string>();
  let problem: Violation | undefined;
  let process: SimulatedProcess;

  const hear = (question: string, headers: Headers, body: Uint8Array): void => {
    if (headers['aw-status'] !== 'ok') return;
    const text = textOf({ body });
    const before = answers.get(question) ?? text;
    answers.set(question, before);
    if (before !== text) problem ??= new Violation(`A call of ${name} was answered with ${before} and with ${text}`);
  };

  const live = (): void => {
    process = simulation.process(name);
    const { clock, random } = process;
    const bus = overhear(process.bus, (question, headers, body) => hear(question, headers, body));
    const client = openActorClient({ bus, clock, random, contracts: CONTRACTS, tracer: noTracer });

    const call = async ({ actor, key, type, order }: Errand): Promise<NonNullable<Errand['outcome']>> => {
      try {
        const options = { id: order.tag, source: name, timeoutMs: CALL_MS };
        return { value: await client.call({ tenant: TENANT, actor, key }, type, order, options) };
      } catch (error) {
        return { code: error instanceof AutoWeaveError ? error.code : String(error) };
      }
    };

    const store = async ({ actor, key, type, order }: Errand): Promise<void> => {
      while (true) {
        try {
          await client.send({ tenant: TENANT, actor, key }, type, order, { id: order.tag, source: name });
          return;
        } catch (error) {
          if (!isPassing(error)) throw error;
          await clock.sleep(PAUSE_MS);
        }
      }
    };

    const walk = async (lane: Lane, index: number): Promise<void> => {
      while (positions[index]! < lane.length) {
        const errand = lane[positions[index]!]!;
        await clock.sleep(errand.waitMs);
        if (errand.isCall) {
          // A call is not repeated: a second one under its id would wait for an answer that went to the first.
          positions[index]!++;
          errand.outcome = await call(errand);
        } else {
          await store(errand);
          errand.fate = 'stored';
          positions[index]!++;
        }
      }
    };
    for (const [index, lane] of lanes.entries()) void walk(lane, index);
  };

  live();
  return {
    get process() {
      return process;
    },
    get isDone() {
      return lanes.every(
        (lane, index) =>
          positions[index] === lane.length && lane.every(({ isCall, outcome }) => !isCall || outcome !== undefined),
      );
    },
    look() {
      if (problem !== undefined) throw problem;
    },
    revive() {
      for (const [index, lane] of lanes.entries()) {
        const last = lane[positions[index]! - 1];
        if (last?.isCall) last.outcome ??= { code: 'SIM_CALLER_DIED' };
      }
      live();
    },
  };
}

/** A bus whose answers somebody else hears, too. */
function overhear(bus: Bus, hear: (question: string, headers: Headers, body: Uint8Array) => void): Bus {
  return {
    ...bus,
    get status() {
      return bus.status;
    },
    openInbox(onAnswer) {
      const inbox: Inbox = bus.openInbox((token, headers, body) => {
        hear(inbox.replyTo(token), headers, body);
        onAnswer(token, headers, body);
      });
      return inbox;
    },
  };
}
