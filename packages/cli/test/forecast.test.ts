import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Forecast } from '@greenvue/jobs/client';
import { run } from '@stricli/core';
import { expect, onTestFinished, test } from 'vitest';
import { createApplication } from '../src/application.ts';
import { JOBS_PROGRAM } from '../src/jobs-program.ts';
import { createTestContext } from '../src/testing/test-context.ts';

const step = (at: string, runs: number, more: Partial<Forecast['steps'][number]> = {}) => ({
  at,
  runs,
  busy_ms: runs * 1_000,
  paused_runs: 0,
  quiet_at: at,
  clash: false,
  ...more,
});

const FORECAST: Forecast = {
  now: '2026-01-05T12:10:00.000Z',
  from: '2026-01-05T12:00:00.000Z',
  to: '2026-01-05T15:00:00.000Z',
  step: 'hour',
  sampled: false,
  jobs: 412,
  jobs_counted: 412,
  jobs_failed: 0,
  runs: 310,
  busy_ms: 310_000,
  paused: { jobs: 2, runs: 6 },
  runs_per_minute: 1.72,
  steps: [
    step('2026-01-05T12:00:00.000Z', 10),
    step('2026-01-05T13:00:00.000Z', 0),
    step('2026-01-05T14:00:00.000Z', 300, { paused_runs: 6 }),
  ],
  types: [],
  tags: [],
  clashes: [{ at: '2026-01-05T14:00:00.000Z', runs: 280, busy_ms: 280_000, times_usual: 162.8, days: 1 }],
  quiet: [{ at: '2026-01-05T13:30:00.000Z', runs: 0 }],
  listed: [],
};

/** What `jobs forecast` prints of an answer, and the request that it sent. */
async function printed(forecast: Forecast, args: readonly string[] = []) {
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(forecast));
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const context = createTestContext({ url: `http://127.0.0.1:${port}`, isPiped: true });
  await run(createApplication(JOBS_PROGRAM), ['jobs', 'forecast', ...args], context);
  return { lines: context.out.lines(), asked };
}

// Promise P38, forecast.
test('the forecast names clashes and quiet times, and the hours with runs', async () => {
  const { lines, asked } = await printed(FORECAST);
  expect(asked).toEqual(['/job-forecast?hours=24']);
  expect(lines.slice(0, 6)).toEqual([
    'From    2026-01-05 12:00:00Z to 2026-01-05 15:00:00Z',
    'Jobs    412 jobs with a schedule',
    'Runs    310 runs, which usually take 5 min 10 s together',
    'Paused  2 jobs, which would add 6 runs',
    'Clash   280 runs at 2026-01-05 14:00:00Z: 163 times the usual minute',
    'Quiet   2026-01-05 13:30:00Z: good times for another job',
  ]);
  expect(lines.filter((line) => line.startsWith('2026-01-05'))).toEqual([
    expect.stringMatching(/^2026-01-05 12:00:00Z +10 +10 s/),
    expect.stringMatching(/^2026-01-05 14:00:00Z +300 +5 min +6 +#{30}/),
  ]);
});

test('the forecast says that it is an estimate, and which window, type and tags it is of', async () => {
  const sampled = { ...FORECAST, sampled: true, jobs: 10_000, jobs_counted: 1_034 };
  const { lines, asked } = await printed(sampled, [
    '--hours',
    '3',
    '--type',
    'import',
    '--tag',
    'eu',
    '--from',
    '2026-01-05T12:00:00Z',
  ]);
  expect(asked[0]).toBe('/job-forecast?hours=3&from=2026-01-05T12%3A00%3A00Z&type=import&tag=eu');
  expect(lines[1]).toBe('Jobs    10,000 jobs with a schedule; estimated from 1,034 of them');
  expect(lines[2]).toMatch(/about 310 runs/);
});
