import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Stats } from '@greenvue/jobs/client';
import { run } from '@stricli/core';
import { expect, onTestFinished, test } from 'vitest';
import { createApplication } from '../src/application.ts';
import { JOBS_PROGRAM } from '../src/jobs-program.ts';
import { createTestContext } from '../src/testing/test-context.ts';

const STATS: Stats = {
  now: '2026-01-31T09:00:12.000Z',
  jobs: { active: 9, paused: 1, finished: 0 },
  runs: { queued: 3, held: 0, running: 10, due_since: '2026-01-31T09:00:00.000Z' },
  health: {
    no_handler: 1,
    zombie: 0,
    overdue: 0,
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
};

/** What `stats` prints of a server in such a state. */
async function linesOf(stats: Stats): Promise<readonly string[]> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(stats));
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const context = createTestContext({ url: `http://127.0.0.1:${port}`, isPiped: true });
  await run(createApplication(JOBS_PROGRAM), ['stats'], context);
  return context.out.lines();
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
