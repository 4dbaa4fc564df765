import { type Accessor, createMemo, createSignal, onCleanup } from 'solid-js';
import type { DeviceFeed, PaintedEvent } from './create-device-feed.ts';
import type { GatewayClient } from './gateway-client.ts';
import { GatewayError, toGatewayError } from './gateway-error.ts';
import {
  PlugVirtualDeviceDocument,
  type PlugVirtualDeviceMutationVariables,
  TraceStepsDocument,
} from './generated/operations.ts';
import { PLUG_PRESETS, PRESET_VENDOR_ID, randomSerial } from './plug-presets.ts';
import { tourPath } from './tour-path.ts';
import { CLICK, PIXEL, type StoryStep, serverOriginMs, type TraceStep, toStory } from './trace-story.ts';
import { makeTraceContext } from './traceparent.ts';

/**
 * - `ready`: nothing has been done
 * - `running`: the click was made; until the row is painted and no step has come for a while
 * - `done`; or `failed`, with an error
 */
export type TourPhase = 'ready' | 'running' | 'done' | 'failed';

export interface Tour {
  readonly phase: Accessor<TourPhase>;
  /** The way from the press to the row: what came, and what is still expected while it runs. */
  readonly steps: Accessor<readonly StoryStep[]>;
  /** What else the device has led to. */
  readonly more: Accessor<readonly StoryStep[]>;
  /** Null before the first press. */
  readonly traceId: Accessor<string | null>;
  /** From the click to the painted row; null until it is painted. */
  readonly totalMs: Accessor<number | null>;
  readonly deviceId: Accessor<string | null>;
  readonly error: Accessor<GatewayError | null>;
  /** @param clickedAtMs when the browser says the press was, on `performance.now()`'s scale */
  run(clickedAtMs: number): Promise<void>;
}

/** Steps end at about the time of the last one; a longer silence means that no more will come. */
const QUIET_MS = 1500;
const ROW_TIMEOUT_MS = 15_000;
/** Each agent that listens adds about thirty. */
const STEPS_MAX = 500;
const PAINTED_KEPT = 200;
const CLICK_FILE = 'ui/src/create-tour.ts';
const PIXEL_FILE = 'ui/src/frame-batch.ts';

interface Run {
  readonly traceId: string;
  readonly clickedAtMs: number;
  /** The wall clock at the click. */
  readonly clickedEpochMs: number;
  readonly sentAtMs: number | null;
  readonly answeredAtMs: number | null;
  readonly painted: PaintedEvent | null;
  readonly spans: ReadonlyMap<string, TraceStep>;
}

