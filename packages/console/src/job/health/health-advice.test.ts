import type { Job, Stats } from '@greenvue/jobs/client';
import { describe, expect, test } from 'vitest';
import { exampleError, exampleJob, exampleRun } from '../../../test/examples.ts';
import { healthAdvice, runToLookAt } from './health-advice.ts';

type Status = Job['health']['status'];

function jobThatIs(status: Status, fields: Partial<Job> = {}, reason: string | null = null): Job {
  return exampleJob({ health: { status, reason, since: null }, ...fields });
}

function nodes(...parts: Partial<Stats['nodes'][number]>[]): Stats {
  return {
    now: '2026-01-31T09:00:00.000Z',
    paused_all: null,
    jobs: { active: 1, paused: 0, finished: 0 },
    runs: { queued: 0, held: 0, running: 0, due_since: null },
    health: {
      no_handler: 0,
      zombie: 0,
      overdue: 0,
      no_upstream: 0,
      failing: 0,
      late: 1,
      slow: 0,
      overrunning: 0,
      paused: 0,
      ok: 0,
    },
    last_minute: {
      started: 0,
      finished: { succeeded: 0, failed: 0, cancelled: 0, retried: 0 },
      lateness_ms: null,
    },
    minutes: [],
    hours: [],
    database: null,
    nodes: parts.map((part, index) => ({
      node: `node-${index}`,
      health: 'ok',
      seen_at: '2026-01-31T09:00:00.000Z',
      host: 'server-1',
      pid: 7,
      draining: null,
      release: null,
      version: '1.0.0',
      started_at: '2026-01-31T08:00:00.000Z',
      places: 10,
      busy: 0,
      buffered: 0,
      throttled: false,
      event_loop_delay_ms: 1,
      types: ['cleanup_expired_listings'],
      ...part,
    })),
  };
}

const said = (advice: ReturnType<typeof healthAdvice>): string => advice?.sentences.join(' ') ?? '';

test('a healthy job needs no advice', () => {
  expect(healthAdvice(jobThatIs('ok'))).toBeUndefined();
});

test.each<Status>([
  'no_handler',
  'zombie',
  'overdue',
  'no_upstream',
  'failing',
  'late',
  'slow',
  'overrunning',
  'paused',
])('a job that is %s gets a title and what to do', (status) => {
  const advice = healthAdvice(jobThatIs(status));
  expect(advice?.title).not.toBe('');
  expect(advice?.sentences.length).toBeGreaterThan(0);
  for (const sentence of advice?.sentences ?? []) expect(sentence).toMatch(/^[A-Z].*[.]$/);
});

test('an overdue job says since when it had no success, and how often it must have one', () => {
  const reason = 'no success for 27h, expected every 26h';
  expect(said(healthAdvice(jobThatIs('overdue', {}, reason)))).toBe(
    'Overdue: no success for 27h, expected every 26h. Find out why, then run it now or wait for its next run. One success ends this.',
  );
});

test('a slow job shows the run that is slow now, or else the last run', () => {
  const live = jobThatIs('slow', {}, 'a run has taken 12m so far, expected at most 10m');
  expect(runToLookAt(live)).toBe('running');
  expect(said(healthAdvice(live))).toContain(
    'A run has taken 12m so far, expected at most 10m. Check its progress.',
  );
  const last = jobThatIs('slow', {}, 'the last run took 12m, expected at most 10m');
  expect(runToLookAt(last)).toBeUndefined();
  expect(healthAdvice(last)?.title).toBe('The last run took longer than expected');
});

test('a job that the engine paused says why, and asks to fix the cause first', () => {
  const pause = { at: '2026-01-31T09:00:00.000Z', reason: null, by: 'engine', until: null };
  const advice = healthAdvice(jobThatIs('paused', { status: 'paused', pause }));
  expect(advice?.title).toBe('Too many runs failed, so the engine paused this job');
  expect(said(advice)).toContain('Fix the cause first.');
});

test('a job that was edited after the last failure can be resumed, unless it failed again', () => {
  const pause = { at: '2026-01-31T09:00:00.000Z', reason: null, by: 'engine', until: null };
  const edited = { status: 'paused', pause, updated_at: '2026-01-31T10:00:00.000Z' } as const;
  expect(said(healthAdvice(jobThatIs('paused', edited)))).toContain(
    'No runs start. Edited since the last failure. Resume the job, then look for missing slots.',
  );
  const again = { ...edited, last_run: '2026-01-31T11:00:00.000Z', last_status: 'failed' } as const;
  expect(said(healthAdvice(jobThatIs('paused', again)))).toContain('Fix the cause first.');
});

test('a late job says when it counts as late', () => {
  const expected = { success_within: null, duration: null, start_within: '5s' };
  expect(said(healthAdvice(jobThatIs('late', { expect: expected }, 'slot')))).toContain(
    'due more than 5s ago',
  );
  expect(said(healthAdvice(jobThatIs('late', {}, 'slot')))).toContain('due more than a minute ago');
});

