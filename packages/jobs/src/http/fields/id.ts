import { z } from 'zod';
import { JOB_ID, JOB_ID_RULE } from '../../core/model/job-id.ts';

/** An id that a caller has chosen, of a job or an alert channel (P1, identity). */
export const idSchema = z
  .string({ error: ({ input }) => (input === undefined ? `is required: it ${JOB_ID_RULE}` : undefined) })
  .regex(JOB_ID, JOB_ID_RULE);
