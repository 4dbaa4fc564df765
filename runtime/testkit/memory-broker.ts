import type { Bus, StreamName } from '../bus/bus.ts';
import { STREAMS, type StreamDefinition } from '../bus/streams.ts';
import type { Random } from '../clock/random.ts';
import type { SeededRandom } from '../clock/seeded-random.ts';
import { createFaultDraw, type FaultRates } from './broker-faults.ts';
import { createBrokerLink, type PlannedFault } from './broker-link.ts';
import { startFaultTimers } from './fault-timers.ts';
import { createLiveSubjects } from './live-subjects.ts';
import { createMemoryBus } from './memory-bus.ts';
import { createMemoryLive } from './memory-live.ts';
import { createMemoryStream, type MemoryStream, type WrongMode } from './memory-stream.ts';
import type { LabelledClock } from './pipe.ts';
import type { StreamView } from './stream-content.ts';

/**
 * A broker in memory with the streams of AutoWeave, for tests: what nats-server does to whoever uses the port
 * {@link Bus}, its faults included, on any clock. With a virtual clock and seeded randomness all of it repeats exactly.
 * `differential.test.ts` plays the same against a real server.
 */
export interface MemoryBroker {
  /** A connection of its own for each process. */
  connect(options: ConnectOptions): MemoryConnection;
  /** What is stored, without asking the broker: for checks at any moment, outages included. */
  stream(name: StreamName): StreamView;
  /** What goes wrong by itself from now on, instead of what did before. */
  setFaults(rates: FaultRates): void;
  /** No more faults; whatever is down comes back. */
  calm(): void;
  readonly isUp: boolean;
  /**
   * The server dies as by SIGKILL: every connection breaks, what was on the way is lost, streams stay. Ids of messages
   * that are no longer in their stream are forgotten, as a real server forgets them.
   */
  stop(): void;
  /** It is back; connections come back by themselves. */
  start(): void;
  /** Stops it, and starts it after a while. */
  restart(forMs: number): void;
  /** The stream answers nothing for a while: 503 to whoever asks, silence to its readers. */
  loseLeader(stream: StreamName, forMs: number): void;
}

export interface ConnectOptions {
  /** For labels and traces. */
  readonly name: string;
  /** Time at the client; the broker's own when absent. */
  readonly clock?: LabelledClock;
  readonly random?: Random;
  /** True for an observer that faults pass by; a dead server is away for it, too. */
  readonly isReliable?: boolean;
  /** Called at each loss of the connection and each return. */
  readonly onConnection?: (isConnected: boolean) => void;
}

export interface MemoryConnection {
  readonly name: string;
  readonly bus: Bus;
  readonly isConnected: boolean;
  /** This connection alone breaks; it comes back after so long, or when the seed says. */
  cut(forMs?: number): void;
  /** Whoever had it is dead: nothing is heard or sent any more, and what waits waits for ever. */
  kill(): void;
  /** Something goes wrong with the next request, or the next that matches. */
  failNext(planned: PlannedFault): void;
}

export interface MemoryBrokerOptions {
  readonly clock: LabelledClock;
  readonly random: SeededRandom;
  /** AutoWeave's own when absent. */
  readonly streams?: readonly StreamDefinition[];
  /** What the server takes at most, headers included; 8 MiB when absent, as in `nats.conf`. */
  readonly maxPayloadBytes?: number;
  /** Times on the way; 0.1 to 1.1 ms when absent, one in thirty up to 20 ms more. */
  readonly latencyMs?: (random: SeededRandom) => number;
  /** How late scheduled messages are delivered at most; 250 ms when absent, as measured. */
  readonly scheduleLatenessMs?: number;
  readonly faults?: FaultRates;
  /** For controls alone. */
  readonly wrong?: readonly WrongMode[];
}

const MIB = 1024 * 1024;
const HEADER_ROOM_BYTES = 16 * 1024;

