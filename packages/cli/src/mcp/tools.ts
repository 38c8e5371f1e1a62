import {
  backfillJob,
  type Connection,
  enqueue,
  getForecast,
  getJob,
  getJobHistory,
  getRun,
  getRunLogs,
  getStats,
  listAlertDeliveries,
  listJobRuns,
  listJobs,
  listJobTypes,
  listRunFailures,
  listRuns,
  pauseAllJobs,
  pauseJob,
  previewSchedule,
  resumeAllJobs,
  resumeJob,
  runJob,
} from '@greenvue/jobs/client';
import { z } from 'zod';
import { BULK_TOOLS } from './bulk-tools.ts';
import { jobId, runId, type Tool, tool } from './tool.ts';

export type { Right, Tool } from './tool.ts';

const limit = z.int().min(1).max(50).default(10).describe('Maximum number of rows');
const time = z.iso.datetime({ offset: true });
const FAILED_SHOWN = 3;

export const TOOLS: readonly Tool[] = [
  tool({
    name: 'list_jobs',
    need: 'read',
    description: 'Lists jobs with their schedule, status, health and next run.',
    input: z.strictObject({
      q: z.string().optional().describe('Text in the id, name or description'),
      type: z.string().optional().describe('Only jobs of this type'),
      tag: z.array(z.string()).optional().describe('Only jobs with all of these tags'),
      status: z.enum(['active', 'paused', 'finished']).optional(),
      limit,
    }),
    call: (api, query) => listJobs(api, query),
  }),
  tool({
    name: 'why_unhealthy',
    need: 'read',
    description:
      'Lists the jobs that need attention: their health with its reason, and the errors of their latest failed runs. With job_id, only this job, healthy or not.',
    input: z.strictObject({ job_id: jobId.optional(), limit }),
    call: async (api, { job_id: id, limit: most }) => {
      const jobs =
        id === undefined
          ? (await listJobs(api, { health: 'unhealthy', limit: most })).data
          : [await getJob(api, id)];
      return Promise.all(jobs.map(async (job) => ({ job, failed_runs: await failedRuns(api, job.id) })));
    },
  }),
  tool({
    name: 'get_job',
    need: 'read',
    description: 'Reads the definition and the state of a job.',
    input: z.strictObject({ job_id: jobId }),
    call: (api, { job_id: id }) => getJob(api, id),
  }),
  tool({
    name: 'list_runs',
    need: 'read',
    description:
      'Lists runs, newest first: of one job, or of all jobs. is_partial with next_cursor: the search has not seen all runs yet.',
    input: z.strictObject({
      job_id: jobId.optional(),
      status: z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled', 'skipped']).optional(),
      trigger: z.enum(['schedule', 'manual', 'backfill', 'chain']).optional(),
      error: z.string().optional().describe('Text in an error of the run, in any case'),
      fingerprint: z.string().optional().describe('Only failed runs of this group of list_failures'),
      backfill_id: z.string().optional().describe('Only runs that this backfill made'),
      payload: z
        .string()
        .optional()
        .describe('A field and its value in the payload of the run, such as customer_id:42'),
      cursor: z.string().optional().describe('next_cursor of the page before'),
      limit,
    }),
    call: (api, { job_id: id, ...query }) =>
      id === undefined ? listRuns(api, query) : listJobRuns(api, id, query),
  }),
  tool({
    name: 'list_failures',
    need: 'read',
    description:
      'Groups failed runs by cause: each group has its fingerprint, count, jobs, first and last time, and a sample run with the stack of its error.',
    input: z.strictObject({
      hours: z.int().min(1).max(2_160).default(24).describe('Failures of the last hours'),
      job_id: jobId.optional(),
      type: z.string().optional().describe('Only runs of this job type'),
      sort: z.enum(['-last_seen', '-count']).default('-last_seen'),
      limit,
    }),
    call: (api, query) => listRunFailures(api, query),
  }),
  tool({
    name: 'get_run',
    need: 'read',
    description: 'Reads a run: times, progress, result, and the errors of its attempts with their stacks.',
    input: z.strictObject({ run_id: runId }),
    call: (api, { run_id: id }) => getRun(api, id),
  }),
  tool({
    name: 'get_run_log',
    need: 'read',
    description: 'Reads what the handler of a run has logged, oldest line first.',
    input: z.strictObject({ run_id: runId }),
    call: (api, { run_id: id }) => getRunLogs(api, id),
  }),
  tool({
    name: 'preview_schedule',
    need: 'read',
    description:
      'Computes the next times of a schedule, without a change: of an interval, a cron pattern or a recurrence rule. Says both times of a slot that spread puts off.',
    input: z.strictObject({
      interval: z.string().optional().describe('Such as 10m or 24h'),
      cron: z.string().optional().describe('Five or six fields, such as 0 8 * * MON'),
      rrule: z
        .string()
        .optional()
        .describe('Recurrence rule of iCalendar, such as FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;BYHOUR=9'),
      timezone: z.string().optional().describe('Of cron and rrule, such as Europe/Berlin; default UTC'),
      start_at: time.optional().describe('No slot is earlier; the first one of an interval'),
      end_at: time.optional().describe('No slot is later'),
      max_runs: z.int().min(1).optional().describe('The most runs of the schedule'),
      spread: z
        .string()
        .optional()
        .describe('Each slot is due by a part of this duration later, such as 10m'),
      count: z.int().min(1).max(50).default(5),
    }),
    call: (api, schedule) => previewSchedule(api, schedule),
  }),
  tool({
    name: 'forecast_runs',
    need: 'read',
    description:
      'Forecasts the runs of the next hours from the schedules: by hour, type and tag, with clashes and quiet times.',
    input: z.strictObject({
      hours: z.int().min(1).max(168).default(24),
      from: time.optional().describe('Default: now'),
      type: z.string().max(200).optional().describe('Only jobs of this type'),
    }),
    call: (api, query) => getForecast(api, query),
  }),
  tool({
    name: 'list_job_types',
    need: 'read',
    description: 'Lists the job types of the server, with the JSON Schema of their payloads.',
    input: z.strictObject({}),
    call: (api) => listJobTypes(api),
  }),
  tool({
    name: 'get_stats',
    need: 'read',
    description: 'Counts jobs by health and runs by state, and lists the live nodes with their places.',
    input: z.strictObject({}),
    call: (api) => getStats(api),
  }),
  tool({
    name: 'get_history',
    need: 'read',
    description:
      'Success rate, durations and lateness of finished runs over time, for up to 90 days: of all jobs, or of one job, type or tag. Shows since when a job fails or became slow.',
    input: z.strictObject({
      from: z.string().optional().describe('RFC 3339; default 24 hours before `to`'),
      to: z.string().optional().describe('RFC 3339; default now'),
      step: z.string().optional().describe('Whole hours such as 1h or 24h; default about 100 steps'),
      job_id: jobId.optional(),
      type: z.string().optional().describe('Name of a job type'),
      tag: z.string().optional(),
    }),
    call: (api, query) => getJobHistory(api, query),
  }),
  tool({
    name: 'list_alerts',
    need: 'admin',
    description:
      'Lists alerts about jobs, newest first: what failed, recovered, is late and so on, and whether each alert was sent, waits, or could not be delivered.',
    input: z.strictObject({
      job_id: jobId.optional(),
      channel: z.string().optional().describe('Id of an alert channel'),
      status: z.enum(['pending', 'sent', 'undeliverable']).optional(),
      limit,
    }),
    call: (api, query) => listAlertDeliveries(api, query),
  }),
  tool({
    name: 'run_job',
    need: 'operate',
    description: 'Runs a job now, without a change to its schedule.',
    input: z.strictObject({
      job_id: jobId,
      payload: z
        .record(z.string(), z.unknown())
        .optional()
        .describe("Replaces the job's payload for this run"),
    }),
    call: (api, { job_id: id, payload }) => runJob(api, id, payload === undefined ? {} : { payload }),
  }),
  tool({
    name: 'backfill_job',
    need: 'operate',
    description:
      'Runs the past slots of a job between two times that have no run that succeeded. By default, it only says which slots those are (dry_run).',
    input: z.strictObject({
      job_id: jobId,
      from: time,
      to: time.optional().describe('Default: now'),
      dry_run: z.boolean().default(true),
    }),
    call: (api, { job_id: id, ...body }) => backfillJob(api, id, body),
  }),
  tool({
    name: 'enqueue_run',
    need: 'operate',
    description:
      'Runs a job type once, without a job made for it: now, after a delay, or at a time. list_job_types gives the schema of the payload.',
    input: z.strictObject({
      type: z.string().describe('Name of the job type'),
      payload: z.record(z.string(), z.unknown()).default({}),
      delay: z.string().optional().describe('How long the run waits before it starts, such as 5m'),
      run_at: time.optional().describe('Earliest start, instead of delay'),
      dedupe_key: z
        .string()
        .optional()
        .describe('The same key within 24 hours returns the same run, such as order-66'),
    }),
    call: (api, { type, payload, ...options }) => enqueue(api, type, payload, options),
  }),
  tool({
    name: 'pause_job',
    need: 'operate',
    description:
      'Pauses a job: running runs finish, and waiting runs are held until it is resumed. Runs that run_job asks for still start, except of a job enqueued.<type>.',
    input: z.strictObject({
      job_id: jobId,
      reason: z.string().optional().describe('Why; people see it'),
      until: time.optional().describe('When it resumes by itself'),
    }),
    call: (api, { job_id: id, ...body }) => pauseJob(api, id, body),
  }),
  tool({
    name: 'resume_job',
    need: 'operate',
    description: 'Resumes a paused job: it continues with its next slot.',
    input: z.strictObject({ job_id: jobId }),
    call: (api, { job_id: id }) => resumeJob(api, id),
  }),
  ...BULK_TOOLS,
  tool({
    name: 'pause_all_jobs',
    need: 'operate',
    description:
      'Pauses all jobs, for maintenance: running runs finish, and no run starts until resume_all_jobs or until. Each job keeps its own pause.',
    input: z.strictObject({
      reason: z.string().optional().describe('Why; people see it'),
      until: time.optional().describe('When the pause ends by itself'),
    }),
    call: (api, body) => pauseAllJobs(api, body),
  }),
  tool({
    name: 'resume_all_jobs',
    need: 'operate',
    description: 'Ends the pause of all jobs. Jobs that are paused on their own stay paused.',
    input: z.strictObject({}),
    call: (api) => resumeAllJobs(api),
  }),
];

async function failedRuns(api: Connection, id: string) {
  const { data } = await listJobRuns(api, id, { status: 'failed', limit: FAILED_SHOWN });
  return data.map(({ id: run, reason, finished_at, errors }) => ({
    run_id: run,
    reason,
    finished_at,
    errors,
  }));
}
