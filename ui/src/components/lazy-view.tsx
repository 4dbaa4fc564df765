import { type Component, ErrorBoundary, lazy, Suspense } from 'solid-js';
import { GatewayError, toGatewayError } from '../gateway-error.ts';
import { ErrorNote } from './error-note.tsx';

/**
 * A view whose code is loaded when it is first shown: whoever never looks at it does not load it.
 *
 * @param name what it is about, as in "about queues"
 */
export function lazyView<Props extends object>(name: string, load: () => Promise<Component<Props>>): Component<Props> {
  const Loaded = lazy(async () => {
    try {
      return { default: await load() };
    } catch (cause) {
      throw new GatewayError('AW_PAGE_INCOMPLETE', `The page cannot load its part about ${name}`, {
        hint: 'Reload the page; it may be older than the gateway',
        cause,
      });
    }
  });
  return (props) => (
    <ErrorBoundary fallback={(thrown) => <Failed name={name} thrown={thrown} />}>
      <Suspense fallback={<Loading name={name} />}>
        <Loaded {...props} />
      </Suspense>
    </ErrorBoundary>
  );
}

function Loading(props: { readonly name: string }) {
  return (
    <section class="panel" aria-label={props.name}>
      <p class="empty" role="status">
        Loading
      </p>
    </section>
  );
}

function Failed(props: { readonly name: string; readonly thrown: unknown }) {
  return (
    <section class="panel" aria-label={props.name}>
      <div class="empty">
        <ErrorNote error={toGatewayError(props.thrown)} />
        <p class="form-buttons">
          <button type="button" class="button" onClick={() => location.reload()}>
            Reload
          </button>
        </p>
      </div>
    </section>
  );
}