export function createMemoryBroker(options: MemoryBrokerOptions): MemoryBroker {
  const { clock, random, latencyMs = usualLatency, maxPayloadBytes = 8 * MIB } = options;
  const wrong = new Set(options.wrong);
  const limits = {
    maxPayloadBytes,
    maxBodyBytes: Math.min(MIB, Math.floor(maxPayloadBytes / 4)),
    maxEntryBytes: Math.min(4 * MIB, maxPayloadBytes - HEADER_ROOM_BYTES),
  };
  const subjects = createLiveSubjects();
  const latencies = random.fork('latencies');
  const chances = random.fork('chances');
  const draw = createFaultDraw(random.fork('faults'));
  const links = new Set<{ readonly isReliable: boolean; readonly link: ReturnType<typeof createBrokerLink> }>();
  let rates: FaultRates = options.faults ?? {};
  let isUp = true;

  const streams = new Map<StreamName, MemoryStream>();
  for (const definition of options.streams ?? STREAMS) {
    const parts = {
      clock,
      random: random.fork(definition.name),
      incarnation: random.hex(8),
      maxMessageBytes: limits.maxBodyBytes + HEADER_ROOM_BYTES,
      scheduleLatenessMs: options.scheduleLatenessMs ?? 250,
      wrong,
    };
    streams.set(definition.name, createMemoryStream(definition, parts));
  }

  const stop = (): void => {
    if (!isUp) return;
    isUp = false;
    for (const { link } of links) link.lose();
    for (const stream of streams.values()) stream.stop();
  };
  const start = (): void => {
    if (isUp) return;
    isUp = true;
    for (const stream of streams.values()) stream.start();
    for (const { link } of links) link.restore();
  };
  const restart = (forMs: number): void => {
    stop();
    clock.schedule(forMs, start, 'the server starts again');
  };
  const loseLeader = (name: StreamName, forMs: number): void => {
    const stream = streams.get(name)!;
    stream.setLeader(false);
    clock.schedule(forMs, () => stream.setLeader(true), `${name} has a leader again`);
  };

  const timers = startFaultTimers(clock, draw, {
    outage: () => restart(draw.outageMs()),
    leaderChange: () => loseLeader(chances.pick([...streams.keys()]), draw.leaderlessMs()),
    cut() {
      const open = [...links].filter(({ isReliable }) => !isReliable);
      if (open.length > 0) chances.pick(open).link.cut();
    },
    connections: () => [...links].filter(({ isReliable }) => !isReliable).length,
  });
  timers.set(rates);

  const setFaults = (wanted: FaultRates): void => {
    rates = wanted;
    timers.set(wanted);
  };

  return {
    connect({
      name,
      clock: clientClock = clock,
      random: clientRandom = random.fork(name),
      isReliable = false,
      onConnection,
    }) {
      const link = createBrokerLink({
        name,
        clientClock,
        serverClock: clock,
        random: chances,
        draw,
        rates: () => (isReliable ? {} : rates),
        isServerUp: () => isUp,
        latencyMs: () => latencyMs(latencies),
        onConnection,
      });
      const entry = { isReliable, link };
      links.add(entry);
      link.onBroken(() => link.isClosed && links.delete(entry));
      if (!isUp) link.lose();
      const live = createMemoryLive({
        link,
        subjects,
        clock: clientClock,
        random: clientRandom,
        isRepeated: () => chances.chance(isReliable ? 0 : (rates.repeatAnswer ?? 0)),
      });
      const bus = createMemoryBus({
        link,
        live,
        clock: clientClock,
        streams,
        limits,
        status: () => ({ isConnected: link.isConnected && !link.isClosed, url: 'memory:', serverVersion: '2.15.1' }),
        tornLength: (length) => (wrong.has('tearsBatches') ? chances.integer(length) : 0),
      });
      return {
        name,
        bus,
        get isConnected() {
          return link.isConnected && !link.isClosed;
        },
        cut: link.cut,
        kill: link.kill,
        failNext: link.failNext,
      };
    },
    stream(name) {
      const stream = streams.get(name)!;
      return stream.hasLeader ? stream.content : stream.raw;
    },
    setFaults,
    calm() {
      setFaults({});
      start();
      for (const stream of streams.values()) stream.setLeader(true);
    },
    get isUp() {
      return isUp;
    },
    stop,
    start,
    restart,
    loseLeader,
  };
}

function usualLatency(random: SeededRandom): number {
  const isSlow = random.chance(1 / 30);
  return 0.1 + random.fraction() * (isSlow ? 20 : 1);
}
