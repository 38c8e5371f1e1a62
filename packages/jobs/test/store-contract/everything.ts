import type { JobStore, Retention } from '../../src/core/store/store.ts';
import type { RunView } from '../../src/core/store/store-views.ts';
import {
  DAY,
  definitionOf,
  every,
  failed,
  HOUR,
  MINUTE,
  ON_DEMAND,
  type Rig,
  required,
  SECOND,
  SUCCEEDED,
  T0,
  TYPES,
} from './rig.ts';

export const RETENTION: Retention = {
  finishedPerJob: 5,
  skippedPerJob: 2,
  maxAgeMs: 30 * DAY,
  countsMaxAgeMs: 90 * DAY,
};

const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const AUDIT = { actor: 'user:1', action: 'job.edit', change: '{"why":"to have it"}' };

/** Fills a store with a row of every kind. */
export async function fillWithEverything(t: Rig): Promise<void> {
  await makeJobs(t);
  await finishRuns(t);
  await t.store.prune(RETENTION);
  await leaveRunsLive(t);
}

/** The runs that {@link fillWithEverything} leaves. */
export const STILL_THERE: readonly {
  readonly name: string;
  readonly value: unknown;
  of(view: RunView): unknown;
}[] = [
  ...['succeeded', 'failed', 'cancelled', 'skipped', 'queued', 'running'].map((value) => ({
    name: 'status',
    value,
    of: ({ run }: RunView) => run.status,
  })),
  ...['no', 'overlap', 'pause', 'run_at'].map((value) => ({
    name: 'held',
    value,
    of: ({ run }: RunView) => ('held' in run ? run.held : undefined),
  })),
  ...['error', 'lost', 'user', 'deleted', 'overlap', 'missed'].map((value) => ({
    name: 'reason',
    value,
    of: ({ run }: RunView) => ('reason' in run ? run.reason : undefined),
  })),
  { name: 'trace', value: TRACE, of: ({ run }) => ('trace' in run ? run.trace : undefined) },
  { name: 'cancel asked', value: 'user', of: ({ run }) => ('cancel' in run ? run.cancel : undefined) },
];

/** Everything that a store returns. */
export async function readEverything(store: JobStore) {
  const jobs = await store.listJobs({ sort: 'id', descending: false, limit: 100, handlers: TYPES });
  const { rows: runs } = await store.listRuns({ limit: 1_000 });
  const ids = jobs.rows.map(({ job }) => job.id);
  return {
    jobs,
    runs,
    byName: await store.listJobs({ sort: 'name', descending: true, limit: 3, handlers: TYPES }),
    byStatus: await store.listRuns({ limit: 1_000, status: 'failed' }),
    ofDeleted: await store.listRuns({ limit: 1_000, jobId: 'again' }),
    each: await Promise.all(runs.map(({ run }) => store.getRun(run.id))),
    logs: await Promise.all(runs.map(({ run }) => store.getLogs(run.id))),
    audit: await store.listAudit({ limit: 1_000 }),
    secrets: await store.listSecrets(),
    calendars: await store.listCalendars(),
    channels: await store.listAlertChannels(),
    alerts: await store.listAlertDeliveries({ limit: 1_000 }),
    stats: await store.stats({ hours: 24 * 90 }),
    hours: await Promise.all(ids.map((jobId) => store.jobHours({ jobId, hours: 24 * 90 }))),
  };
}

