import { once } from 'node:events';
import { createServer } from 'node:http';
import type { JobHistory, Stats } from '@greenvue/jobs/client';
import { run } from '@stricli/core';
import { expect, onTestFinished, test } from 'vitest';
import { createApplication } from '../src/application.ts';
import { JOBS_PROGRAM } from '../src/jobs-program.ts';
import { createTestContext } from '../src/testing/test-context.ts';

const STATS: Stats = {
  now: '2026-01-31T09:00:12.000Z',
  paused_all: null,
  jobs: { active: 9, paused: 1, finished: 0 },
  runs: { queued: 3, held: 0, running: 10, due_since: '2026-01-31T09:00:00.000Z' },
  health: {
    no_handler: 1,
    zombie: 0,
    overdue: 0,
    no_upstream: 0,
    failing: 2,
    late: 1,
    slow: 0,
    overrunning: 0,
    paused: 1,
    ok: 5,
  },
  last_minute: {
    started: 0,
    finished: { succeeded: 0, failed: 0, cancelled: 0, retried: 0 },
    lateness_ms: null,
  },
  minutes: [],
  hours: [],
  nodes: [],
  database: null,
};

/** What `stats` prints of a server in such a state. */
async function linesOf(
  stats: Stats | JobHistory,
  flags: readonly string[] = [],
  asked: URL[] = [],
): Promise<readonly string[]> {
  const server = createServer((request, response) => {
    asked.push(new URL(request.url ?? '', 'http://localhost'));
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(stats));
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const context = createTestContext({ url: `http://127.0.0.1:${port}`, isPiped: true });
  await run(createApplication(JOBS_PROGRAM), ['stats', ...flags], context);
  return [...context.out.lines(), ...context.err.lines()];
}

test('stats tell jobs by health, and since when what waits is due', async () => {
  expect((await linesOf(STATS)).slice(0, 3)).toEqual([
    'Jobs           9 active, 1 paused, 0 finished',
    'Health         5 ok, 1 paused, 1 no_handler, 2 failing, 1 late',
    'Runs           10 running, 3 queued, 0 held, due since 2026-01-31 09:00:00Z (12 s ago)',
  ]);
  const calm = { ...STATS, runs: { ...STATS.runs, queued: 0, due_since: null } };
  expect((await linesOf(calm))[2]).toBe('Runs           10 running, 0 queued, 0 held');
});

test('stats of a caller who sees only some jobs tell nothing of the server', async () => {
  const lines = await linesOf({ ...STATS, last_minute: null, minutes: [], nodes: [] });
  expect(lines.map((line) => line.split('  ')[0])).toEqual(['Jobs', 'Health', 'Runs', 'Last 24 hours']);
});

const NUMBERS: JobHistory['total'] = {
  succeeded: 1_999,
  failed: 1,
  cancelled: 2,
  skipped: 3,
  success_rate: 0.9995,
  duration_ms: { p50: 250, p95: 4_200 },
  failed_duration_ms: { p50: 61_000, p95: 61_000 },
  lateness_ms: { p50: 2, p95: 40 },
};
const EMPTY: JobHistory['total'] = {
  succeeded: 0,
  failed: 0,
  cancelled: 0,
  skipped: 0,
  success_rate: null,
  duration_ms: null,
  failed_duration_ms: null,
  lateness_ms: null,
};
const HISTORY: JobHistory = {
  from: '2026-01-24T09:00:00.000Z',
  to: '2026-01-31T10:00:00.000Z',
  step: '6h',
  total: NUMBERS,
  steps: [
    { from: '2026-01-24T09:00:00.000Z', ...EMPTY },
    { from: '2026-01-24T15:00:00.000Z', ...NUMBERS },
  ],
};

test('stats since a time show success rate, durations and lateness, in total and by step', async () => {
  const asked: URL[] = [];
  const lines = await linesOf(HISTORY, ['--since', '7d', '--job', 'nightly', '--step', '6h'], asked);
  expect(lines).toEqual([
    'From                  2026-01-24 09:00:00Z',
    'To                    2026-01-31 10:00:00Z',
    'Runs                  1999 succeeded, 1 failed, 2 cancelled, 3 skipped',
    'Success rate          99.9 %',
    'Duration              p50 250 ms, p95 4.2 s',
    'Duration of failures  p50 1 min 1 s, p95 1 min 1 s',
    'Lateness              p50 2 ms, p95 40 ms',
    '',
    'FROM                  SUCCEEDED  FAILED  RATE    MEDIAN  95TH   LATE 95TH  CANCELLED  SKIPPED',
    '2026-01-24 15:00:00Z  1999       1       99.9 %  250 ms  4.2 s  40 ms      2          3',
  ]);
  expect(asked[0]?.pathname).toMatch(/\/job-stats\/history$/);
  const { from = '', ...query } = Object.fromEntries(asked[0]?.searchParams ?? []);
  expect(query).toEqual({ job_id: 'nightly', step: '6h' });
  expect(Math.abs(Date.now() - 7 * 86_400_000 - Date.parse(from))).toBeLessThan(60_000);
});

test('an age without a unit is refused, with examples', async () => {
  const lines = await linesOf(HISTORY, ['--since', '7']);
  expect(lines.join('\n')).toContain('must be a number of minutes, hours or days, such as 90m, 24h or 7d');
});
