import { z } from 'zod';
import { ALERT_CONDITIONS, DELIVERY_STATUSES } from '../../core/alerts/alert.ts';
import { idSchema } from '../fields/id.ts';
import { cursorParameter, limitParameter } from '../fields/page.ts';
import { text } from '../fields/text.ts';

export const conditionSchema = z.enum(ALERT_CONDITIONS);

const config = z
  .record(z.string(), z.unknown())
  .describe(
    'By kind. email: {"to": ["ops@example.com"]}; webhook: {"url": "https://…", "secret": "whsec_…"}, whose secret the server makes if you leave it out; slack: {"url": "https://hooks.slack.com/…"}',
  );
const allJobs = z.boolean().describe('false: only jobs that name the channel in alerts; default true');
const enabled = z.boolean().describe('false: it gets no alerts until it is turned on; default true');
const conditions = z.array(conditionSchema).min(1).max(ALERT_CONDITIONS.length);

/** The body of POST /alert-channels. */
export const alertChannelBody = z.strictObject({
  id: idSchema,
  kind: text({ min: 1, max: 64 }).describe('email, webhook, slack, or a kind that the server adds'),
  config: config.optional(),
  all_jobs: allJobs.optional(),
  enabled: enabled.optional(),
  conditions: conditions.nullable().optional().describe('null: all of them, the default'),
});

/** The body of PATCH /alert-channels/:channel_id. */
export const patchAlertChannelBody = z.strictObject({
  config: config
    .optional()
    .describe('Fields to replace; the others stay. A secret that is null is replaced by a new one'),
  all_jobs: allJobs.optional(),
  enabled: enabled.optional(),
  conditions: conditions.nullable().optional().describe('null: all of them'),
});

export const alertChannelParams = z.strictObject({ channel_id: text({ min: 1, max: 1_000 }) });

export const alertDeliveryParams = z.strictObject({
  delivery_id: z.string().regex(/^\d{1,19}$/, 'must be the id of a delivery, such as 4711'),
});

/** The query of GET /alert-deliveries. */
export const alertDeliveriesQuery = z.strictObject({
  channel: text({ min: 1, max: 128 }).optional().describe('Only alerts for this channel'),
  status: z.enum(DELIVERY_STATUSES).optional(),
  condition: conditionSchema.optional(),
  job_id: text({ min: 1, max: 128 }).optional().describe('Only alerts about this job'),
  limit: limitParameter,
  cursor: cursorParameter.optional(),
});
