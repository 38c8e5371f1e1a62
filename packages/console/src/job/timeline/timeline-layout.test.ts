import type { Run } from '@greenvue/jobs/client';
import { describe, expect, test } from 'vitest';
import { exampleError, exampleRun } from '../../../test/examples.ts';
import { nearestMark, spanFor, timelineLayout } from './timeline-layout.ts';

const FROM = Date.parse('2026-01-31T09:00:00Z');
const SECOND = 1_000;
/** One pixel per second, for a thousand seconds. */
const WINDOW = { from: FROM, to: FROM + 1_000 * SECOND, width: 1_000 };
const NOW = FROM + 900 * SECOND;

const at = (seconds: number): string => new Date(FROM + seconds * SECOND).toISOString();

function ran(id: string, from: number, to: number, fields: Partial<Run> = {}): Run {
  return exampleRun({ id, queued_at: at(from), started_at: at(from), finished_at: at(to), ...fields });
}

const one = (run: Run) => timelineLayout([run], WINDOW, NOW).marks[0];

describe('a run', () => {
  test('is a bar from its start to its end', () => {
    expect(one(ran('1', 100, 160))).toMatchObject({ kind: 'bar', lane: 0, bar: { x: 100, width: 60 } });
  });

  test('without duration is still visible', () => {
    expect(one(ran('1', 100, 100))?.bar.width).toBeGreaterThanOrEqual(3);
  });

  test('at the end of the window stays inside the drawing', () => {
    const bar = one(ran('1', 1_000, 1_000))?.bar;
    expect(bar).toEqual({ x: 997, width: 3 });
  });

  test('that is running reaches to now', () => {
    expect(one(ran('1', 800, 0, { status: 'running', finished_at: null }))?.bar).toEqual({
      x: 800,
      width: 100,
    });
  });

  test('that started before the window is cut off at its edge', () => {
    expect(one(ran('1', -50, 20))?.bar).toEqual({ x: 0, width: 20 });
  });

  test('outside of the window is left out', () => {
    expect(timelineLayout([ran('1', -50, -20), ran('2', 1_200, 1_300)], WINDOW, NOW).marks).toEqual([]);
  });

  test('with earlier attempts has a wait before its bar and a cross for each failure', () => {
    const mark = one(
      ran('1', 200, 210, {
        queued_at: at(100),
        attempt: 3,
        errors: [exampleError({ at: at(110) }), exampleError({ attempt: 2, at: at(150) })],
      }),
    );
    expect(mark).toMatchObject({
      wait: { x: 100, width: 100 },
      failures: [110, 150],
      bar: { x: 200, width: 10 },
    });
  });

  test('that waits for its retry shows the time of the retry', () => {
    const mark = one(
      ran('1', 800, 0, {
        status: 'queued',
        finished_at: null,
        available_at: at(950),
        errors: [exampleError({ at: at(820) })],
      }),
    );
    expect(mark).toMatchObject({ kind: 'wait', bar: { x: 800, width: 100 }, due: 950, failures: [820] });
  });

  test('that is held shows no due time', () => {
    const held = ran('1', 800, 0, {
      status: 'queued',
      started_at: null,
      finished_at: null,
      held: 'pause',
      available_at: at(950),
    });
    expect(one(held)).toMatchObject({ kind: 'wait', due: undefined });
  });

  test('that was cancelled before it started is a wait', () => {
    const cancelled = ran('1', 100, 300, { status: 'cancelled', reason: 'user', started_at: null });
    expect(one(cancelled)).toMatchObject({ kind: 'wait', bar: { x: 100, width: 200 } });
  });

  test('that catches up missed slots covers them', () => {
    const mark = one(ran('1', 500, 510, { catch_up: true, missed: 5, missed_from: at(100) }));
    expect(mark?.covers).toEqual({ x: 100, width: 400 });
  });
});

