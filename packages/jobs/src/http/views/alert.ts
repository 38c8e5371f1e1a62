import { z } from 'zod';
import { DELIVERY_STATUSES } from '../../core/alerts/alert.ts';
import type {
  AlertChannelInfo,
  AlertDelivery,
  AlertTestResult,
  SavedAlertChannel,
} from '../../engine/ports/alerts-port.ts';
import { instantJson, instantSchema } from '../fields/instant.ts';
import { conditionSchema } from '../input/alert-input.ts';

/** Where alerts go, in the response of every route that has the channel. */
export const alertChannelSchema = z.object({
  id: z.string(),
  kind: z.string(),
  config: z
    .record(z.string(), z.unknown())
    .describe('Without what is secret: of an address, only its origin'),
  all_jobs: z.boolean(),
  enabled: z.boolean().describe('false: it is off, and gets no alerts'),
  conditions: z.array(conditionSchema).nullable().describe('null: all of them'),
  created_by: z.string().nullable(),
  created_at: instantSchema,
  updated_at: instantSchema,
  pending: z.int().describe('Alerts that wait or are tried again'),
  undeliverable: z.int().describe('Alerts that could not be delivered within an hour'),
  last_sent_at: instantSchema.nullable(),
  last_error: z.string().nullable().describe('Why the last try failed; null if it succeeded'),
});

/** A channel that was created or changed. */
export const savedAlertChannelSchema = alertChannelSchema.extend({
  secret: z
    .string()
    .nullable()
    .describe('The signing secret that the server made, shown this once; null if it made none'),
});

/** An alert on its way to a channel. */
export const alertDeliverySchema = z.object({
  id: z.string(),
  channel: z.string(),
  condition: conditionSchema,
  job_id: z.string(),
  job_name: z.string(),
  at: instantSchema.describe('When the condition became true'),
  since: instantSchema.nullable().describe('Since when the job fails, is late, and so on'),
  run_id: z.string().nullable(),
  count: z.int().nullable().describe('Failed runs in a row, or missed slots'),
  error: z.object({ name: z.string(), message: z.string() }).nullable(),
  fingerprint: z.string().nullable().describe('Of this error: see GET /run-failures'),
  reason: z.string().nullable(),
  status: z.enum(DELIVERY_STATUSES),
  message: z.string().nullable().describe('The id of the message that has it; alerts of a digest share one'),
  tries: z.int(),
  due_at: instantSchema.nullable().describe('When it is tried again'),
  delivery_error: z.string().nullable().describe('Why the last try failed'),
  settled_at: instantSchema.nullable().describe('When it was sent or given up'),
});

/** The result of POST /alert-channels/:channel_id/test. */
export const alertTestSchema = z.object({
  delivered: z.boolean(),
  error: z.string().nullable().describe('Why the sample was not delivered'),
  took_ms: z.int(),
});

export type AlertChannelJson = z.output<typeof alertChannelSchema>;
export type SavedAlertChannelJson = z.output<typeof savedAlertChannelSchema>;
export type AlertDeliveryJson = z.output<typeof alertDeliverySchema>;
export type AlertTestJson = z.output<typeof alertTestSchema>;

export function alertChannelJson(channel: AlertChannelInfo): AlertChannelJson {
  return {
    id: channel.id,
    kind: channel.kind,
    config: { ...channel.config },
    all_jobs: channel.allJobs,
    enabled: channel.enabled ?? true,
    conditions: channel.conditions === undefined ? null : [...channel.conditions],
    created_by: channel.createdBy ?? null,
    created_at: instantJson(channel.createdAt),
    updated_at: instantJson(channel.updatedAt),
    pending: channel.pending,
    undeliverable: channel.undeliverable,
    last_sent_at: instantJson(channel.lastSentAt),
    last_error: channel.lastError ?? null,
  };
}

export function savedAlertChannelJson(channel: SavedAlertChannel): SavedAlertChannelJson {
  return { ...alertChannelJson(channel), secret: channel.secret ?? null };
}

export function alertDeliveryJson(delivery: AlertDelivery): AlertDeliveryJson {
  const { alert } = delivery;
  return {
    id: delivery.id,
    channel: delivery.channel,
    condition: alert.condition,
    job_id: alert.jobId,
    job_name: alert.jobName,
    at: instantJson(alert.at),
    since: instantJson(alert.since),
    run_id: alert.runId ?? null,
    count: alert.count ?? null,
    error: alert.error ?? null,
    fingerprint: alert.fingerprint ?? null,
    reason: alert.reason ?? null,
    status: delivery.status,
    message: delivery.message ?? null,
    tries: delivery.tries,
    due_at: instantJson(delivery.dueAt),
    delivery_error: delivery.error ?? null,
    settled_at: instantJson(delivery.settledAt),
  };
}

export function alertTestJson({ delivered, error, tookMs }: AlertTestResult): AlertTestJson {
  return { delivered, error: error ?? null, took_ms: tookMs };
}
