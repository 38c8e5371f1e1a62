import { beforeEach, describe, expect, it } from 'vitest';
import type { NodeEvent } from '../../core/nodes/membership.ts';
import { createFakeClock, type FakeClock } from '../../testing/fake-clock.ts';
import { EventFeed } from './event-feed.ts';

let clock: FakeClock;
let told: NodeEvent[][];
let watched: boolean[];
let feed: EventFeed;
beforeEach(() => {
  clock = createFakeClock(Date.UTC(2026, 0, 1));
  told = [];
  watched = [];
  feed = new EventFeed({
    clock,
    logger: {
      error: (fields) => {
        throw fields;
      },
    },
    node: {
      watch: (is) => void watched.push(is),
      notify: (notice) => void (notice.kind === 'events' && told.push([...notice.events])),
    },
  });
});

const OTHERS = { count: 2, isWatching: false, types: {} };
const foreign: NodeEvent = { at: 5, type: 'run.started', jobId: 'b', runId: '9' };

describe('events between nodes', () => {
  it('are sent only while another node has subscribers, and in batches', () => {
    feed.othersChanged(OTHERS);
    feed.emit('run.started', 'a', '1');
    clock.advance(1_000);
    expect(told).toEqual([]);
    feed.othersChanged({ ...OTHERS, isWatching: true });
    for (let n = 0; n < 10; n++) feed.emit('run.started', 'a', String(n));
    feed.emit('job.updated', 'a');
    clock.advance(100);
    expect(told.map((batch) => batch.length)).toEqual([11]);
  });

  it('a flood is sent in part, and the rest is counted: above 200 a second, events of one job are combined', () => {
    feed.othersChanged({ ...OTHERS, count: 1, isWatching: true });
    for (let job = 0; job < 10; job++) {
      for (let n = 0; n < 300; n++) feed.emit('run.started', `job-${job}`, String(n));
    }
    clock.advance(3_000);
    const events = told.flat();
    expect(events.length).toBeLessThan(600);
    expect(events.reduce((sum, { count = 1 }) => sum + count, 0)).toBe(3_000);
  });

  it('events of other nodes enter the ring in order of arrival', () => {
    const seen: unknown[] = [];
    feed.subscribe((event) => seen.push(event));
    feed.receive([foreign]);
    feed.emit('run.started', 'a', '1');
    expect(seen).toMatchObject([
      { id: 1, at: 5, jobId: 'b', runId: '9' },
      { id: 2, jobId: 'a' },
    ]);
  });

  it('a subscriber that reconnects within a minute misses nothing; later, or after a lost connection between nodes, it gets a reset', () => {
    feed.othersChanged(OTHERS);
    const first = feed.subscribe(() => undefined);
    expect(watched).toEqual([true]);
    first.unsubscribe();
    clock.advance(59_000);
    feed.receive([foreign]);
    const second = feed.subscribe(() => undefined, first.lastId);
    expect(second.backlog).toMatchObject([{ runId: '9' }]);
    second.unsubscribe();
    clock.advance(60_000);
    expect(watched).toEqual([true, false]);
    expect(feed.subscribe(() => undefined, second.lastId).backlog).toBe('reset');
    const heard: unknown[] = [];
    feed.subscribe((event) => heard.push(event));
    feed.noticesMissed();
    expect(heard).toEqual(['reset']);
  });
});