async function makeJobs(t: Rig): Promise<void> {
  const channel = { kind: 'slack', config: '{"url":"https://example.com"}', allJobs: true } as const;
  await t.store.changeAlertChannel({ id: 'ops', command: { kind: 'create', channel, by: 'ada' } });
  const calendar = { name: 'Weekends', timezone: 'UTC', windows: [{ weekdays: ['sat', 'sun'] }] } as const;
  await t.store.changeCalendar({ id: 'weekends', command: { kind: 'put', calendar, by: 'ada' } });
  await t.store.changeSecret({ name: 'API_KEY', command: { kind: 'put', sealed: '1.x', by: 'ada' } });
  await t.create('every-minute', { description: 'Größe „1“ 😀\n\t\\N \\ "', payload: '{"text":"\\u0000"}' });
  await t.store.insertJob({ definition: definitionOf('traced', { schedule: ON_DEMAND }), trace: TRACE });
  await t.create('delayed', { schedule: every(10 * MINUTE, { mode: 'fixed_delay' }) });
  await t.create('cron', { schedule: { kind: 'cron', cron: '0 3 * * *', timezone: 'Europe/Berlin' } });
  await t.create('phased', { schedule: every(HOUR, { startAt: T0 + 90 * SECOND }), catchUp: 'skip' });
  await t.create('once', { schedule: { kind: 'run_at', runAt: T0 + MINUTE } });
  await t.create('queueing', { schedule: every(HOUR), overlap: 'queue', catchUp: 'all' });
  // No run of it has been made, so only PostgreSQL makes its queue (P29, limits and priority).
  await t.create('urgent', { schedule: every(HOUR, { startAt: T0 + 5 * HOUR }), priority: 'high' });
  await t.create('skipping', { schedule: every(HOUR, { startAt: T0 + 3 * HOUR }), catchUp: 'skip' });
  for (const id of ['on-demand', 'deduped', 'again', 'paused']) {
    const backoff = { initialMs: 1_000, maxMs: 60_000, factor: 1.7, jitter: 0 };
    await t.create(id, { schedule: ON_DEMAND, overlap: 'allow', backoff });
  }
  await t.done('on-demand', { kind: 'trigger', payload: '{"n":1}' }, { audit: AUDIT });
  await t.edit('cron', { name: 'Every night', typeVersion: 1, maxAttempts: 7 });
}

async function finishRuns(t: Rig): Promise<void> {
  t.clock.advance(MINUTE);
  await t.plan();
  const { runs } = await t.claim();
  for (const run of runs) {
    await t.store.report([
      { runId: run.id, fence: run.fence, progress: { done: 1, total: 2, note: 'half' } },
    ]);
    await t.settle(
      run,
      { kind: 'succeeded', result: '{"n":1,"text":"ü"}' },
      {
        logs: [
          { at: t.clock.now(), level: 'info', message: 'a line\nof two', fields: '{"a":[1]}' },
          { at: t.clock.now(), level: 'error', message: 'another' },
        ],
      },
    );
  }
  await t.trigger('on-demand');
  await t.settle(await t.claimOne(), failed('for ever', true));
  const { id } = await t.trigger('on-demand');
  await t.store.cancelRun({ runId: id, force: false, audit: AUDIT });
  await t.trigger('again');
  await t.trigger('again');
  await t.settle(required((await t.claim(1)).runs[0]), SUCCEEDED);
  await t.done('again', { kind: 'delete' }, { audit: AUDIT });
  await t.create('again', { schedule: ON_DEMAND });
  await failLost(t);
  for (const dedupeKey of ['pruned', ...Array.from({ length: 8 }, (_, n) => `key-${n}`), 'kept']) {
    await t.done('deduped', { kind: 'trigger' }, { dedupeKey });
    t.clock.advance(SECOND);
    await t.settleAll((await t.claim()).runs);
  }
}

async function failLost(t: Rig): Promise<void> {
  await t.trigger('on-demand');
  for (let n = 0; n < 6; n += 1) {
    await t.claimOne(`dead-${n}`);
    await t.store.recover({ node: 'node-1' });
    // From the second loss on, the run waits.
    t.clock.advance(10 * SECOND);
  }
}

async function leaveRunsLive(t: Rig): Promise<void> {
  // A live run blocks its job's own slots; other slots passed while no engine ran.
  t.clock.advance(HOUR);
  await t.plan();
  const { runs } = await t.claim();
  t.clock.advance(3 * HOUR);
  await t.plan();
  await t.settle(required(runs[0]), failed('once more'), {
    logs: [{ at: t.clock.now(), level: 'warn', message: 'a zero \0 in it' }],
  });
  await t.trigger('paused');
  await t.trigger('paused');
  await t.done('paused', {
    kind: 'pause',
    reason: 'a rest',
    by: 'user:1',
    until: t.clock.now() + DAY,
    cancelLive: false,
  });
  await t.done('on-demand', { kind: 'trigger', runAt: t.clock.now() + DAY, payload: '{"later":true}' });
  await t.trigger('on-demand');
  await t.done('on-demand', { kind: 'trigger', trace: TRACE });
  await t.claim(1, 1, 'dead-with-claims');
  const running = required((await t.runs({ status: 'running', jobId: 'on-demand' }))[0], 'a running run');
  await t.store.cancelRun({ runId: running.id, force: false });
}
