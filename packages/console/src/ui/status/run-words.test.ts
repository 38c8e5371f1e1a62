import type { Run } from '@greenvue/jobs/client';
import { describe, expect, test } from 'vitest';
import { exampleError, exampleRun } from '../../../test/examples.ts';
import {
  attemptText,
  causeLine,
  errorLine,
  runNote,
  runStory,
  stacksText,
  waitedMs,
  waitsForRetry,
} from './run-words.ts';

const NOW = Date.parse('2026-01-31T09:10:00Z');
const LATER = '2026-01-31T09:20:00.000Z';

function story(run: Run, job?: Parameters<typeof runStory>[1]['job']): string {
  return runStory(run, { job, now: NOW })
    .map((sentence) => sentence.map((part) => (typeof part === 'string' ? part : part.at)).join(''))
    .join(' ');
}

const queued = (fields: Partial<Run> = {}): Run =>
  exampleRun({ status: 'queued', attempt: 0, started_at: null, finished_at: null, ...fields });

test('a successful run needs no explanation', () => {
  expect(story(exampleRun())).toBe('');
  expect(runNote(exampleRun())).toBe('');
});

describe('a catch-up run', () => {
  test('names the number of slots and their range', () => {
    const run = exampleRun({
      catch_up: true,
      missed: 3,
      missed_from: '2026-01-31T07:00:00.000Z',
      scheduled_for: '2026-01-31T09:00:00.000Z',
    });
    expect(story(run)).toBe(
      'The run catches up missed slots: it covers 3 slots, from 2026-01-31T07:00:00.000Z to 2026-01-31T09:00:00.000Z.',
    );
    expect(runNote(run)).toBe('Catches up 3 slots');
  });

  test('for one slot names no range', () => {
    const run = exampleRun({ catch_up: true, missed: 1, missed_from: '2026-01-31T09:00:00.000Z' });
    expect(story(run)).toContain('covers one slot, at 2026-01-31T09:00:00.000Z.');
  });
});

describe('a skipped slot', () => {
  test('names the live run as the reason', () => {
    const run = exampleRun({ status: 'skipped', reason: 'overlap', started_at: null });
    expect(story(run)).toContain('another run was live');
    expect(runNote(run)).toContain('Another run of the job was live');
  });

  test('says that it was missed and how many slots it stands for', () => {
    const run = exampleRun({
      status: 'skipped',
      reason: 'missed',
      missed: 1_200,
      missed_from: '2026-01-30T09:00:00.000Z',
      started_at: null,
    });
    expect(story(run)).toContain('This entry stands for 1,200 slots');
    // Under every catch-up policy: `all` leaves slots beyond a hundred to such a row.
    expect(story(run)).toContain('does not run it later');
    expect(story(run)).not.toContain('the job does not make up');
    expect(runNote(run)).toBe('No node could take these 1,200 slots in time');
  });
});

describe('a run that waits', () => {
  test('for another run', () =>
    expect(story(queued({ held: 'overlap' }))).toContain('until another run ends'));
  test('for the end of a pause', () =>
    expect(story(queued({ held: 'pause' }))).toContain('continues when the job is resumed'));
  test('for a pause with an end', () => {
    const pause = { reason: null, by: null, until: LATER, at: LATER };
    expect(story(queued({ held: 'pause' }), { timeout: '30m', pause })).toContain(`until ${LATER}`);
  });
  test('for its requested time', () => {
    expect(story(queued({ held: 'run_at', available_at: LATER }))).toBe(
      `The run was requested for ${LATER}.`,
    );
  });
  test('for its retry', () => {
    const run = queued({ attempt: 1, available_at: LATER, errors: [exampleError()] });
    expect(waitsForRetry(run, NOW)).toBe(true);
    expect(story(run)).toBe(`Attempt 1 failed. The next attempt is due at ${LATER}.`);
    expect(runNote(run)).toBe('Waits for its retry after: no route to host');
  });
  test('for a place', () =>
    expect(story(queued({ available_at: null }))).toContain('a node with a free place'));
  test('for a place once its retry is due', () => {
    const run = queued({ attempt: 1, available_at: '2026-01-31T09:00:00.000Z', errors: [exampleError()] });
    expect(waitsForRetry(run, NOW)).toBe(false);
    expect(story(run)).toContain('free place');
  });
});

