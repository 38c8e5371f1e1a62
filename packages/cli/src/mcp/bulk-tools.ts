import { bulkJobs, bulkRuns, getBulkCommand } from '@greenvue/jobs/client';
import { z } from 'zod';
import { jobId, type Tool, tool } from './tool.ts';

/** Changes of many jobs or runs, of a role that may change single ones. */
export const BULK_TOOLS: readonly Tool[] = [
  tool({
    name: 'change_many_jobs',
    need: 'operate',
    description:
      'Pauses, resumes or runs all jobs that a filter finds. Call it with dry_run first, and tell the person how many jobs it is about. It returns once the command has started: get_bulk_command has its progress and failures.',
    input: z.strictObject({
      action: z.enum(['pause', 'resume', 'run']),
      filter: z
        .strictObject({
          q: z.string().optional().describe('Text in the id, name or description'),
          type: z.string().optional(),
          tag: z.array(z.string()).optional().describe('Jobs with all of these tags'),
          status: z.enum(['active', 'paused', 'finished']).optional(),
          health: z.enum(['unhealthy', 'failing', 'overdue', 'late']).optional(),
        })
        .describe('At least one condition'),
      reason: z.string().optional().describe('For pause: why; people see it'),
      dry_run: z.boolean().default(true).describe('true: only say how many jobs match'),
    }),
    call: (api, body) => bulkJobs(api, body),
  }),
  tool({
    name: 'change_many_runs',
    need: 'operate',
    description:
      'Retries or cancels all runs that a filter finds, such as the failed runs of one cause. Call it with dry_run first, and tell the person how many runs it would change, and how many a retry would leave out. get_bulk_command has its progress and failures.',
    input: z.strictObject({
      action: z.enum(['retry', 'cancel']),
      filter: z
        .strictObject({
          job_id: jobId.optional(),
          type: z.string().optional(),
          status: z.enum(['queued', 'running', 'failed', 'cancelled']).optional(),
          fingerprint: z.string().optional().describe('Failed runs of this group of list_failures'),
          from: z.iso.datetime({ offset: true }).optional().describe('Runs queued at or after this time'),
          to: z.iso.datetime({ offset: true }).optional().describe('Runs queued before this time'),
        })
        .describe('At least one condition'),
      dry_run: z.boolean().default(true).describe('true: only say how many runs match'),
    }),
    call: (api, body) => bulkRuns(api, body),
  }),
  tool({
    name: 'get_bulk_command',
    need: 'read',
    description: 'Reads the progress and the failures of a command of change_many_jobs or change_many_runs.',
    input: z.strictObject({ id: z.string().regex(/^\d{1,19}$/) }),
    call: (api, { id }) => getBulkCommand(api, id),
  }),
];
