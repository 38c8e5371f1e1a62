import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Backfill, BackfillPlan } from '@greenvue/jobs/client';
import { run } from '@stricli/core';
import { expect, onTestFinished, test } from 'vitest';
import { createApplication } from '../src/application.ts';
import { JOBS_PROGRAM } from '../src/jobs-program.ts';
import { createTestContext } from '../src/testing/test-context.ts';

const PLAN: BackfillPlan = {
  id: null,
  job_id: 'nightly',
  from: '2026-01-01T00:00:00.000Z',
  to: '2026-01-05T12:00:00.000Z',
  only_missing: true,
  slots: 4,
  first: [1, 2, 3, 4].map((day) => `2026-01-0${day}T03:00:00.000Z`),
  left_out: { succeeded: 1, live: 0, blackout: 0, waiting: 0 },
  history_from: '2026-01-03T03:00:00.000Z',
};

const BACKFILL: Backfill = {
  id: '4711',
  job_id: 'nightly',
  status: 'running',
  from: PLAN.from,
  to: PLAN.to,
  only_missing: true,
  slots: 4,
  waiting: 1,
  runs: { queued: 0, running: 1, succeeded: 1, failed: 1, cancelled: 0 },
  created_at: '2026-01-05T12:00:00.000Z',
  created_by: 'user:42',
  cancelled_at: null,
};

/** Runs a command against a server that starts each backfill it is asked for. */
async function printed(args: readonly string[], how: { readonly answer?: boolean } = {}) {
  const bodies: unknown[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const body = text === '' ? undefined : JSON.parse(text);
    if (body !== undefined) bodies.push(body);
    const started = { ...PLAN, id: '4711' };
    const plan = body?.dry_run === true ? PLAN : started;
    const list = request.url?.startsWith('/backfills?') || request.url === '/backfills';
    const answer = request.method === 'POST' ? plan : list ? { data: [BACKFILL] } : BACKFILL;
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const context = createTestContext({
    url: `http://127.0.0.1:${port}`,
    isPiped: how.answer === undefined,
    ...how,
  });
  await run(createApplication(JOBS_PROGRAM), [...args], context);
  return { lines: context.out.lines(), bodies };
}

const NIGHTLY = ['jobs', 'backfill', 'nightly', '--from', '2026-01-01T00:00:00Z'];

// Promise P37, backfill.
test('a backfill shows its slots first, and starts with the window that it showed', async () => {
  const { lines, bodies } = await printed([...NIGHTLY, '--yes']);
  expect(bodies).toEqual([
    { from: '2026-01-01T00:00:00Z', only_missing: true, dry_run: true },
    { from: PLAN.from, to: PLAN.to, only_missing: true },
  ]);
  expect(lines).toEqual([
    '4 slots from 2026-01-01 00:00:00Z to 2026-01-05 12:00:00Z, oldest first: 2026-01-01 03:00:00Z, 2026-01-02 03:00:00Z, 2026-01-03 03:00:00Z, …',
    'Left out: 1 succeeded.',
    'The oldest kept run of this job is from 2026-01-03 03:00:00Z. Slots before it count as missing, even if they ran. If they must not run twice, choose a later --from.',
    'Backfill 4711 runs 4 slots. To see its progress, run greenvue-jobs backfills show 4711.',
  ]);
});

test('a backfill starts only after a yes, and not in a dry run', async () => {
  expect((await printed(NIGHTLY, { answer: false })).bodies).toHaveLength(1);
  expect((await printed(NIGHTLY, { answer: true })).bodies).toHaveLength(2);
  expect((await printed([...NIGHTLY, '--dry-run'])).bodies).toHaveLength(1);
  expect((await printed([...NIGHTLY, '--again', '--yes'])).bodies[1]).toMatchObject({ only_missing: false });
});

test('backfills show their progress', async () => {
  const progress = '2 of 4 slots done: 1 succeeded, 1 failed, 1 running, 1 to come';
  expect((await printed(['backfills', 'show', '4711'])).lines).toContainEqual(
    expect.stringContaining(progress),
  );
  expect((await printed(['backfills', 'list', '--job', 'nightly'])).lines[1]).toContain(progress);
  expect((await printed(['backfills', 'cancel', '4711'])).lines).toEqual([
    'Backfill 4711 is cancelled. 1 run of it is still running.',
  ]);
});
