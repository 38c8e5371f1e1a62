import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROUTES } from '../../../../src/http/routes/routes.ts';
import type { Route } from '../../../../src/http/routing/route.ts';
import type { JobScope } from '../../../../src/http/scope/job-scope.ts';
import { createJob, problemOf, runJob, runThatIs, send } from '../../requests.ts';
import {
  type Answer,
  type MakeMount,
  type Mount,
  type RestServer,
  startRestServer,
} from '../../rest-server.ts';

interface Target {
  readonly jobId: string;
  readonly tags: readonly string[];
  readonly runId: string;
}

/** Where the jobs of a test begin: with these ids and tags. */
type Place = Pick<Target, 'tags'> & { readonly prefix: string };

interface Kind {
  readonly scope: JobScope;
  readonly inside: Place;
  readonly outside: Place;
  /** Why a job outside can't be created. */
  readonly refusal: { readonly pointer: string; readonly detail: RegExp };
}

const KINDS: Readonly<Record<string, Kind>> = {
  'by the beginning of ids': {
    scope: { idPrefix: 'acme-' },
    inside: { prefix: 'acme-', tags: [] },
    outside: { prefix: 'other-', tags: [] },
    refusal: {
      pointer: '/id',
      detail:
        /^You may use only jobs whose id begins with "acme-"; got "other-\w+(-new)?"\. Choose an id such as "acme-report"\.$/,
    },
  },
  'by tags': {
    scope: { tags: ['billing', 'eu'] },
    inside: { prefix: 'in-', tags: ['eu', 'nightly'] },
    outside: { prefix: 'out-', tags: ['nightly'] },
    refusal: {
      pointer: '/tags',
      detail:
        /^You may use only jobs with one of the tags "billing", "eu"; got "nightly"\. Give the job one of the tags "billing", "eu"\.$/,
    },
  },
  'by both': {
    scope: { idPrefix: 'own-', tags: ['us'] },
    inside: { prefix: 'own-in-', tags: ['us'] },
    outside: { prefix: 'own-out-', tags: [] },
    refusal: {
      pointer: '/tags',
      detail:
        /^You may use only jobs whose id begins with "own-" and with the tag "us"; got no tags\. Give the job the tag "us"\.$/,
    },
  },
};

/** What a route does for a caller with a scope. */
type Decision =
  /** Is about one job or run: outside the scope, it answers as for one that does not exist. */
  | 'absent'
  /** Creates a job: outside the scope, it answers 403. */
  | 'refused'
  /** Returns data of many jobs: only those of the scope. */
  | 'filtered'
  /** Returns nothing of jobs. */
  | 'shared'
  /** Is tested in a suite of its own. */
  | 'apart';

interface ScopedRoute {
  readonly decision: Decision;
  /** Fields of a valid body for a target. */
  readonly body?: (target: Target) => Readonly<Record<string, unknown>>;
}

const newJob = { name: 'New', type: 'greet', on_demand: true };