describe('a skipped slot', () => {
  const skipped = (id: string, slot: number, fields: Partial<Run> = {}) =>
    exampleRun({
      id,
      status: 'skipped',
      reason: 'overlap',
      scheduled_for: at(slot),
      queued_at: at(slot + 1),
      started_at: null,
      finished_at: at(slot + 1),
      ...fields,
    });

  test('is at its slot, below all lanes', () => {
    const { marks, lanes } = timelineLayout(
      [skipped('3', 120), ran('2', 110, 400), ran('1', 100, 400)],
      WINDOW,
      NOW,
    );
    expect(lanes).toBe(2);
    expect(marks.find(({ run }) => run.id === '3')).toMatchObject({ kind: 'skip', lane: 2, bar: { x: 120 } });
  });

  test('uses no lane of runs', () => {
    const { marks } = timelineLayout([ran('2', 120, 130), skipped('1', 119)], WINDOW, NOW);
    expect(marks.find(({ run }) => run.id === '2')?.lane).toBe(0);
  });

  test('for many missed slots covers them', () => {
    expect(one(skipped('1', 300, { reason: 'missed', missed: 3, missed_from: at(100) }))?.covers).toEqual({
      x: 100,
      width: 200,
    });
  });
});

describe('lanes', () => {
  test('consecutive runs share a lane', () => {
    const { lanes } = timelineLayout([ran('2', 200, 250), ran('1', 100, 150)], WINDOW, NOW);
    expect(lanes).toBe(1);
  });

  test('parallel runs get different lanes, and lanes are reused', () => {
    const { marks } = timelineLayout(
      [ran('3', 160, 200), ran('2', 120, 300), ran('1', 100, 150)],
      WINDOW,
      NOW,
    );
    expect(marks.map(({ run, lane }) => [run.id, lane])).toEqual([
      ['1', 0],
      ['2', 1],
      ['3', 0],
    ]);
  });

  test('are bounded: more runs at once than lanes are counted instead', () => {
    const runs = Array.from({ length: 50 }, (_, index) => ran(String(index), 100 + index, 800));
    expect(timelineLayout(runs, WINDOW, NOW)).toMatchObject({ lanes: 3, density: { most: 50 } });
    expect(timelineLayout(runs.slice(0, 6), WINDOW, NOW)).toMatchObject({ lanes: 6, density: undefined });
  });

  test('at least one exists', () => {
    expect(timelineLayout([], WINDOW, NOW)).toEqual({ marks: [], lanes: 1 });
  });
});

describe('the nearest mark', () => {
  const { marks } = timelineLayout([ran('2', 200, 203), ran('1', 100, 160)], WINDOW, NOW);
  const near = (x: number, lane = 0) => nearestMark(marks, { x, lane, laneHeight: 26 }, 24)?.run.id;

  test('is the one under the point', () => expect(near(130)).toBe('1'));
  test('is found beside a narrow bar', () => expect(near(215)).toBe('2'));
  test('is undefined when all marks are far', () => expect(near(500)).toBeUndefined());
  test('of two equally near marks is the newer one', () => {
    const same = timelineLayout([ran('2', 300, 300), ran('1', 300, 300)], WINDOW, NOW).marks.map((mark) => ({
      ...mark,
      lane: 0,
    }));
    expect(nearestMark(same, { x: 300, lane: 0, laneHeight: 26 }, 24)).toBe(same[1]);
  });
  test('counts a distance for other lanes', () => expect(near(130, 1)).toBeUndefined());
});

describe('the span', () => {
  const every = (seconds: number, count: number): Run[] =>
    Array.from({ length: count }, (_, index) =>
      ran(String(index), 900 - index * seconds, 901 - index * seconds),
    );

  test('is short for frequent runs', () => expect(spanFor(every(1, 200), NOW)).toBe('10m'));
  test('is long enough for a dozen runs', () => expect(spanFor(every(300, 50), NOW)).toBe('1h'));
  test('shows all runs if there are few', () => expect(spanFor(every(43_200, 5), NOW)).toBe('7d'));
  test('is at most the longest one', () => expect(spanFor(every(30 * 86_400, 5), NOW)).toBe('30d'));
  test('without runs is a day', () => expect(spanFor([], NOW)).toBe('24h'));
});
