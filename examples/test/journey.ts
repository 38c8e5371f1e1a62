import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { freePort, type Program, startProgram } from './start-program.ts';

interface Journey {
  /** Files in `examples/`, with arguments if any. The first one serves the API and the console. */
  readonly programs: readonly string[];
  /** The framework stops the program, and then repeats the signal with which it was asked to. */
  readonly mayEndBySignal?: boolean;
  /** Further variables of their environment. */
  readonly env?: () => Promise<Readonly<Record<string, string>>>;
}

const WAIT = { timeout: 45_000, interval: 50 };
const as = (user: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});
const ADMIN = as('admin', 'secret');
const VIEWER = as('viewer', 'look');

/** What every example shows, with real requests to its running programs. */
export function journey({ programs, mayEndBySignal = false, env = async () => ({}) }: Journey): void {
  let folder: string;
  let origin: string;
  let running: readonly Program[] = [];

  const ask = (path: string, init?: RequestInit) =>
    fetch(`${origin}${path}`, { redirect: 'manual', ...init });
  const printed = () => running.map(({ output }) => output()).join('\n');
  const newestRun = async (jobId: string) => {
    const response = await ask(`/admin/api/jobs/${jobId}/runs`, { headers: ADMIN });
    const { data } = (await response.json()) as { data: readonly Record<string, unknown>[] };
    return data[0];
  };
  const send = (method: string, path: string, headers: Record<string, string>, body: unknown) =>
    ask(`/admin/api${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'greenvue-example-'));
    const PORT = await freePort();
    origin = `http://127.0.0.1:${PORT}`;
    const all = { PORT, JOBS_DB: join(folder, 'jobs.db'), ...(await env()) };
    running = programs.map((program) => startProgram(program, all));
    await vi.waitFor(() => fetch(origin).catch(() => Promise.reject(new Error(printed()))), WAIT);
  });
  afterAll(async () => {
    await Promise.all(running.map((program) => program.end()));
    await rm(folder, { recursive: true, force: true });
  });

  it('asks strangers for the password of the app', async () => {
    for (const path of ['/admin/api/jobs', '/admin/jobs']) {
      const response = await ask(path);
      expect([response.status, response.headers.get('www-authenticate')]).toEqual([
        401,
        'Basic realm="examples"',
      ]);
    }
  });

  it('shows the console to those who are signed in', async () => {
    const response = await fetch(`${origin}/admin/jobs`, { headers: ADMIN });
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('text/html'),
    ]);
    const page = await response.text();
    expect(page).toContain('/admin/api');
    const [, script = ''] = /<script type="module"[^>]* src="([^"]+)"/.exec(page) ?? [];
    const loaded = await fetch(new URL(script, response.url), { headers: ADMIN });
    expect([loaded.status, loaded.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('javascript'),
    ]);
  });

  it('runs the job that the program schedules', async () => {
    await expect
      .poll(() => newestRun('greet-often'), WAIT)
      .toMatchObject({ status: 'succeeded', result: { greeting: 'Hello world' } });
  });

  it('lets an admin make a job, run it, and watch its events', async () => {
    const made = { name: 'Ann', type: 'greet', on_demand: true, payload: { name: 'Ann' } };
    const put = await send('PUT', '/jobs/greet-ann', ADMIN, made);
    expect(put.status).toBe(201);
    const events = await ask('/admin/api/job-events?job_id=greet-ann', { headers: ADMIN });
    expect(events.status).toBe(200);
    const run = await send('POST', '/jobs/greet-ann/runs', ADMIN, {});
    expect(run.status).toBe(202);
    let seen = '';
    for await (const chunk of events.body ?? []) {
      seen += Buffer.from(chunk).toString();
      if (seen.includes('run.succeeded')) break;
    }
    expect(seen).toContain('event: run.succeeded');
    expect(await newestRun('greet-ann')).toMatchObject({ result: { greeting: 'Hello Ann' } });
  });

  it('lets a viewer read, and change nothing', async () => {
    const jobs = await ask('/admin/api/jobs', { headers: VIEWER });
    expect(jobs.status).toBe(200);
    const run = await send('POST', '/jobs/greet-often/runs', VIEWER, {});
    expect(run.status).toBe(403);
    expect(await run.json()).toMatchObject({ detail: 'Only an admin may change jobs.' });
  });

  it('ends cleanly, although somebody watches the events', async () => {
    const events = await ask('/admin/api/job-events', { headers: ADMIN });
    const watching = events.text().catch(() => undefined);
    const codes = await Promise.all(running.map((program) => program.end()));
    const clean = expect.toBeOneOf([0, ...(mayEndBySignal ? ['SIGTERM'] : [])]);
    expect({ codes, printed: printed() }).toMatchObject({ codes: programs.map(() => clean) });
    await watching;
  });
}
