import type { Run } from '@greenvue/jobs/client';
import { runSchema } from '@greenvue/jobs/http';
import { describe, expect, test } from 'vitest';
import { exampleError, exampleJob, exampleRun } from '../../test/examples.ts';
import { runNote, waitsForRetry } from '../ui/status/run-words.ts';
import { explainRun } from './explain-run.ts';

const NOW = Date.parse('2026-01-31T09:10:00Z');
const LATER = '2026-01-31T09:20:00.000Z';

function explained(run: Run, job?: Parameters<typeof explainRun>[1]['job']): string {
  return explainRun(run, { job, now: NOW })
    .map((sentence) =>
      sentence
        .map((part) => (typeof part === 'string' ? part : 'at' in part ? part.at : `run ${part.runId}`))
        .join(''),
    )
    .join(' ');
}

const queued = (fields: Partial<Run> = {}): Run =>
  exampleRun({ status: 'queued', attempt: 0, started_at: null, finished_at: null, ...fields });

test('a successful run needs no explanation', () => {
  expect(explained(exampleRun())).toBe('');
  expect(runNote(exampleRun())).toBe('');
});

test('a failed run says that its slot was done later, and by which run', () => {
  const run = exampleRun({ status: 'failed', reason: 'error', slot_done_by: '748301942784999' });
  expect(explained(run)).toContain(
    'The slot of 2026-01-31T09:00:00.000Z was done later, by run 748301942784999.',
  );
  expect(explained({ ...run, slot_done_by: null })).not.toContain('was done later');
});

test('the retry of a run that caught up says in lists that it is a retry', () => {
  const missed = { catch_up: true, missed: 3, missed_from: '2026-01-31T07:00:00.000Z' };
  expect(runNote(exampleRun({ ...missed, retry_of: '17' }))).toBe('Manual retry of run 17');
});

describe('a catch-up run', () => {
  test('names the number of slots and their range', () => {
    const run = exampleRun({
      catch_up: true,
      missed: 3,
      missed_from: '2026-01-31T07:00:00.000Z',
      scheduled_for: '2026-01-31T09:00:00.000Z',
    });
    expect(explained(run)).toBe(
      'The run catches up missed slots: it covers 3 slots, from 2026-01-31T07:00:00.000Z to 2026-01-31T09:00:00.000Z.',
    );
    expect(runNote(run)).toBe('Catches up 3 slots');
  });

  test('for one slot names no range', () => {
    const run = exampleRun({ catch_up: true, missed: 1, missed_from: '2026-01-31T09:00:00.000Z' });
    expect(explained(run)).toContain('covers one slot, at 2026-01-31T09:00:00.000Z.');
  });
});

describe('a skipped slot', () => {
  test('names the live run as the reason', () => {
    const run = exampleRun({ status: 'skipped', reason: 'overlap', started_at: null });
    expect(explained(run)).toContain('another run was live');
    expect(runNote(run)).toContain('Another run of the job was live');
  });

  test('of a job that runs after another one names the end of the upstream run instead of a slot', () => {
    for (const reason of ['overlap', 'upstream'] as const) {
      const run = exampleRun({ status: 'skipped', reason, trigger: 'chain', scheduled_for: null });
      expect(explained(run)).toMatch(/^This run was skipped: .* when the upstream run ended/);
      expect(explained({ ...run, trigger: 'schedule' })).toMatch(/^This slot was skipped: /);
    }
  });

  test('by a gate says what the gate needs', () => {
    const run = exampleRun({ status: 'skipped', reason: 'upstream' });
    const gate = exampleJob({ only_if: { job: 'import', succeeded_within: '24h' } });
    expect(explained(run, gate)).toContain('The gate now needs a success of import in the 24h before.');
    expect(explained(run, exampleJob())).not.toContain('now needs');
  });

  test('says that it was missed and how many slots it stands for', () => {
    const run = exampleRun({
      status: 'skipped',
      reason: 'missed',
      missed: 1_200,
      missed_from: '2026-01-30T09:00:00.000Z',
      started_at: null,
    });
    expect(explained(run)).toContain('This entry covers 1,200 slots');
    // Under every catch-up policy: `all` leaves slots beyond a hundred to such a row.
    expect(explained(run)).toContain('does not run it later');
    expect(explained(run)).not.toContain('the job does not make up');
    expect(runNote(run)).toBe('No node was available in time (1,200 slots)');
  });
});

