import { z } from 'zod';
import type { PayloadField, RunFilter } from '../../../core/filters/run-filter.ts';
import { RUN_REASONS, RUN_STATUSES, RUN_TIMES, SHOWN_TRIGGERS } from '../../../core/model/run.ts';
import type { RunQuery } from '../../../core/store/store-views.ts';
import { fingerprintParameter } from '../../fields/fingerprint.ts';
import { instantParameter } from '../../fields/instant.ts';
import { oneOrMore } from '../../fields/one-or-more.ts';
import { cursorParameter, limitParameter, pageSchema } from '../../fields/page.ts';
import { tagParameter } from '../../fields/tag.ts';
import { text } from '../../fields/text.ts';
import { jobIdSchema } from '../../input/job-input.ts';
import { backfillIdSchema } from '../backfill.ts';
import { runSchema } from './run.ts';

const PAYLOAD_FIELD = /^([^:]{1,200}):(.{0,1000})$/s;
const payloadField = z
  .string()
  .regex(PAYLOAD_FIELD, 'must be a field and its value, such as customer_id:42 or customer.id:42');

const listFields = {
  status: oneOrMore(RUN_STATUSES).optional().describe('One of these statuses; repeat it for several'),
  reason: oneOrMore(RUN_REASONS).optional().describe('One of these reasons; repeat it for several'),
  trigger: z.enum(SHOWN_TRIGGERS).optional(),
  node: text({ min: 1, max: 500 }).optional().describe('Only runs that this node runs, or ran last'),
  fingerprint: fingerprintParameter
    .optional()
    .describe('Only failed runs of this group of GET /run-failures'),
  backfill_id: backfillIdSchema.optional().describe('Only runs that this backfill made'),
  error: text({ min: 1, max: 200 })
    .optional()
    .describe(
      'Text in the name, code, message or stack of an error, or of one of its causes; case-insensitive. Without status: only failed runs',
    ),
  payload: z
    .union([payloadField, z.array(payloadField).max(5)], {
      error: 'must be a field and its value, such as customer_id:42; repeat the parameter, at most 5 times',
    })
    .optional()
    .describe(
      'Only runs that ran with this value in their payload, such as customer_id:42, or customer.id:42 for a field within a field. Repeat it for several',
    ),
  time: z
    .enum(RUN_TIMES)
    .optional()
    .describe(
      'What from and to are about. queued (default): when the run was queued. ran: runs that were running at some time of the range, as in GET /run-timeline. ended: when the run ended',
    ),
  from: instantParameter
    .optional()
    .describe('Only runs queued at or after this time (RFC 3339); the parameter time can change that'),
  to: instantParameter
    .optional()
    .describe('Only runs queued before this time (RFC 3339); the parameter time can change that'),
  limit: limitParameter,
  cursor: cursorParameter.optional(),
};

/** A page of runs. */
export const runPageSchema = pageSchema(runSchema).extend({
  is_partial: z
    .boolean()
    .describe(
      'true: the search found little in a short time, and continues with next_cursor; the page may even be empty',
    ),
});

/** The query of GET /jobs/:job_id/runs. */
export const jobRunsQuery = z.strictObject(listFields);

/** The query of GET /runs. */
export const runsQuery = z.strictObject({
  job_id: jobIdSchema.optional().describe('Only runs of this job id, of every generation'),
  type: text({ min: 1, max: 100 }).optional(),
  tag: tagParameter.optional(),
  ...listFields,
});

/** The query of GET /runs.csv and GET /runs.ndjson: the filters of GET /runs. */
export const runExportQuery = runsQuery.omit({ limit: true, cursor: true });

/** The engine's filter for the parameters of a list of runs. */
export function runFilter({
  payload,
  backfill_id: backfillId,
  ...filter
}: Pick<
  z.output<typeof jobRunsQuery>,
  'status' | 'reason' | 'trigger' | 'node' | 'fingerprint' | 'error' | 'payload' | 'backfill_id' | 'time'
>): RunFilter & Pick<RunQuery, 'backfillId' | 'time'> {
  const fields = typeof payload === 'string' ? [payload] : payload;
  return { ...filter, backfillId, payload: fields?.map(payloadFieldOf) };
}

function payloadFieldOf(text: string): PayloadField {
  const [, path = '', value = ''] = PAYLOAD_FIELD.exec(text) ?? [];
  return { path: path.split('.'), value };
}
