import { once } from 'node:events';
import { createServer } from 'node:http';
import type { BulkCommand, BulkPlan } from '@greenvue/jobs/client';
import { run } from '@stricli/core';
import { expect, onTestFinished, test } from 'vitest';
import { createApplication } from '../src/application.ts';
import { JOBS_PROGRAM } from '../src/jobs-program.ts';
import { createTestContext } from '../src/testing/test-context.ts';

const PLAN: BulkPlan = {
  id: null,
  total: 12,
  not_found: 0,
  left_out: null,
  first: ['a', 'b', 'c', 'd'].map((id) => ({ job_id: id, run_id: null })),
};

const COMMAND: BulkCommand = {
  id: '4711',
  target: 'jobs',
  action: 'pause',
  status: 'finished',
  total: 12,
  done: 11,
  failed: 1,
  failures: [{ job_id: 'c', run_id: null, detail: 'The job is finished, so there is nothing to pause.' }],
  created_at: '2026-01-05T12:00:00.000Z',
  created_by: 'user:42',
  ended_at: '2026-01-05T12:00:01.000Z',
  cancelled_by: null,
};

/** Runs a command against a server that begins each bulk command that it is asked for. */
async function printed(
  args: readonly string[],
  how: {
    readonly answer?: boolean;
    readonly plan?: Partial<BulkPlan>;
    readonly command?: Partial<BulkCommand>;
  } = {},
) {
  const sent: unknown[] = [];
  const command = { ...COMMAND, ...how.command };
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const body = text === '' ? undefined : JSON.parse(text);
    sent.push([request.method, request.url, body]);
    const plan = { ...PLAN, ...how.plan, id: body?.dry_run === true ? null : '4711' };
    const isList = request.url?.startsWith('/bulk-commands?');
    const answer = request.method === 'POST' ? plan : isList ? { data: [command] } : command;
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const { answer } = how;
  const context = createTestContext({
    url: `http://127.0.0.1:${port}`,
    isPiped: answer === undefined,
    ...(answer === undefined ? {} : { answer }),
  });
  await run(createApplication(JOBS_PROGRAM), [...args], context);
  return {
    lines: context.out.lines(),
    errors: context.err.lines(),
    sent,
    exitCode: context.process.exitCode,
  };
}

const PAUSE = ['bulk', 'jobs', 'pause', '--tag', 'billing', '--reason', 'Upgrade'];
const BODY = { action: 'pause', filter: { tag: ['billing'] }, reason: 'Upgrade' };

// Promise P36, tags and bulk.
test('a dry run says how many jobs match, and starts nothing', async () => {
  const { lines, sent } = await printed([...PAUSE, '--dry-run']);
  expect(sent).toEqual([['POST', '/jobs/bulk', { ...BODY, dry_run: true }]]);
  expect(lines).toEqual(['12 jobs: a, b, c, ….']);
});

test('a bulk command says its number first, waits for the end, and lists what failed', async () => {
  const { lines, sent, errors, exitCode } = await printed([...PAUSE, '--yes']);
  expect(sent).toEqual([
    ['POST', '/jobs/bulk', { ...BODY, dry_run: true }],
    ['POST', '/jobs/bulk', BODY],
    ['GET', '/bulk-commands/4711', undefined],
  ]);
  expect(lines).toEqual([
    '12 jobs: a, b, c, ….',
    '11 jobs paused, 1 failed.',
    '  c: The job is finished, so there is nothing to pause.',
  ]);
  expect(errors.join('\n')).toMatch(/Pause: 100 %/);
  expect(exitCode).toBe(1);
});

test('without --yes it asks, and a no starts nothing', async () => {
  const { sent, errors } = await printed(PAUSE, { answer: false });
  expect(sent).toHaveLength(1);
  expect(errors.join('\n')).toMatch(/Nothing was changed/);
  const piped = await printed(PAUSE);
  expect(piped.sent).toHaveLength(1);
  expect(piped.errors.join('\n')).toMatch(/Add --yes/);
});