describe('a run that waits', () => {
  test('for another run', () =>
    expect(explained(queued({ held: 'overlap' }))).toContain('until another run ends'));
  test('for the end of a pause', () =>
    expect(explained(queued({ held: 'pause' }))).toContain('continues when the job is resumed'));
  test('for a pause with an end', () => {
    const pause = { reason: null, by: null, until: LATER, at: LATER };
    expect(explained(queued({ held: 'pause' }), exampleJob({ pause }))).toContain(`until ${LATER}`);
  });
  test('for its requested time', () => {
    expect(explained(queued({ held: 'run_at', available_at: LATER }))).toBe(
      `The run was requested for ${LATER}.`,
    );
  });
  test('for its retry', () => {
    const run = queued({ attempt: 1, available_at: LATER, errors: [exampleError()] });
    expect(waitsForRetry(run, NOW)).toBe(true);
    expect(explained(run)).toBe(`Attempt 1 failed. The next attempt is due at ${LATER}.`);
    expect(runNote(run)).toBe('Waits for its retry after: no route to host');
  });
  test('for the end of a window of its calendar', () =>
    expect(explained(queued({ available_at: LATER }))).toBe(`The run is due at ${LATER}.`));
  test('for a limit of its type', () => {
    const due = { available_at: '2026-01-31T09:00:00.000Z' };
    const waits = (waits_for: Run['waits_for']) => explained(queued({ ...due, waits_for }));
    expect(waits({ limit: 'running', value: 'acme' })).toBe(
      'The run waits for a limit for "acme": as many runs as it allows are running. The run starts when one of them ends.',
    );
    expect(waits({ limit: 'running', value: null })).toContain('a limit of its type');
    expect(waits({ limit: 'rate', value: 7 })).toContain('the rate limit for 7');
    // Not yet due: the time counts.
    expect(explained(queued({ available_at: LATER, waits_for: { limit: 'rate', value: null } }))).toBe(
      `The run is due at ${LATER}.`,
    );
  });
  test('for a place', () =>
    expect(explained(queued({ available_at: null }))).toContain('a node with a free place'));
  test('for a place once its retry is due', () => {
    const run = queued({ attempt: 1, available_at: '2026-01-31T09:00:00.000Z', errors: [exampleError()] });
    expect(waitsForRetry(run, NOW)).toBe(false);
    expect(explained(run)).toContain('free place');
  });
});

describe('a run with a checkpoint', () => {
  const saved = { checkpointed_at: '2026-01-31T09:05:00.000Z', steps_done: ['charge', 'mail'] };

  test('says what its next attempt continues from, and which steps are done', () => {
    const run = queued({ attempt: 1, available_at: LATER, errors: [exampleError()], ...saved });
    expect(explained(run)).toBe(
      `Attempt 1 failed. The next attempt is due at ${LATER}. The next attempt continues from the checkpoint of 2026-01-31T09:05:00.000Z. Steps done: charge, mail.`,
    );
  });

  test('says while it runs what an interruption would mean', () => {
    const run = exampleRun({ status: 'running', finished_at: null, ...saved, steps_done: [] });
    expect(explained(run)).toBe(
      'If the attempt is interrupted, the next one continues from the checkpoint of 2026-01-31T09:05:00.000Z.',
    );
  });
});

