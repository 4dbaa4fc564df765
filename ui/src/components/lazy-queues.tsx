import { ErrorBoundary, lazy, Suspense } from 'solid-js';
import { GatewayError, toGatewayError } from '../gateway-error.ts';
import { ErrorNote } from './error-note.tsx';
import type { QueuesViewProps } from './queues-view.tsx';

/** Whoever never looks at queues does not load them. */
const LoadedQueues = lazy(async () => {
  try {
    const { QueuesView } = await import('./queues-view.tsx');
    return { default: QueuesView };
  } catch (cause) {
    throw new GatewayError('AW_PAGE_INCOMPLETE', 'The page cannot load its part about queues', {
      hint: 'Reload the page; it may be older than the gateway',
      cause,
    });
  }
});

export function LazyQueues(props: QueuesViewProps) {
  return (
    <ErrorBoundary fallback={(thrown) => <Failed thrown={thrown} />}>
      <Suspense fallback={<Loading />}>
        <LoadedQueues {...props} />
      </Suspense>
    </ErrorBoundary>
  );
}

function Loading() {
  return (
    <section class="panel" aria-label="Queues">
      <p class="empty" role="status">
        Loading
      </p>
    </section>
  );
}

function Failed(props: { readonly thrown: unknown }) {
  return (
    <section class="panel" aria-label="Queues">
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
