import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { CONDITION_MS } from '../../scripts/test-deadlines.ts';
import { freePort, type Program, startProgram } from './start-program.ts';

interface Journey {
  /** Files in `examples/`, with arguments if any. The first one serves the API and the console. */
  readonly programs: readonly string[];
  /** The framework stops the program, and then repeats the signal with which it was asked to. */
  readonly mayEndBySignal?: boolean;
  /** While it stops, its route `/disk` still waits for a run and responds. */
  readonly answersOpenRequests?: boolean;
  /** Further variables of their environment. */
  readonly env?: () => Promise<Readonly<Record<string, string>>>;
  /** The header of those who are signed in. Default: a cookie of the sign-in form. */
  readonly signIn?: (origin: string, name: string, password: string) => Promise<Headers>;
}

type Headers = Readonly<Record<string, string>>;

const QUICKSTARTS = join(import.meta.dirname, '../../docs/quickstart');
const COMMAND_LINE = join(import.meta.dirname, '../../packages/cli/src/main.ts');
const WAIT = { timeout: CONDITION_MS, interval: 50 };

/** An answer that is compressed and does not say so can't be read. */
const AS_A_BROWSER = { 'accept-encoding': 'gzip, br' };

/** Sends the sign-in form, as a browser does. */
async function signInByForm(origin: string, name: string, password: string): Promise<Headers> {
  const response = await sendForm(origin, { name, password });
  const cookies = response.headers.getSetCookie().map((cookie) => cookie.split(';')[0]);
  return { cookie: cookies.join('; ') };
}

