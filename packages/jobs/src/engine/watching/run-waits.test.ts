import { beforeEach, describe, expect, it } from 'vitest';
import type { JobEvent } from '../../core/model/events.ts';
import type { RunView } from '../../core/store/store-views.ts';
import { createFakeClock, type FakeClock } from '../../testing/fake-clock.ts';
import type { JobEventListener } from '../ports/engine-port.ts';
import { RunWaits } from './run-waits.ts';

const OF = { runId: '1', jobId: 'job' };
const event = (fields: Partial<JobEvent>): JobEvent => ({
  id: 1,
  at: 0,
  type: 'run.succeeded',
  jobId: 'job',
  ...fields,
});
const turn = () => new Promise<void>((resolve) => void setImmediate(resolve));

function view(status: 'running' | 'succeeded'): RunView {
  const origin = { id: '1', jobUid: '1', trigger: 'manual', catchUp: false, missed: 0, queuedAt: 0 } as const;
  const run =
    status === 'running'
      ? ({ ...origin, status, held: 'no', availableAt: 0, failures: 0, recoveries: 0, errors: [] } as const)
      : ({ ...origin, status, attempt: 1, recoveries: 0, finishedAt: 0, errors: [] } as const);
  return { run, jobId: 'job', jobName: 'Job', type: 'work' };
}

describe('a wait for the end of a run', () => {
  let clock: FakeClock;
  let answer: () => Promise<RunView | undefined>;
  let reads: number;
  let listeners: Set<JobEventListener>;
  let waits: RunWaits;
  let ended: string[];
  beforeEach(() => {
    clock = createFakeClock(0);
    reads = 0;
    ended = [];
    listeners = new Set();
    answer = async () => view('running');
    waits = new RunWaits({
      clock,
      store: {
        getRun: () => {
          reads += 1;
          return answer();
        },
      },
      events: {
        subscribe: (listener) => {
          listeners.add(listener);
          return { backlog: [], lastId: 0, unsubscribe: () => void listeners.delete(listener) };
        },
      },
    });
  });
  const start = async (limits: Parameters<RunWaits['wait']>[1] = {}) => {
    waits.wait(OF, limits).then(
      ({ run }) => ended.push(run.status),
      (error: unknown) =>
        ended.push(error instanceof Error ? `${Reflect.get(error, 'code') ?? error.message}` : ''),
    );
    await turn();
  };
  const hear = async (heard: JobEvent | 'reset') => {
    for (const listener of listeners) listener(heard);
    await turn();
  };

  it.each([
    ['an event of the run', event({ runId: '1' })],
    ['a count of the events of its job', event({ type: 'runs.coalesced', count: 300 })],
    ['a reset', 'reset'],
  ] as const)('ends with %s, when the run has ended', async (_, heard) => {
    await start();
    expect(reads).toBe(1);
    await hear(event({ runId: '2' }));
    expect(reads).toBe(1);
    answer = async () => view('succeeded');
    await hear(heard);
    expect(ended).toEqual(['succeeded']);
    expect(listeners.size).toBe(0);
  });

  it('ends without any event, by a slow read', async () => {
    await start();
    answer = async () => view('succeeded');
    clock.advance(500);
    await turn();
    expect(ended).toEqual(['succeeded']);
  });

  it('reads less and less often, and no more once it has ended', async () => {
    await start();
    for (let seconds = 0; seconds < 60; seconds++) {
      clock.advance(1_000);
      await turn();
    }
    expect(reads).toBeGreaterThan(10);
    expect(reads).toBeLessThan(20);
    answer = async () => view('succeeded');
    await hear('reset');
    const last = reads;
    clock.advance(60_000);
    expect(reads).toBe(last);
  });

  it('reads again after an event that came during a read, and after a read that failed', async () => {
    const { promise, resolve } = Promise.withResolvers<RunView>();
    answer = () => promise;
    await start();
    await hear(event({ runId: '1' }));
    answer = () => Promise.reject(new Error('away'));
    resolve(view('running'));
    await turn();
    expect(reads).toBe(2);
    answer = async () => view('succeeded');
    clock.advance(500);
    await turn();
    expect(ended).toEqual(['succeeded']);
  });

  it('ends by its timeout, its signal, a run that is gone, and a stop', async () => {
    await start({ timeoutMs: 100 });
    clock.advance(100);
    await start({ signal: AbortSignal.abort(new Error('by the signal')) });
    const controller = new AbortController();
    await start({ signal: controller.signal });
    controller.abort(new Error('by a later signal'));
    answer = async () => undefined;
    await start();
    answer = async () => view('running');
    await start();
    waits.stop();
    await turn();
    expect(ended).toEqual(['timeout', 'by the signal', 'by a later signal', 'not_found', 'unavailable']);
    expect(listeners.size).toBe(0);
  });

  it('ends after one read when it begins after a stop, as when the run was made meanwhile', async () => {
    waits.stop();
    await start();
    answer = async () => view('succeeded');
    await start();
    expect(ended).toEqual(['unavailable', 'succeeded']);
    expect(listeners.size).toBe(0);
  });

  it('has the result of a run that ends just before a stop', async () => {
    await start();
    answer = async () => view('succeeded');
    waits.stop();
    await turn();
    expect(ended).toEqual(['succeeded']);
  });
});
