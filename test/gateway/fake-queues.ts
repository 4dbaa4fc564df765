import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import { DEFAULT_SETTINGS, type JobDetail, type JobOptions, type QueueSettings } from '../../runtime/queue/job.ts';
import type { JobFilter, JobQueue, Queues } from '../../runtime/queue/queue-api.ts';

/** Queues in memory that keep what was asked of them; nothing runs. */
export interface FakeQueues extends Queues {
  readonly queues: Map<string, FakeQueue>;
}

export interface FakeQueue extends JobQueue {
  /** What a test puts here is there. */
  readonly jobs: JobDetail[];
  /** Options of what was added, in order. */
  readonly added: JobOptions[];
  /** `promote 5`, in order. */
  readonly orders: string[];
  isPaused: boolean;
}

export function createFakeQueues(): FakeQueues {
  const queues = new Map<string, FakeQueue>();
  return {
    queues,
    async open(name) {
      const queue = queues.get(name) ?? createFakeQueue(name, () => queues.delete(name));
      queues.set(name, queue);
      return queue;
    },
    async get(name) {
      const queue = queues.get(name);
      if (queue !== undefined) return queue;
      throw new AutoWeaveError('AW_QUEUE_UNKNOWN', `No queue has the name "${name}"`, { hint: 'add a job to it' });
    },
    list: async () => [...queues.keys()].sort(),
    startWorker: () => Promise.reject(new Error('Nothing runs here')),
    async [Symbol.asyncDispose]() {},
  };
}

export function fakeJob(queue: string, id: string, more: Partial<JobDetail> = {}): JobDetail {
  return {
    id,
    queue,
    type: 'system.cleanup',
    state: 'waiting',
    priority: 0,
    attemptsMade: 0,
    attempts: 3,
    addedAt: Date.UTC(2026, 0, 2),
    failures: [],
    logs: [],
    partials: [],
    stalledCount: 0,
    options: {},
    ...more,
  };
}

function createFakeQueue(name: string, onGone: () => void): FakeQueue {
  let settings: QueueSettings = DEFAULT_SETTINGS;
  const order = async (verb: string, id: string, change: Partial<JobDetail>, ...rest: unknown[]) => {
    const at = queue.jobs.findIndex((job) => job.id === id);
    const job = queue.jobs[at];
    if (job === undefined) throw new AutoWeaveError('AW_JOB_UNKNOWN', `Queue "${name}" has no job "${id}"`);
    queue.orders.push(
      [verb, id, ...rest.filter((one) => one !== undefined).map((one) => JSON.stringify(one))].join(' '),
    );
    queue.jobs[at] = { ...job, ...change };
  };
  const matching = ({ state, type, addedBefore = Number.POSITIVE_INFINITY, limit }: JobFilter) =>
    queue.jobs
      .filter((job) => job.state === state && (type === undefined || job.type === type) && job.addedAt < addedBefore)
      .slice(0, limit);
  const take = (isWanted: (job: JobDetail) => boolean): number => {
    const kept = queue.jobs.filter((job) => !isWanted(job));
    const taken = queue.jobs.length - kept.length;
    queue.jobs.splice(0, queue.jobs.length, ...kept);
    return taken;
  };
  const add = (type: string, data: unknown, options: JobOptions = {}) => {
    const id = options.id ?? `j${queue.added.length + 1}`;
    queue.added.push(options);
    const isDuplicate = queue.jobs.some((job) => job.id === id);
    if (!isDuplicate) queue.jobs.push(fakeJob(name, id, { type, data, options }));
    return { id, isDuplicate };
  };

  const queue: FakeQueue = {
    name,
    jobs: [],
    added: [],
    orders: [],
    isPaused: false,
    async add(type, data, options) {
      if (type === 'no.such') throw new AutoWeaveError('AW_JOB_TYPE_UNKNOWN', `Type "${type}" is unknown`);
      return add(type, data, options);
    },
    addBulk: async (jobs) => jobs.map(({ type, data, options }) => add(type, data, options)),
    get: async (id) => queue.jobs.find((job) => job.id === id),
    async counts() {
      const count = (state: string) => queue.jobs.filter((job) => job.state === state).length;
      return {
        waiting: count('waiting'),
        active: count('active'),
        delayed: count('delayed'),
        completed: count('completed'),
        failed: count('failed'),
        isPaused: queue.isPaused,
        byPriority: [{ priority: 0, waiting: count('waiting') }],
        lagMs: 0,
        workers: 0,
      };
    },
    async list(state, { first = 50, after = '0' } = {}) {
      const all = queue.jobs.filter((job) => job.state === state);
      const end = Number(after) + first;
      return { jobs: all.slice(Number(after), end), ...(end < all.length ? { next: String(end) } : {}) };
    },
    promote: (id) => order('promote', id, { state: 'waiting' }),
    retry: (id, data) => order('retry', id, { state: 'waiting' }, data),
    remove: (id) => order('remove', id, { state: 'removed' }),
    cancel: (id, reason) => order('cancel', id, { state: 'cancelled' }, reason),
    async bulk(operation, filter, { isDryRun = false } = {}) {
      const found = matching(filter);
      if (!isDryRun) for (const { id } of found) await order(operation, id, {});
      return found.length;
    },
    async pause() {
      queue.isPaused = true;
    },
    async resume() {
      queue.isPaused = false;
    },
    drain: async ({ withDelayed = false } = {}) =>
      take(({ state }) => state === 'waiting' || (withDelayed && state === 'delayed')),
    async clean(state, graceMs, limit) {
      queue.orders.push(`clean ${state} ${graceMs} ${limit}`);
      return take((job) => job.state === state);
    },
    async obliterate(confirm) {
      if (confirm !== name) throw new AutoWeaveError('AW_QUEUE_UNCONFIRMED', `"${confirm}" is not "${name}"`);
      onGone();
    },
    settings: async () => settings,
    async configure(change) {
      settings = { ...settings, ...change };
      return settings;
    },
    async *events() {},
    async [Symbol.asyncDispose]() {},
  };
  return queue;
}