function sendForm(origin: string, form: Record<string, string>, path = '/login'): Promise<Response> {
  return fetch(`${origin}${path}`, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' });
}

/** What every example shows, with real requests to its running programs. */
export function journey({
  programs,
  mayEndBySignal = false,
  answersOpenRequests = false,
  env = async () => ({}),
  signIn = signInByForm,
}: Journey): void {
  let folder: string;
  let origin: string;
  let running: readonly Program[] = [];
  let admin: Headers;
  let viewer: Headers;

  const ask = (path: string, init?: RequestInit) =>
    fetch(`${origin}${path}`, {
      redirect: 'manual',
      ...init,
      headers: { ...AS_A_BROWSER, ...init?.headers },
    });
  const printed = () => running.map(({ output }) => output()).join('\n');
  const newestRun = async (jobId: string) => {
    const response = await ask(`/admin/api/jobs/${jobId}/runs`, { headers: admin });
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
    const all = { PORT, ...(await env()) };
    running = programs.map((program) => startProgram(program, all, folder));
    await vi.waitFor(() => fetch(origin).catch(() => Promise.reject(new Error(printed()))), WAIT);
    admin = await signIn(origin, 'ann', 'secret');
    viewer = await signIn(origin, 'bob', 'look');
  });
  afterAll(async () => {
    await Promise.all(running.map((program) => program.end()));
    await rm(folder, { recursive: true, force: true });
  });

  it('has neither jobs nor metrics for strangers', async () => {
    for (const path of ['/admin/api/me', '/admin/api/jobs', ...(signIn === signInByForm ? ['/metrics'] : [])])
      expect([path, (await ask(path)).status]).toEqual([path, 401]);
  });

  it('shows the console', async () => {
    const response = await fetch(`${origin}/admin/jobs`, { headers: AS_A_BROWSER });
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('text/html'),
    ]);
    const page = await response.text();
    expect(page).toContain('/admin/api');
    const [, script = ''] = /<script type="module"[^>]* src="([^"]+)"/.exec(page) ?? [];
    const loaded = await fetch(new URL(script, response.url), { headers: AS_A_BROWSER });
    expect([loaded.status, loaded.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('javascript'),
    ]);
    expect(await loaded.text()).toContain('import');
  });

  it('tells the console who is signed in, and what they may do', async () => {
    const whoIs = async (headers: Headers) => (await ask('/admin/api/me', { headers })).json();
    expect(await whoIs(admin)).toMatchObject({ rights: ['read', 'operate', 'admin'] });
    expect(await whoIs(viewer)).toMatchObject({ rights: ['read'] });
  });

  it('runs the job that the program schedules', async () => {
    await expect
      .poll(() => newestRun('check-disk'), WAIT)
      .toMatchObject({ status: 'succeeded', result: { freeGb: expect.any(Number) } });
  });

  it('lets an admin make a job, run it, and watch its events', async () => {
    const made = { name: 'Home', type: 'check_disk', on_demand: true, payload: { path: '.' } };
    const put = await send('PUT', '/jobs/check-home', admin, made);
    expect(put.status).toBe(201);
    const events = await ask('/admin/api/job-events?job_id=check-home', { headers: admin });
    expect(events.status).toBe(200);
    const run = await send('POST', '/jobs/check-home/runs', admin, {});
    expect(run.status).toBe(202);
    let seen = '';
    for await (const chunk of events.body ?? []) {
      seen += Buffer.from(chunk).toString();
      if (seen.includes('run.succeeded')) break;
    }
    expect(seen).toContain('event: run.succeeded');
    expect(await newestRun('check-home')).toMatchObject({ result: { freeGb: expect.any(Number) } });
  });

  it('lets a viewer read, and change nothing', async () => {
    const jobs = await ask('/admin/api/jobs', { headers: viewer });
    expect(jobs.status).toBe(200);
    const run = await send('POST', '/jobs/check-disk/runs', viewer, {});
    expect(run.status).toBe(403);
    expect(await run.json()).toMatchObject({ detail: 'Only an admin may change jobs.' });
  });

  it.each([
    ['that is not JSON', '{'],
    ['of 110 KB', JSON.stringify({ name: 'x'.repeat(110_000) })],
  ])('answers a body %s with an error of the API', async (_, body) => {
    const headers = { ...admin, 'content-type': 'application/json' };
    const response = await ask('/admin/api/jobs', { method: 'POST', headers, body });
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(await response.json()).toMatchObject({ status: response.status });
  });

  // A program with bearer tokens has none of this.
  if (signIn === signInByForm) {
    it('prints the address of its sign-in page', () => {
      // Frameworks with a command line of their own print it themselves.
      if (programs[0]?.endsWith('/server.ts'))
        expect(printed()).toContain(`${origin.replace('127.0.0.1', 'localhost')}/login`);
    });

    it('says that the name or the password was wrong, and signs in with the form of this page', async () => {
      const wrong = await sendForm(origin, { name: 'ann', password: 'look' });
      const failed = wrong.headers.get('location') ?? '';
      const page = async (path: string) => (await ask(path)).text();
      const again = await page(failed);
      expect(again).toContain('Wrong name or password.');
      expect(await page('/login')).not.toContain('Wrong');
      const [, action = failed] = /<form [^>]*action="([^"]+)"/.exec(again) ?? [];
      const right = await sendForm(origin, { name: 'ann', password: 'secret' }, action);
      expect([right.status, right.headers.get('location')]).toEqual([303, '/admin/jobs']);
    });

    it('signs out where the console says', async () => {
      const console = await (await ask('/admin/jobs')).text();
      const [, path = ''] = /"signOutUrl":"([^"]+)"/.exec(console) ?? [];
      const { cookie = '' } = await signIn(origin, 'bob', 'look');
      const response = await ask(path, { headers: { cookie } });
      expect([response.status, response.headers.get('location')]).toEqual([303, '/login']);
      const changed = response.headers.getSetCookie().map((each) => each.split(';')[0]);
      const after = { cookie: changed.length > 0 ? changed.join('; ') : cookie };
      expect((await ask('/admin/api/me', { headers: after })).status).toBe(401);
    });

    it('keeps its session cookie from other sites and from scripts', async () => {
      const wrong = await sendForm(origin, { name: 'ann', password: 'look' });
      expect([wrong.headers.get('location'), wrong.headers.getSetCookie()]).toEqual(['/login?failed', []]);
      const right = await sendForm(origin, { name: 'ann', password: 'secret' });
      expect(right.headers.get('location')).toBe('/admin/jobs');
      const cookies = right.headers.getSetCookie();
      expect(cookies).not.toEqual([]);
      for (const cookie of cookies) expect(cookie).toMatch(/^(?=.*; samesite=strict)(?=.*; httponly)/i);
      const form = await ask('/admin/api/jobs/check-disk/runs', {
        method: 'POST',
        body: new URLSearchParams({ payload: '{}' }),
        headers: admin,
      });
      expect(form.status).toBe(415);
      const command = await ask('/admin/api/jobs/check-disk/runs', {
        method: 'POST',
        headers: { ...admin, 'sec-fetch-site': 'cross-site' },
      });
      expect(command.status).toBe(403);
    });

    it('has the metrics of its jobs for Prometheus', async () => {
      const response = await ask('/metrics', { headers: { authorization: 'Bearer scrape' } });
      expect([response.status, response.headers.get('content-type')]).toEqual([
        200,
        expect.stringContaining('text/plain'),
      ]);
      const metrics = await response.text();
      expect(metrics).toMatch(/^greenvue_run_attempts_total\{type="check_disk",outcome="succeeded"\} [1-9]/m);
      expect(metrics).toContain('process_start_time_seconds');
    });

    it('answers the commands of its quickstart', async () => {
      const [framework = ''] = programs[0]?.split('/') ?? [];
      const page = await readFile(join(QUICKSTARTS, `${framework}.md`), 'utf8');
      const commands = Array.from(
        page.matchAll(/^(curl |export JOBS_|npx -y @).*$/gm),
        ([command]) => command,
      );
      expect(commands.length).toBeGreaterThan(8);
      const script = commands.join(' && ').replaceAll('http://localhost:3000', origin);
      // A run by hand gets 409 while the run of the schedule is live: later, it starts.
      const all = `curl() { command curl -sS --fail --retry 5 --retry-all-errors "$@"; }\nnpx() { shift 2; ${process.execPath} ${COMMAND_LINE} "$@"; }\n${script}`;
      const { stdout } = await promisify(execFile)('bash', ['-c', all], { cwd: folder });
      expect(stdout).toContain('"id":"check-disk"');
      expect(stdout).toContain('{"freeGb":');
      expect(stdout).toMatch(/^check-disk +\w+ +every 10s /m);
    });
  }

  it('ends cleanly, although somebody watches the events', async () => {
    const events = await ask('/admin/api/job-events', { headers: admin });
    const watching = events.text().catch(() => undefined);
    const disk = answersOpenRequests ? ask('/disk') : undefined;
    if (disk !== undefined)
      await expect
        .poll(() => newestRun('enqueued.check_disk'), WAIT)
        .toMatchObject({ status: 'running', payload: { path: '.' } });
    const codes = await Promise.all(running.map((program) => program.end()));
    const clean = expect.toBeOneOf([0, ...(mayEndBySignal ? ['SIGTERM'] : [])]);
    expect({ codes, printed: printed() }).toMatchObject({ codes: programs.map(() => clean) });
    await watching;
    if (disk !== undefined) expect((await disk).status).toBe(200);
  });
}
