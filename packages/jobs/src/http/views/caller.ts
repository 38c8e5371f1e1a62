import { z } from 'zod';

/** The sender of a request. */
export const callerSchema = z.object({
  id: z
    .string()
    .nullable()
    .describe('The name in the audit log, such as user:42; null if the server names nobody'),
  name: z.string().nullable().describe('The name for people; null if the server names nobody'),
  scope: z
    .object({ id_prefix: z.string().nullable(), tags: z.array(z.string()).nullable() })
    .nullable()
    .describe(
      'The sender sees and changes only jobs whose id begins with id_prefix and that have one of the tags, each unless null; null: all jobs',
    ),
  policy: z
    .object({
      min_interval: z.string().nullable(),
      max_jobs: z.int().nullable(),
      types: z.array(z.string()).nullable(),
      tags: z.array(z.string()).nullable(),
    })
    .nullable()
    .describe('Limits on the jobs that the sender may make or change; null: none'),
  rights: z
    .array(z.enum(['read', 'operate', 'admin']))
    .describe(
      'read: reads jobs and runs. operate: runs, pauses, resumes, cancels and retries. admin: creates, edits and deletes',
    ),
});

export type CallerJson = z.output<typeof callerSchema>;
