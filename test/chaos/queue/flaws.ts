import type { NatsBus } from '../../../runtime/bus/nats-bus.ts';
import type { Flaw } from './words.ts';

/** A bus that lets a worker do what it must not: for the controls. */
export function withFlaw(bus: NatsBus, flaw: Flaw): NatsBus {
  const { jobs } = bus;
  const flawed: Partial<NatsBus> =
    flaw === 'unfenced'
      ? {
          commit: (stream, messages) =>
            bus.commit(
              stream,
              stream === 'JOBLOG'
                ? messages.map(({ expectLastSequence: _sequence, expectLastOn: _subject, ...rest }) => rest)
                : messages,
            ),
        }
      : flaw === 'early'
        ? {
            jobs: {
              ...jobs,
              openPull: (consumer, onDelivery, onGone) =>
                jobs.openPull(
                  consumer,
                  (delivery) => {
                    jobs.acknowledge(delivery);
                    onDelivery(delivery);
                  },
                  onGone,
                ),
            },
          }
        : {
            jobs: {
              ...jobs,
              openLeaseBeat: async () => ({
                hold: () => -1,
                limit: () => undefined,
                release: () => undefined,
                [Symbol.asyncDispose]: async () => undefined,
              }),
            },
          };
  return {
    ...bus,
    get status() {
      return bus.status;
    },
    ...flawed,
  };
}