/** Plugs one virtual device and follows it, by its trace, from the press of a button to the painted row. */
export function createTour(gateway: GatewayClient, feed: DeviceFeed): Tour {
  const [phase, setPhase] = createSignal<TourPhase>('ready');
  const [progress, setProgress] = createSignal<Run | null>(null);
  const [deviceId, setDeviceId] = createSignal<string | null>(null);
  const [error, setError] = createSignal<GatewayError | null>(null);
  let stop = () => {};
  onCleanup(() => stop());

  const story = createMemo(() => {
    const current = progress();
    return tourPath(current === null ? [] : storyOf(current));
  });
  const steps = createMemo<readonly StoryStep[]>(() => {
    const isOver = phase() === 'done' || phase() === 'failed';
    return isOver ? story().path.filter(({ state }) => state !== 'waiting') : story().path;
  });
  const totalMs = createMemo(() => {
    const current = progress();
    return current?.painted ? current.painted.paintedAtMs - current.clickedAtMs : null;
  });

  function update(change: Partial<Run>): void {
    setProgress((before) => before && { ...before, ...change });
  }

  async function run(clickedAtMs: number): Promise<void> {
    stop();
    const context = makeTraceContext((bytes) => crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>));
    const candidates: PaintedEvent[] = [];
    let session: string | null = null;
    let quietTimer: ReturnType<typeof setTimeout> | undefined;
    let rowTimer: ReturnType<typeof setTimeout> | undefined;

    setError(null);
    setDeviceId(null);
    setProgress({
      traceId: context.traceId,
      clickedAtMs,
      clickedEpochMs: Date.now() - (performance.now() - clickedAtMs),
      sentAtMs: null,
      answeredAtMs: null,
      painted: null,
      spans: new Map(),
    });
    setPhase('running');

    const unsubscribe = gateway.subscribe(TraceStepsDocument, () => ({ traceId: context.traceId }), {
      next: ({ traceSteps: step }) => {
        const spans = new Map(progress()?.spans);
        if (spans.size >= STEPS_MAX) return;
        spans.set(step.spanId, step);
        update({ spans });
        awaitQuiet();
      },
      // The steps are the show, not the act: without them the device is plugged all the same.
      ended: (cause) => cause && setError(cause),
    });
    const forget = feed.onPainted((painted) => {
      candidates.push(painted);
      if (candidates.length > PAINTED_KEPT) candidates.shift();
      findPixel();
    });
    stop = () => {
      unsubscribe();
      forget();
      clearTimeout(quietTimer);
      clearTimeout(rowTimer);
    };

    function findPixel(): void {
      if (progress()?.painted) return;
      const painted = candidates.find(
        ({ event }) => event.traceId === context.traceId || (session !== null && event.device.session === session),
      );
      if (!painted) return;
      clearTimeout(rowTimer);
      update({ painted });
      awaitQuiet();
    }

    function awaitQuiet(): void {
      if (!progress()?.painted) return;
      clearTimeout(quietTimer);
      quietTimer = setTimeout(() => finish('done'), QUIET_MS);
    }

    function finish(outcome: 'done' | 'failed', cause: GatewayError | null = null): void {
      stop();
      if (cause) setError(cause);
      setPhase(outcome);
    }

    rowTimer = setTimeout(() => {
      const message = `The device's row did not come within ${ROW_TIMEOUT_MS / 1000} s`;
      finish('failed', new GatewayError('AW_TOUR_TIMEOUT', message, { hint: 'Look at the health above' }));
    }, ROW_TIMEOUT_MS);

    try {
      const answer = gateway.request(
        PlugVirtualDeviceDocument,
        { input: tourDevice() },
        { traceparent: context.traceparent },
      );
      update({ sentAtMs: performance.now() });
      const { plugVirtualDevice: device } = await answer;
      session = device.session;
      setDeviceId(device.id);
      update({ answeredAtMs: performance.now() });
      findPixel();
    } catch (thrown) {
      finish('failed', toGatewayError(thrown));
    }
  }

  const more = () => story().more;
  const traceId = () => progress()?.traceId ?? null;
  return { phase, steps, more, traceId, totalMs, deviceId, error, run };
}

function tourDevice(): PlugVirtualDeviceMutationVariables['input'] {
  const { productId, manufacturer, product } = PLUG_PRESETS[0];
  return { vendorId: PRESET_VENDOR_ID, productId, manufacturer, product, serial: randomSerial('TOUR') };
}

function storyOf(run: Run): StoryStep[] {
  const fromClick = (atMs: number) => atMs - run.clickedAtMs;
  const story: StoryStep[] = [];
  if (run.sentAtMs !== null) {
    const durationMs = fromClick(run.sentAtMs);
    story.push({ ...browserStep(CLICK, 'You press the button', CLICK_FILE), startMs: 0, durationMs });
    story.push(...toStory(run.spans.values(), serverOrigin(run, durationMs)));
  }
  if (run.painted) {
    const startMs = fromClick(run.painted.receivedAtMs);
    const durationMs = run.painted.paintedAtMs - run.painted.receivedAtMs;
    story.push({ ...browserStep(PIXEL, 'The row is on your screen', PIXEL_FILE), startMs, durationMs });
  }
  return story;
}

function browserStep(name: string, title: string, file: string) {
  const told = { about: '', problem: null, attributes: {}, parentId: null, depth: 0 } as const;
  return { ...told, id: name, state: 'done', title, name, file } as const;
}

function serverOrigin(run: Run, sentMs: number): number {
  let first: TraceStep | null = null;
  let mutation: TraceStep | null = null;
  for (const step of run.spans.values()) {
    if (!first || step.offsetUs < first.offsetUs) first = step;
    if (step.name === 'gateway.mutation') mutation = step;
  }
  return serverOriginMs({
    sentMs,
    answeredMs: run.answeredAtMs === null ? null : run.answeredAtMs - run.clickedAtMs,
    claimedMs: first ? Date.parse(first.startedAt) - first.offsetUs / 1000 - run.clickedEpochMs : sentMs,
    mutationMs: mutation ? mutation.durationUs / 1000 : null,
  });
}
