/** Who listens at the server at this moment, subject by subject; nothing is kept. */
export interface LiveSubjects {
  /** @returns ends it */
  subscribe(subject: string, listener: LiveListener): () => void;
  /** Those who hear it, in the order in which they came. */
  listeners(subject: string): readonly LiveListener[];
}

export type LiveListener = (message: LiveMessage) => void;

export interface LiveMessage {
  /** The subject's last token, where one subscription covers many. */
  readonly token: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Gives an answer to who asked, from the server on. */
  readonly reply: (body: Uint8Array) => void;
}

export function createLiveSubjects(): LiveSubjects {
  const subjects = new Map<string, Set<LiveListener>>();
  return {
    subscribe(subject, listener) {
      const found = subjects.get(subject) ?? new Set();
      subjects.set(subject, found.add(listener));
      return () => {
        found.delete(listener);
        if (found.size === 0 && subjects.get(subject) === found) subjects.delete(subject);
      };
    },
    listeners: (subject) => [...(subjects.get(subject) ?? [])],
  };
}