/** A new route fails the test until it has a row here. */
const DECISIONS: Readonly<Record<string, ScopedRoute>> = {
  createJob: { decision: 'refused', body: ({ jobId, tags }) => ({ id: `${jobId}-new`, ...newJob, tags }) },
  listJobs: { decision: 'filtered' },
  getJob: { decision: 'absent' },
  putJob: { decision: 'refused', body: ({ tags }) => ({ ...newJob, type: 'wait', tags }) },
  patchJob: { decision: 'absent', body: () => ({ name: 'Changed' }) },
  deleteJob: { decision: 'absent' },
  runJob: { decision: 'absent' },
  pauseJob: { decision: 'absent' },
  resumeJob: { decision: 'absent' },
  listJobVersions: { decision: 'absent' },
  getJobVersion: { decision: 'absent' },
  // The targets here have no past slots.
  backfillJob: { decision: 'apart' },
  listBackfills: { decision: 'apart' },
  getBackfill: { decision: 'apart' },
  cancelBackfill: { decision: 'apart' },
  // See the suite of bulk commands.
  bulkJobs: { decision: 'apart' },
  bulkRuns: { decision: 'apart' },
  listBulkCommands: { decision: 'apart' },
  getBulkCommand: { decision: 'apart' },
  cancelBulkCommand: { decision: 'apart' },
  listJobRuns: { decision: 'absent' },
  listRuns: { decision: 'filtered' },
  // Are streams: see the suite of exports.
  exportRunsCsv: { decision: 'apart' },
  exportRunsJson: { decision: 'apart' },
  exportJobAudit: { decision: 'apart' },
  // Nodes run all jobs: see the suite of nodes.
  listNodes: { decision: 'apart' },
  drainNode: { decision: 'apart' },
  resumeNode: { decision: 'apart' },
  // No run of the suite fails: see the suite of failures.
  listRunFailures: { decision: 'apart' },
  // Has runs only of jobs that ran: see the suite of timelines.
  getRunTimeline: { decision: 'apart' },
  getRun: { decision: 'absent' },
  getRunLogs: { decision: 'absent' },
  cancelRun: { decision: 'absent' },
  retryRun: { decision: 'absent' },
  // The id of the job is the server's choice: see the suite of scopes.
  enqueueRun: { decision: 'apart' },
  // About all jobs: see the suite of pauses of all jobs.
  getPauseOfAll: { decision: 'shared' },
  pauseAllJobs: { decision: 'apart' },
  resumeAllJobs: { decision: 'apart' },
  listJobTypes: { decision: 'shared' },
  previewJob: { decision: 'absent', body: ({ jobId }) => ({ job_id: jobId, interval: '1h' }) },
  getJobForecast: { decision: 'apart' },
  // Have numbers alone, or no ids.
  getJobStats: { decision: 'apart' },
  listJobTags: { decision: 'apart' },
  getJobHistory: { decision: 'apart' },
  getCaller: { decision: 'apart' },
  listJobAudit: { decision: 'filtered' },
  // Channels are of the whole engine: see the suite of alerts.
  createAlertChannel: { decision: 'apart' },
  listAlertChannels: { decision: 'apart' },
  getAlertChannel: { decision: 'apart' },
  patchAlertChannel: { decision: 'apart' },
  deleteAlertChannel: { decision: 'apart' },
  testAlertChannel: { decision: 'apart' },
  listAlertDeliveries: { decision: 'apart' },
  retryAlertDelivery: { decision: 'apart' },
  // Secrets are of the whole engine, too.
  listSecrets: { decision: 'apart' },
  putSecret: { decision: 'apart' },
  deleteSecret: { decision: 'apart' },
  resealSecrets: { decision: 'apart' },
  // Everybody reads calendars; who may write them, see the suite of scopes.
  listCalendars: { decision: 'shared' },
  getCalendar: { decision: 'apart' },
  putCalendar: { decision: 'apart' },
  deleteCalendar: { decision: 'apart' },
  // Is a stream.
  streamJobEvents: { decision: 'apart' },
};

const NOWHERE: Target = { jobId: 'nowhere', tags: ['eu', 'us'], runId: '4711' };

export function scopedRoutes(makeMount: MakeMount): void {
  let server: RestServer;
  beforeAll(async () => {
    server = await startRestServer(makeMount);
  });
  afterAll(() => server.close());

  test('each route has a decision about callers with a scope', () => {
    expect(Object.keys(DECISIONS).sort()).toEqual(ROUTES.map(({ doc }) => doc.operationId).sort());
  });
  for (const [name, kind] of Object.entries(KINDS))
    describe(name, () => routesIn(kind, { makeMount, getServer: () => server }));
}

interface Served {
  readonly makeMount: MakeMount;
  readonly getServer: () => RestServer;
}

const withDecision = (decision: Decision) =>
  ROUTES.filter(({ doc }) => DECISIONS[doc.operationId]?.decision === decision).map(
    (route) => [`${route.method} ${route.path}`, route] as const,
  );

/** A job with a live run. */
async function makeTarget(server: RestServer, { prefix, tags }: Place, { doc }: Route): Promise<Target> {
  const jobId = `${prefix}${doc.operationId}`;
  await createJob(server, jobId, { type: 'wait', on_demand: true, overlap: 'allow', tags });
  return { jobId, tags, runId: (await runJob(server, jobId)).id };
}

function ask(mount: Mount, { method, path, doc }: Route, target: Target): Promise<Answer> {
  const url = path.replace(':job_id', target.jobId).replace(':run_id', target.runId).replace(':version', '1');
  const { decision, body } = DECISIONS[doc.operationId] ?? {};
  const query = decision === 'filtered' ? '?limit=200' : '';
  return send(mount, method, `${url}${query}`, body === undefined ? {} : { body: body(target) });
}

