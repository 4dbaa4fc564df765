/**
 * Requests to a thread that does one at a time. What follows the actors and what is asked of it take turns, each in its
 * own order: many searches don't keep changes out, nor many changes the answers.
 */
export interface RequestLine {
  /** Searches that wait or are at work. */
  readonly searches: number;
  add(waiting: Waiting): void;
  /** The thread has answered, and goes on with the next one. */
  settle(id: number, how: (waiting: Waiting) => void): void;
  /** Nothing of it is answered any more. */
  giveUp(error: Error): void;
}

export type Call = 'position' | 'apply' | 'clear' | 'search' | 'counts';

export interface IndexRequest {
  readonly id: number;
  readonly call: Call;
  readonly values: readonly unknown[];
}

export interface Waiting {
  readonly request: IndexRequest;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** @param post gives a request to the thread; that it fails is told to who asked */
export function createRequestLine(post: (request: IndexRequest) => void): RequestLine {
  const lines = { following: [] as Waiting[], asking: [] as Waiting[] };
  let atWork: Waiting | undefined;
  let turn: keyof typeof lines = 'following';

  const next = (): void => {
    while (atWork === undefined) {
      const other = turn === 'following' ? 'asking' : 'following';
      const taken = lines[turn].shift() ?? lines[other].shift();
      if (taken === undefined) return;
      turn = lineOf(taken) === 'following' ? 'asking' : 'following';
      try {
        post(taken.request);
        atWork = taken;
      } catch (error) {
        taken.reject(error);
      }
    }
  };

  return {
    get searches() {
      return [atWork, ...lines.asking].filter((waiting) => waiting?.request.call === 'search').length;
    },
    add(waiting) {
      lines[lineOf(waiting)].push(waiting);
      next();
    },
    settle(id, how) {
      const settled = atWork;
      if (settled?.request.id !== id) return;
      atWork = undefined;
      how(settled);
      next();
    },
    giveUp(error) {
      const all = [atWork, ...lines.following.splice(0), ...lines.asking.splice(0)];
      atWork = undefined;
      for (const waiting of all) waiting?.reject(error);
    },
  };
}

function lineOf({ request: { call } }: Waiting): 'following' | 'asking' {
  return call === 'search' || call === 'counts' ? 'asking' : 'following';
}
