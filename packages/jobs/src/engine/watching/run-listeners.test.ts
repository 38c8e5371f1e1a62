import { beforeEach, expect, it } from 'vitest';
import type { JobEvent } from '../../core/model/events.ts';
import type { RunView } from '../../core/store/store-views.ts';
import type { JobEventListener } from '../ports/engine-port.ts';
import { listenToRuns } from './run-listeners.ts';

const turn = () => new Promise<void>((resolve) => void setImmediate(resolve));

let hear: JobEventListener;
let lines: string[];
/** By the id of the run. */
let typeOf: (runId: string) => string;
beforeEach(() => {
  lines = [];
  typeOf = () => 'work';
});

function viewOf(id: string): RunView {
  const origin = { id, jobUid: '1', trigger: 'manual', catchUp: false, missed: 0, queuedAt: 0 } as const;
  const run = {
    ...origin,
    status: 'succeeded',
    attempt: 1,
    recoveries: 0,
    finishedAt: 0,
    errors: [],
    result: id,
  } as const;
  return { run, jobId: 'job', jobName: 'Job', type: typeOf(id) };
}

function listen(listener: (runId: string) => unknown, onMissed?: () => unknown) {
  const log = (_: object, message: string) => void lines.push(message);
  return listenToRuns(
    {
      store: { getRun: async (id) => viewOf(id) },
      events: {
        subscribe: (heard) => {
          hear = heard;
          return { backlog: [], lastId: 0, unsubscribe: () => undefined };
        },
      },
      logger: { warn: log, error: log },
    },
    { events: ['run.succeeded'], type: 'work', listener: ({ run }) => listener(run.id) },
    { onMissed },
  );
}

const event = (runId: string, type: JobEvent['type'] = 'run.succeeded'): JobEvent => ({
  id: Number(runId),
  at: 0,
  type,
  jobId: 'job',
  runId,
});

it('a listener that does not keep up misses events, and is told once it has caught up', async () => {
  const { promise: slow, resolve } = Promise.withResolvers<void>();
  const got: string[] = [];
  let missed = 0;
  listen(
    (runId) => {
      got.push(runId);
      return slow;
    },
    () => {
      missed += 1;
    },
  );
  for (let n = 1; n <= 30_000; n++) hear(event(String(n)));
  resolve();
  await expect.poll(() => missed).toBe(1);
  expect(got).toHaveLength(10_000);
  expect(lines).toEqual(['a listener to events of runs is too slow: newer events were dropped']);
  hear(event('30001'));
  await expect.poll(() => got.at(-1)).toBe('30001');
});

it('a listener that unsubscribes itself gets no more of the events that wait', async () => {
  const got: string[] = [];
  const { unsubscribe } = listen((runId) => {
    got.push(runId);
    unsubscribe();
  });
  for (const id of ['1', '2', '3']) hear(event(id));
  for (let n = 0; n < 10; n++) await turn();
  expect(got).toEqual(['1']);
});

it('an event that was late does not hide a job of the type that has the id now', async () => {
  typeOf = (runId) => (runId === '2' ? 'other' : 'work');
  const { promise: slow, resolve } = Promise.withResolvers<void>();
  const got: string[] = [];
  listen((runId) => {
    got.push(runId);
    return slow;
  });
  hear(event('1'));
  hear(event('2'));
  hear({ ...event('0', 'job.deleted'), runId: undefined });
  hear(event('3'));
  resolve();
  await expect.poll(() => got).toEqual(['1', '3']);
  hear(event('4'));
  await expect.poll(() => got).toEqual(['1', '3', '4']);
});
