import type { AlertKind, JobInput, JobType } from '@greenvue/jobs';
import { createPastJobs, type PastJobs } from '@greenvue/jobs/testing';
import { DEMO_CHANNEL, SEEDED_JOBS } from './demo-jobs.ts';
import { demoTypes } from './types/demo-types.ts';

/** The people of the demo, as the engine names them. */
export interface DemoStaff {
  readonly operator: string;
  readonly admin: string;
}

export interface DemoHistory {
  /** The file of the jobs. */
  readonly file: string;
  /** When the day ends (ms since 1970). */
  readonly until: number;
  readonly now: () => number;
  readonly staff: DemoStaff;
  readonly version: string;
  readonly consoleUrl: string;
  readonly alertKind: AlertKind;
  /** The types of the server, and its jobs, which begin when the day has ended. */
  readonly types: readonly JobType[];
  readonly jobs: readonly JobInput[];
  readonly progress: (done: number, total: number) => void;
}

const MINUTE_MS = 60_000;
const DAY_MINUTES = 25 * 60;
const STATEMENTS = 'bank-statements';

/** What a person or a program does, in minutes before the end of the day. */
interface Act {
  readonly at: number;
  readonly act: (jobs: PastJobs) => Promise<unknown>;
}

/**
 * Seeds a day: the engine itself runs the jobs of the demo, on a clock that passes a day in seconds. At its
 * end, a job has paused itself, another one fails, one is overdue, and one is in the middle of its work.
 */
export async function makeHistory(history: DemoHistory): Promise<void> {
  const { file, until, types, version, consoleUrl, alertKind, jobs, progress } = history;
  const minute = (before: number) => until - before * MINUTE_MS;
  const past = await createPastJobs({
    file,
    from: minute(DAY_MINUTES),
    version,
    types: (clock) => [
      ...types,
      ...demoTypes({ clock: { now: clock.now, sleep: (ms, how) => clock.sleep(ms, how) }, until }),
    ],
    alerts: { consoleUrl, kinds: { [DEMO_CHANNEL]: alertKind } },
  });
  try {
    const acts = actsOf(history);
    for (let before = DAY_MINUTES; before >= 0; before -= 1) {
      await past.advanceTo(minute(before));
      for (const { at, act } of acts) if (at === before) await act(past);
      progress(DAY_MINUTES - before, DAY_MINUTES);
    }
    // The day took some seconds to seed: the server has less to catch up with.
    await past.advanceTo(Math.max(until, history.now()));
    // Due as soon as the server starts.
    const startAt = new Date(past.clock.now() + 1_000);
    for (const job of jobs) await past.createJob({ ...job, startAt }, { by: history.staff.admin });
  } finally {
    await past.stop();
  }
}

function actsOf({ staff: { operator, admin } }: DemoHistory): readonly Act[] {
  return [
    {
      at: DAY_MINUTES,
      act: async (jobs) => {
        await jobs.createAlertChannel(
          {
            id: DEMO_CHANNEL,
            kind: DEMO_CHANNEL,
            conditions: ['paused_by_engine', 'failed', 'recovered', 'overdue'],
          },
          { by: admin },
        );
        for (const job of SEEDED_JOBS) await jobs.createJob(job, { by: admin });
      },
    },
    { at: 1_420, act: (jobs) => jobs.trigger(STATEMENTS, {}, { by: 'token:bank-gateway' }) },
    { at: 1_300, act: (jobs) => jobs.patchJob('report-finance', { cron: '45 */6 * * *' }, { by: admin }) },
    { at: 900, act: (jobs) => jobs.trigger(STATEMENTS, {}, { by: 'token:bank-gateway' }) },
    { at: 870, act: (jobs) => cancelLive(jobs, 'recommendations', admin) },
    {
      at: 820,
      act: (jobs) =>
        jobs.pauseJob(
          'autumn-offers',
          { reason: 'The prices lack VAT. Legal reads the text until Thursday.' },
          { by: operator },
        ),
    },
    // Once its table is back, the reports that failed are made up for.
    {
      at: 640,
      act: (jobs) =>
        jobs.backfillJob(
          'report-sales',
          { from: new Date(jobs.clock.now() - 300 * MINUTE_MS), to: new Date(jobs.clock.now()) },
          { by: admin },
        ),
    },
    { at: 480, act: (jobs) => retryFailed(jobs, 'stock-lyon', operator) },
    { at: 430, act: (jobs) => jobs.patchJob('stock-malmo', { timeout: '4m' }, { by: admin }) },
    {
      at: 200,
      act: async (jobs) => {
        await waitUntilIdle(jobs, 'photos-archive');
        await jobs.trigger('photos-archive', {}, { by: operator });
      },
    },
    { at: 24, act: (jobs) => retryFailed(jobs, 'fraud-uk', operator) },
  ];
}

async function cancelLive(jobs: PastJobs, jobId: string, by: string): Promise<void> {
  const { rows } = await jobs.listRuns({ jobId, status: 'running', limit: 1 });
  for (const { run } of rows) await jobs.cancelRun(run.id, {}, { by });
}

/** The day may begin at any second, so a slot may have come just before somebody acts. */
async function waitUntilIdle(jobs: PastJobs, jobId: string): Promise<void> {
  const isLive = async () =>
    (await jobs.listRuns({ jobId, status: ['queued', 'running'], limit: 1 })).rows.length > 0;
  while (await isLive()) await jobs.advanceTo(jobs.clock.now() + MINUTE_MS / 2);
}

async function retryFailed(jobs: PastJobs, jobId: string, by: string): Promise<void> {
  await waitUntilIdle(jobs, jobId);
  const { rows } = await jobs.listRuns({ jobId, status: 'failed', limit: 1 });
  for (const { run } of rows) await jobs.retryRun(run.id, { by });
}