test('recoveries are explained', () => {
  expect(explained(exampleRun({ recoveries: 1 }))).toMatch(/^A node ended/);
  expect(explained(exampleRun({ recoveries: 3 }))).toMatch(/^Nodes ended 3 times/);
});

test('a run that was lost twice says that it may be the cause', () => {
  const run = exampleRun({ status: 'queued', held: null, recoveries: 2, errors: [] });
  expect(explained(run)).toContain('so the run may be the cause');
  expect(runNote(run)).toBe('Lost 2 times; such runs start one at a time');
});

test('a requested cancel comes first', () => {
  const run = exampleRun({ status: 'running', finished_at: null, cancel_requested: true, recoveries: 1 });
  expect(explained(run)).toMatch(/^The handler was asked to stop/);
});

test('a run that exceeds its timeout says how to end it', () => {
  const job = exampleJob({ timeout: '1m' });
  const run = exampleRun({ status: 'running', finished_at: null });
  expect(explained(run, job)).toContain('exceeds its timeout of 1m');
  expect(explained(run, { ...job, timeout: '10m' })).toBe('');
  expect(explained({ ...run, cancel_requested: true }, job)).toContain('cancel it by force');
});

test.each(runSchema.shape.reason.unwrap().options)('the end by %s is explained', (reason) => {
  expect(explained(exampleRun({ reason }))).toMatch(/^[A-Z].*\.$/);
  expect(runNote(exampleRun({ reason }))).toMatch(/^[A-Z].*[a-z]$/);
});

test('a reason that only a newer server knows is shown as it is', () => {
  const run: Run = JSON.parse(JSON.stringify({ ...exampleRun(), reason: 'full_moon' }));
  expect(explained(run)).toBe('');
  expect(runNote(run)).toBe('full_moon');
});

test('an error of the handler was in the last attempt, unless the handler wants no other one', () => {
  const failed = (name: string) =>
    explained(exampleRun({ status: 'failed', reason: 'error', errors: [exampleError({ name })] }));
  expect(failed('TypeError')).toBe('The handler threw an error in the last attempt. See the errors below.');
  expect(failed('PermanentError')).toBe(
    'The handler threw a PermanentError, so the run is not tried again. See the errors below.',
  );
});

test('an invalid payload is to be fixed where it came from: the job or the run', () => {
  const refused = { status: 'failed', reason: 'payload_invalid' } as const;
  expect(explained(exampleRun({ ...refused, payload: null }))).toContain('Edit the payload of the job');
  expect(explained(exampleRun({ ...refused, payload: { n: 1 }, payload_is_own: true }))).toContain(
    'Run the job with another payload',
  );
});

test('the note of a failed run is the first line of its last error', () => {
  const errors = [
    exampleError({ message: 'first' }),
    exampleError({ name: 'TypeError', message: 'x is\nnot y' }),
  ];
  expect(runNote(exampleRun({ status: 'failed', reason: 'error', errors }))).toBe('TypeError: x is');
});

describe('a failed run says how many attempts it had', () => {
  const failed = (errors: number, name = 'Error') =>
    exampleRun({
      status: 'failed',
      reason: 'error',
      errors: Array.from({ length: errors }, () => exampleError({ name })),
    });
  const job = exampleJob({ max_attempts: 3, overlap: 'skip' });

  test('and that the next slot took the place of the retry', () => {
    expect(explained(failed(2), job)).toMatch(
      /^Failed after 2 of 3 attempts; the third would have met the next slot\./,
    );
  });

  test('all of them', () => expect(explained(failed(3), job)).toMatch(/^Failed after 3 of 3 attempts\./));

  test('but blames no slot for an error that is final, or where no slot takes its place', () => {
    expect(explained(failed(2, 'PermanentError'), job)).not.toContain('attempts');
    expect(explained(failed(2), { ...job, overlap: 'queue' })).not.toContain('attempts');
    expect(explained(failed(2), { ...job, interval_mode: null })).not.toContain('attempts');
  });
});