test('runs are retried by the filters of the list, or by their ids', async () => {
  const command: Partial<BulkCommand> = {
    target: 'runs',
    action: 'retry',
    total: 2,
    done: 2,
    failed: 0,
    failures: [],
  };
  const how = { plan: { total: 2, first: [{ job_id: 'a', run_id: '1' }] }, command };
  const byFilter = await printed(
    ['bulk', 'runs', 'retry', '--status', 'failed', '--from', '2026-01-31T00:00:00Z', '--yes', '--json'],
    how,
  );
  expect(byFilter.sent[1]).toEqual([
    'POST',
    '/runs/bulk',
    { action: 'retry', filter: { status: ['failed'], from: '2026-01-31T00:00:00Z' } },
  ]);
  expect(JSON.parse(byFilter.lines.join('\n'))).toMatchObject({ id: '4711', done: 2 });
  expect(byFilter.exitCode).toBeFalsy();
  const byId = await printed(['bulk', 'runs', 'cancel', '--id', '1,2', '--force', '--yes'], how);
  expect(byId.sent[1]).toEqual(['POST', '/runs/bulk', { action: 'cancel', ids: ['1', '2'], force: true }]);
  expect(byId.lines.at(-1)).toBe('2 runs retried.');
});

test('a retry that would leave out every run starts no command', async () => {
  const plan = { total: 3, left_out: 3, first: [{ job_id: 'a', run_id: '1' }] };
  const { lines, sent } = await printed(['bulk', 'runs', 'retry', '--status', 'failed', '--yes'], { plan });
  expect(lines).toEqual(['3 runs: 1, …. 3 of them are left out: later runs have done their slots.']);
  expect(sent).toHaveLength(1);
});

test('runs whose slots are done do not count in the question of a retry', async () => {
  const plan = { total: 12, left_out: 3, first: [{ job_id: 'a', run_id: '1' }] };
  const args = ['bulk', 'runs', 'retry', '--status', 'failed'];
  const asked = await printed(args, { plan, answer: false });
  expect(asked.lines).toEqual(['12 runs: 1, …. 3 of them are left out: later runs have done their slots.']);
  expect(asked.sent).toHaveLength(1);
});

test('with --json, a filter that finds nothing prints the fields of a command with 0', async () => {
  const { lines, sent, exitCode } = await printed([...PAUSE, '--yes', '--json'], {
    plan: { total: 0, first: [] },
  });
  expect(sent).toHaveLength(1);
  const none = { status: 'finished', total: 0, done: 0, failed: 0, failures: [] };
  const printedJson = JSON.parse(lines.join('\n'));
  expect(printedJson).toMatchObject({ id: null, target: 'jobs', action: 'pause', ...none });
  expect(Object.keys(printedJson).sort()).toEqual(Object.keys(COMMAND).sort());
  expect(exitCode).toBeFalsy();
});

test('bulk commands are listed, shown and cancelled', async () => {
  const running: Partial<BulkCommand> = { status: 'cancelling', done: 3, failed: 0, failures: [] };
  const list = await printed(['bulk', 'list'], { command: running });
  expect(list.lines.join('\n')).toMatch(/4711 .*pause jobs .*cancelling .*3 of 12 jobs paused/);
  const some = await printed(['bulk', 'list', '--status', 'running,cancelling', '--limit', '200']);
  expect(some.sent).toEqual([
    ['GET', '/bulk-commands?status=running&status=cancelling&limit=200', undefined],
  ]);
  const tooMany = await printed(['bulk', 'list', '--limit', 'all']);
  expect(tooMany.sent).toEqual([]);
  expect(tooMany.errors.join('\n')).toMatch(/from 1 to 200/);
  const shown = await printed(['bulk', 'show', '4711']);
  expect(shown.lines.join('\n')).toMatch(/11 jobs paused, 1 failed[\s\S]*nothing to pause/);
  const cancelled = await printed(['bulk', 'cancel', '4711'], { command: running });
  expect(cancelled.sent).toEqual([['DELETE', '/bulk-commands/4711', undefined]]);
  expect(cancelled.lines.join('')).toMatch(/changes nothing more: 3 of 12 jobs paused/);
});

test('an unknown action is refused with the known ones', async () => {
  const { errors, sent } = await printed(['bulk', 'jobs', 'stop', '--all']);
  expect(sent).toEqual([]);
  expect(errors.join('\n')).toMatch(/pause, resume, run, delete, tag, untag/);
});
