import type { ConnectionState, JobEvent, Reset } from '@greenvue/jobs/client';
import { expect, test, vi } from 'vitest';
import { type ManualTimers, manualTimers } from '../../test/manual-timers.ts';
import { followLive, type LiveState } from './follow.ts';

/** A page that follows a stream which the test controls. */
function follow(
  timers: ManualTimers,
  { isAnswered = () => true }: { readonly isAnswered?: () => boolean } = {},
) {
  const states: LiveState[] = [];
  const readAll = vi.fn(async () => undefined);
  const onEvent = vi.fn();
  let tell: (state: ConnectionState) => void = () => undefined;
  let deliver: (event: JobEvent | Reset) => void = () => undefined;
  let refuse: (error: Error) => void = () => undefined;
  let streams = 0;
  let open: AbortSignal | undefined;
  const follower = followLive({
    ...timers,
    events: ({ signal, onState }) => {
      streams += 1;
      open = signal;
      tell = onState;
      const queue: (JobEvent | Reset)[] = [];
      let wake: () => void = () => undefined;
      let fault: Error | undefined;
      deliver = (event) => {
        queue.push(event);
        wake();
      };
      refuse = (error) => {
        fault = error;
        wake();
      };
      signal.addEventListener('abort', () => wake());
      return (async function* () {
        while (!signal.aborted) {
          if (fault !== undefined) throw fault;
          const next = queue.shift();
          if (next === undefined) await new Promise<void>((resolve) => (wake = resolve));
          else yield next;
        }
      })();
    },
    onEvent,
    readAll,
    isAnswered: async () => isAnswered(),
    onState: (state) => states.push(state),
  });
  return {
    follower,
    states,
    last: () => states.at(-1),
    readAll,
    onEvent,
    tell: (state: ConnectionState) => tell(state),
    deliver: (event: JobEvent | Reset) => deliver(event),
    refuse: (error: Error) => refuse(error),
    streams: () => streams,
    isOpen: () => open !== undefined && !open.aborted,
  };
}

const EVENT: JobEvent = {
  id: 'x-1',
  at: '2026-01-01T00:00:00.000Z',
  type: 'run.started',
  job_id: 'a',
  run_id: '1',
  count: null,
  reason: null,
  by: null,
  error: null,
  data: null,
};

test('events are forwarded, and a reset reads everything', async () => {
  const timers = manualTimers();
  const page = follow(timers);
  page.tell('open');
  page.deliver(EVENT);
  await timers.advance(0);
  expect(page.last()).toEqual({ kind: 'live' });
  expect(page.onEvent).toHaveBeenCalledWith(EVENT);
  // Data read before the stream was open may be stale.
  expect(page.readAll).toHaveBeenCalledTimes(1);
  page.deliver({ type: 'reset' });
  await timers.advance(0);
  expect(page.readAll).toHaveBeenCalledTimes(2);
});

test('a stream that reopens soon causes no polling, and everything is read', async () => {
  const timers = manualTimers();
  const page = follow(timers);
  page.tell('open');
  await timers.advance(1_000);
  page.tell('lost');
  expect(page.last()).toEqual({ kind: 'reconnecting', since: 1_000 });
  await timers.advance(2_000);
  page.tell('open');
  await timers.advance(10_000);
  expect(page.last()).toEqual({ kind: 'live' });
  expect(page.readAll).toHaveBeenCalledTimes(2);
});

test('without a stream the page polls every five seconds and says so', async () => {
  const timers = manualTimers();
  const page = follow(timers);
  page.tell('lost');
  await timers.advance(3_000);
  expect(page.last()).toEqual({ kind: 'polling', since: 0 });
  await timers.advance(10_000);
  expect(page.readAll).toHaveBeenCalledTimes(3);
  page.tell('open');
  await timers.advance(60_000);
  expect(page.last()).toEqual({ kind: 'live' });
  expect(page.readAll).toHaveBeenCalledTimes(4);
});

test('without an answer the page is offline since the stream was lost', async () => {
  const timers = manualTimers();
  const page = follow(timers, { isAnswered: () => false });
  page.tell('open');
  await timers.advance(500);
  page.tell('lost');
  page.tell('lost');
  await timers.advance(3_000);
  expect(page.last()).toEqual({ kind: 'offline', since: 500 });
  // Every read fails.
  expect(page.readAll).toHaveBeenCalledTimes(1);
});

test('when the server answers again, the stream is reopened at once', async () => {
  const timers = manualTimers();
  let isThere = false;
  const page = follow(timers, { isAnswered: () => isThere });
  page.tell('lost');
  await timers.advance(8_000);
  expect(page.streams()).toBe(1);
  isThere = true;
  await timers.advance(5_000);
  expect(page.streams()).toBe(2);
  page.tell('open');
  await timers.advance(0);
  expect(page.last()).toEqual({ kind: 'live' });
  expect(page.readAll).toHaveBeenCalledTimes(1);
});

test('a permanent refusal leaves the page polling', async () => {
  const timers = manualTimers();
  const page = follow(timers);
  page.refuse(new Error('403'));
  await timers.advance(3_000);
  expect(page.last()).toEqual({ kind: 'polling', since: 0 });
});

test('a hidden tab closes its stream after a while and opens one when shown', async () => {
  const timers = manualTimers();
  const page = follow(timers);
  page.tell('open');
  page.follower.setHidden(true);
  await timers.advance(14_000);
  expect(page.isOpen()).toBe(true);
  await timers.advance(1_000);
  expect(page.isOpen()).toBe(false);
  expect(page.last()).toEqual({ kind: 'paused' });
  page.follower.setHidden(false);
  page.tell('open');
  await timers.advance(0);
  expect(page.streams()).toBe(2);
  expect(page.last()).toEqual({ kind: 'live' });
  expect(page.readAll).toHaveBeenCalledTimes(2);
});

test('a tab whose stream was refused only polls when it is shown again', async () => {
  const timers = manualTimers();
  const page = follow(timers);
  page.refuse(new Error('403'));
  await timers.advance(3_000);
  page.follower.setHidden(true);
  await timers.advance(15_000);
  expect(page.last()).toEqual({ kind: 'paused' });
  page.readAll.mockClear();
  page.follower.setHidden(false);
  await timers.advance(3_000);
  expect(page.last()).toMatchObject({ kind: 'polling' });
  expect(page.readAll).toHaveBeenCalledTimes(1);
  expect(page.streams()).toBe(1);
});

test('a tab hidden for a moment keeps its stream', async () => {
  const timers = manualTimers();
  const page = follow(timers);
  page.tell('open');
  page.follower.setHidden(true);
  await timers.advance(5_000);
  page.follower.setHidden(false);
  await timers.advance(60_000);
  expect(page.streams()).toBe(1);
  expect(page.isOpen()).toBe(true);
});

test('stopping closes the stream and clears the timers', async () => {
  const timers = manualTimers();
  const page = follow(timers);
  page.tell('lost');
  page.follower.setHidden(true);
  page.follower.stop();
  expect(timers.waiting()).toBe(0);
  expect(page.isOpen()).toBe(false);
});
