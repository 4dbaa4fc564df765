import { For, Show } from 'solid-js';
import { now } from '../create-now.ts';
import type { GatewayError } from '../gateway-error.ts';
import type { HealthQuery } from '../generated/operations.ts';
import { ageText, instantText } from '../time-text.ts';

type HealthState = HealthQuery['health'];
type Component = HealthState['components'][number];

export interface HealthProps {
  readonly health: HealthState | undefined;
  readonly error: GatewayError | null;
}

const STATUS_TEXT = { OK: 'OK', DEGRADED: 'Degraded', DOWN: 'Down' } as const;
const WHOLE_TEXT = { OK: 'All parts work', DEGRADED: 'Works, with limits', DOWN: 'Does not work' } as const;

export function Health(props: HealthProps) {
  return (
    <section class="health" aria-labelledby="health-title" data-testid="health">
      <div class="health-whole" data-status={wholeStatus(props.health)}>
        <h2 id="health-title">Health</h2>
        <Show when={props.health} fallback={<p class="whole">{props.error ? 'Not known' : 'Asking'}</p>}>
          {(health) => <p class="whole">{wholeText(health())}</p>}
        </Show>
        <Show when={props.error}>{(error) => <p class="health-error">{error().message}</p>}</Show>
      </div>
      <ul class="health-parts">
        <For each={props.health?.components}>{(component) => <Part component={component} />}</For>
      </ul>
    </section>
  );
}

function Part(props: { readonly component: Component }) {
  return (
    <li
      class="part"
      classList={{ absent: isWithoutUsb(props.component) }}
      data-testid="health-part"
      data-name={props.component.name}
      data-status={props.component.status}
    >
      <p class="part-name">
        <span class="dot" aria-hidden="true" />
        <span>{props.component.name}</span>
        <span class="part-status" classList={{ 'visually-hidden': props.component.status === 'OK' }}>
          {isWithoutUsb(props.component) ? 'Absent' : STATUS_TEXT[props.component.status]}
        </span>
        <time class="part-since" datetime={props.component.since} title={`Since ${instantText(props.component.since)}`}>
          {ageText(now(), Date.parse(props.component.since))}
        </time>
      </p>
      <p class="part-detail" title={props.component.detail}>
        <Show when={isWithoutUsb(props.component)} fallback={props.component.detail}>
          {props.component.code === 'USB_ABSENT' ? 'No USB bus here' : 'Not watched here'};{' '}
          <a href="#plug">plug a virtual device</a>
        </Show>
      </p>
    </li>
  );
}

function isOnlyWithoutUsb(health: HealthState): boolean {
  return health.components.every((component) => component.status === 'OK' || isWithoutUsb(component));
}

function wholeText(health: HealthState): string {
  if (!health.ready) return 'Not ready yet';
  return health.status === 'DEGRADED' && isOnlyWithoutUsb(health) ? 'Works, without USB' : WHOLE_TEXT[health.status];
}

function wholeStatus(health: HealthState | undefined): string {
  if (!health) return 'NONE';
  return health.status === 'DEGRADED' && isOnlyWithoutUsb(health) ? 'OK' : health.status;
}

/** A container or a cloud machine has no USB, and it may be switched off: nobody's fault, and virtual devices work. */
function isWithoutUsb(component: Component): boolean {
  return component.code === 'USB_ABSENT' || component.code === 'USB_OFF';
}