describe('no handler', () => {
  test('names the missing type', () => {
    expect(said(healthAdvice(jobThatIs('no_handler'), { stats: nodes({ types: ['other'] }) }))).toContain(
      'No running node has the job type cleanup_expired_listings',
    );
  });

  test('D12: says that the job needs a newer version of the library', () => {
    const reason = 'the job uses an option that needs a newer version of @greenvue/jobs: update a node';
    expect(said(healthAdvice(jobThatIs('no_handler', {}, reason), { stats: nodes({}) }))).toContain(
      'The job uses an option that needs a newer version of @greenvue/jobs: update a node.',
    );
  });

  test('distinguishes an older version from a missing type', () => {
    expect(said(healthAdvice(jobThatIs('no_handler'), { stats: nodes({}) }))).toContain('older version');
  });
});

test('a viewer who sees no nodes gets advice without them', () => {
  expect(said(healthAdvice(jobThatIs('no_handler'), { stats: nodes() }))).toContain(
    'No running node has the job type cleanup_expired_listings in the version that created this job.',
  );
  expect(said(healthAdvice(jobThatIs('late'), { stats: nodes() }))).toContain('Check that a node is running');
});

describe('failing', () => {
  const run = exampleRun({
    id: '7',
    status: 'failed',
    errors: [
      exampleError({ message: 'first' }),
      exampleError({ name: 'SmtpError', message: 'refused\nby the server' }),
    ],
  });

  test('quotes the first line of the last error and leads to its run', () => {
    const advice = healthAdvice(jobThatIs('failing', {}, 'the last 3 runs failed'), { run });
    expect(said(advice)).toContain('The last 3 runs failed');
    expect(advice?.quote).toBe('SmtpError: refused');
    expect(advice?.link?.href).toBe('/runs/7');
  });

  test('has no link while the run is unknown', () => {
    expect(healthAdvice(jobThatIs('failing'))?.link).toBeUndefined();
  });
});

describe('late', () => {
  test('says when all places are busy', () => {
    const stats = nodes({ places: 2, busy: 2 }, { places: 1, busy: 1 });
    expect(said(healthAdvice(jobThatIs('late'), { stats }))).toContain('All 3 places are busy');
  });

  test('says when there are no places', () => {
    expect(said(healthAdvice(jobThatIs('late'), { stats: nodes({ places: 0 }) }))).toContain(
      'start a node with places',
    );
  });

  test('says when a node is unhealthy', () => {
    expect(said(healthAdvice(jobThatIs('late'), { stats: nodes({ health: 'stalled' }) }))).toContain(
      'A node is unhealthy',
    );
  });

  test('says that a run waits, and why no place is free', () => {
    const advice = healthAdvice(jobThatIs('late', {}, 'waiting'), { stats: nodes({ busy: 3, places: 3 }) });
    expect(advice?.title).toContain('waits for a free place');
    expect(said(advice)).toContain('All 3 places are busy');
  });

  test('says that a run waits for a limit of its type, also if places are free', () => {
    const limits = { running: 1, rate: null, per: null, from_version: null, full: 1, waiting: 3 };
    const late = jobThatIs('late', {}, 'waiting');
    const advice = healthAdvice(late, { stats: nodes({ places: 3 }), limits });
    expect(advice?.title).toBe('A run waits for a limit of its type');
    expect(said(advice)).toContain('3 runs wait for the limits of the type cleanup_expired_listings.');
    expect(advice?.link?.href).toBe('/job-types/cleanup_expired_listings');
    expect(said(healthAdvice(late, { limits: { ...limits, waiting: 0 } }))).toContain('free places');
  });

  test('explains a clock that was set back', () => {
    const advice = healthAdvice(jobThatIs('late', {}, 'clock'));
    expect(advice?.title).toContain('clock');
    expect(said(advice)).toContain('pause and resume');
  });

  test('explains a calendar that skips all slots', () => {
    const calendar = { id: 'holidays', mode: 'skip' } as const;
    const advice = healthAdvice(jobThatIs('late', { calendar }, 'calendar'));
    expect(advice?.title).toBe('The calendar skips all slots');
    expect(said(advice)).toContain('windows of the calendar holidays');
    expect(advice?.link?.href).toBe('/calendars');
  });

  test('links to the overview', () => {
    expect(healthAdvice(jobThatIs('late'))?.link?.href).toBe('/');
  });
});

test('overrunning says what happens to the slots meanwhile', () => {
  expect(said(healthAdvice(jobThatIs('overrunning', { overlap: 'skip' })))).toContain('skipped');
  expect(said(healthAdvice(jobThatIs('overrunning', { overlap: 'queue' })))).toContain('One slot waits');
  expect(said(healthAdvice(jobThatIs('overrunning', { overlap: 'allow' })))).toContain('in parallel');
});

test('paused offers to resume, and names the end of the pause', () => {
  const pause = { reason: null, by: null, until: null, at: '2026-01-31T09:00:00.000Z' };
  const open = healthAdvice(jobThatIs('paused', { status: 'paused', pause }));
  expect(open?.command).toBe('resume');
  expect(said(open)).toContain('until someone resumes it');
  const until = '2026-02-01T09:00:00.000Z';
  expect(said(healthAdvice(jobThatIs('paused', { pause: { ...pause, until } })))).toContain(
    'resumes when the pause ends',
  );
});

test('each health names the run that explains it', () => {
  expect(runToLookAt(jobThatIs('failing'))).toBe('failed');
  expect(runToLookAt(jobThatIs('zombie'))).toBe('running');
  expect(runToLookAt(jobThatIs('overrunning'))).toBe('running');
  expect(runToLookAt(jobThatIs('late'))).toBeUndefined();
});