test('recoveries are explained', () => {
  expect(story(exampleRun({ recoveries: 1 }))).toMatch(/^A node ended/);
  expect(story(exampleRun({ recoveries: 3 }))).toMatch(/^Nodes ended 3 times/);
});

test('a run that was lost twice says that it may be the cause', () => {
  const run = exampleRun({ status: 'queued', held: null, recoveries: 2, errors: [] });
  expect(story(run)).toContain('so the run may be the cause');
  expect(runNote(run)).toBe('Lost 2 times; waits, because one such run runs at a time');
});

test('a requested cancel comes first', () => {
  const run = exampleRun({ status: 'running', finished_at: null, cancel_requested: true, recoveries: 1 });
  expect(story(run)).toMatch(/^The handler was asked to stop/);
});

test('a run that exceeds its timeout says how to end it', () => {
  const job = { timeout: '1m', pause: null };
  const run = exampleRun({ status: 'running', finished_at: null });
  expect(story(run, job)).toContain('exceeds its timeout of 1m');
  expect(story(run, { ...job, timeout: '10m' })).toBe('');
  expect(story({ ...run, cancel_requested: true }, job)).toContain('cancel it by force');
});

test.each(['error', 'timeout', 'lost', 'payload_invalid', 'user', 'deleted'] as const)(
  'the end by %s is explained',
  (reason) => {
    const status = reason === 'user' || reason === 'deleted' ? 'cancelled' : 'failed';
    expect(story(exampleRun({ status, reason }))).toMatch(/^[A-Z].*\.$/);
    expect(runNote(exampleRun({ status, reason }))).not.toBe('');
  },
);

test('an invalid payload is to be fixed where it came from: the job or the run', () => {
  const refused = { status: 'failed', reason: 'payload_invalid' } as const;
  expect(story(exampleRun({ ...refused, payload: null }))).toContain('Edit the payload of the job');
  expect(story(exampleRun({ ...refused, payload: { n: 1 } }))).toContain('Run the job with another payload');
});

test('the note of a failed run is the first line of its last error', () => {
  const errors = [
    exampleError({ message: 'first' }),
    exampleError({ name: 'TypeError', message: 'x is\nnot y' }),
  ];
  expect(runNote(exampleRun({ status: 'failed', reason: 'error', errors }))).toBe('TypeError: x is');
});

test('an error without a message shows its name', () => {
  expect(errorLine({ name: 'AbortError', message: ' ' })).toBe('AbortError');
});

test('attempts', () => {
  expect(attemptText(exampleRun({ attempt: 2 }), 3)).toBe('2 of 3');
  expect(attemptText(exampleRun({ attempt: 2 }), undefined)).toBe('2');
  expect(attemptText(exampleRun({ attempt: 4 }), 3)).toBe('4');
  expect(attemptText(queued(), 3)).toBe('none yet');
  expect(attemptText(exampleRun({ status: 'skipped', attempt: 0 }), 3)).toBe('none');
});

test('the wait of a run lasts from its slot to its start, if known', () => {
  const run = exampleRun({ queued_at: '2026-01-31T08:59:59.900Z', started_at: '2026-01-31T09:00:00.250Z' });
  expect(waitedMs(run)).toBe(250);
  expect(waitedMs({ ...run, errors: [exampleError()] })).toBeUndefined();
  expect(waitedMs(queued())).toBeUndefined();
});

describe('the causes of an error', () => {
  const cause = { depth: 1, name: 'Error', message: 'refused\nby the server', code: null, stack: null };

  test('have a line each, with a code if the message lacks it', () => {
    expect(causeLine(cause)).toBe('Error: refused');
    expect(causeLine({ ...cause, code: 'ECONNREFUSED' })).toBe('Error: refused (ECONNREFUSED)');
    expect(causeLine({ ...cause, message: 'connect ECONNREFUSED', code: 'ECONNREFUSED' })).toBe(
      'Error: connect ECONNREFUSED',
    );
  });

  test('are below the stack', () => {
    const causes = [{ ...cause, stack: 'Error: refused\n at y' }, cause];
    expect(stacksText({ stack: 'TypeError: fetch failed\n at x', causes })).toBe(
      'TypeError: fetch failed\n at x\n\nCaused by Error: refused\n at y\n\nCaused by Error: refused',
    );
  });
});