/** The answer to a request, with the ids of its target replaced by those of {@link NOWHERE}. */
function problemNowhere(answer: Answer, { jobId, runId }: Target) {
  const { detail, ...problem } = problemOf(answer, 404);
  const shown = detail
    .replace(`"${jobId}"`, `"${NOWHERE.jobId}"`)
    .replace(`"${runId}"`, `"${NOWHERE.runId}"`);
  return { ...problem, instance: '', detail: shown };
}

function routesIn({ scope, inside, outside, refusal }: Kind, { makeMount, getServer }: Served): void {
  const actor = `user:${inside.prefix}`;
  let server: RestServer;
  let scoped: Mount;
  beforeAll(async () => {
    server = getServer();
    scoped = await makeMount(server.engine, { authorize: () => ({ id: actor, scope }) });
  });
  afterAll(() => scoped.close());

  test.each(withDecision('absent'))(
    '%s: what is outside the scope does not exist, and does not change',
    async (_name, route) => {
      const other = await makeTarget(server, outside, route);
      const before = [
        await send(server, 'GET', `/jobs/${other.jobId}`),
        await send(server, 'GET', `/runs/${other.runId}`),
      ];
      const refused = problemNowhere(await ask(scoped, route, other), other);
      expect(refused).toEqual(problemNowhere(await ask(server, route, NOWHERE), NOWHERE));
      const after = [
        await send(server, 'GET', `/jobs/${other.jobId}`),
        await send(server, 'GET', `/runs/${other.runId}`),
      ];
      expect(after.map(({ body }) => body)).toEqual(before.map(({ body }) => body));
    },
  );

  test.each([...withDecision('absent'), ...withDecision('refused')])(
    '%s: works inside the scope',
    async (_name, route) => {
      const own = await makeTarget(server, { ...inside, prefix: `${inside.prefix}own-` }, route);
      if (route.doc.operationId === 'retryRun') {
        await send(server, 'POST', `/runs/${own.runId}/cancel`);
        await runThatIs(server, own.runId, 'cancelled');
      }
      const answer = await ask(scoped, route, own);
      expect([200, 201, 202, 204], answer.body).toContain(answer.statusCode);
    },
  );

  test.each(withDecision('refused'))('%s: creates nothing outside the scope', async (_name, route) => {
    const { prefix, tags } = outside;
    const target = { ...NOWHERE, jobId: `${prefix}${route.doc.operationId}`, tags };
    const { detail, errors } = problemOf(await ask(scoped, route, target), 403);
    expect(errors?.map(({ pointer }) => pointer)).toEqual([refusal.pointer]);
    expect(detail).toMatch(refusal.detail);
    const made = await server.engine.listJobs({
      sort: 'id',
      descending: false,
      limit: 10,
      idPrefix: target.jobId,
    });
    expect(made.rows).toEqual([]);
  });

  test.each(withDecision('filtered'))('%s: has only jobs of the scope', async (_name, route) => {
    const mine = await makeTarget(server, inside, route);
    const other = await makeTarget(server, outside, route);
    const everything = await ask(server, route, mine);
    for (const { jobId } of [mine, other]) expect(everything.body).toContain(`"${jobId}"`);
    const own = await ask(scoped, route, mine);
    expect(own.statusCode).toBe(200);
    expect(own.body).toContain(`"${mine.jobId}"`);
    expect(own.body).not.toContain(`"${outside.prefix}`);
  });

  test.each(withDecision('shared'))('%s: is the same for all', async (_name, route) => {
    const [own, all] = await Promise.all([ask(scoped, route, NOWHERE), ask(server, route, NOWHERE)]);
    expect(own.statusCode).toBe(200);
    expect(own.body).toBe(all.body);
  });

  test('nothing outside the scope was changed by its caller', async () => {
    const audit = await server.engine.listAudit({ limit: 1_000, actor });
    expect(audit.length).toBeGreaterThan(5);
    for (const { action, target } of audit)
      expect(action.startsWith('run.') || target.startsWith(inside.prefix), `${action} ${target}`).toBe(true);
  });
}
