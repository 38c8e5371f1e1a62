import type {
  Alert,
  AlertChannel,
  AlertCondition,
  AlertDelivery,
  DeliveryStatus,
} from '../../core/alerts/alert.ts';
import type { AlertQueue } from '../../core/alerts/alert-queue.ts';
import type { Mutable } from '../../core/objects.ts';
import type { AlertChannelView } from '../../core/store/alert-store.ts';
import type { Bound } from '../reads/dialect.ts';
import { storedJson } from '../rows/stored-json.ts';

export type Row = Readonly<Record<string, Bound>>;

export const CHANNEL_COLUMNS =
  'id, kind, config, all_jobs, conditions, created_by, created_at, updated_at, is_off';

export function channelParams(channel: AlertChannel): readonly Bound[] {
  const { id, kind, config, allJobs, conditions, createdBy, createdAt, updatedAt, enabled } = channel;
  return [
    id,
    kind,
    config,
    allJobs ? 1 : 0,
    conditions === undefined ? null : JSON.stringify(conditions),
    createdBy ?? null,
    createdAt,
    updatedAt,
    enabled === false ? 1 : null,
  ];
}

export function channelOf(raw: unknown): AlertChannel {
  const row = raw as Row;
  const channel: Mutable<AlertChannel> = {
    id: row.id as string,
    kind: row.kind as string,
    config: row.config as string,
    allJobs: row.all_jobs === 1,
    createdAt: row.created_at as number,
    updatedAt: row.updated_at as number,
  };
  if (row.is_off === 1) channel.enabled = false;
  if (row.conditions !== null)
    channel.conditions = storedJson(
      'conditions of alert_channels',
      row.conditions,
    ) as readonly AlertCondition[];
  if (row.created_by !== null) channel.createdBy = row.created_by as string;
  return channel;
}

export function queueOf(raw: unknown): AlertQueue {
  const row = raw as Row;
  const queue: Mutable<AlertQueue> = { sent: row.window_sent as number };
  if (row.window_from !== null) queue.windowFrom = row.window_from as number;
  if (row.busy_until !== null) queue.busyUntil = row.busy_until as number;
  return queue;
}

export function channelViewOf(raw: unknown): AlertChannelView {
  const row = raw as Row;
  return {
    channel: channelOf(row),
    pending: row.pending as number,
    undeliverable: row.undeliverable as number,
    ...(row.last_sent_at === null ? {} : { lastSentAt: row.last_sent_at as number }),
    ...(row.last_error === null ? {} : { lastError: row.last_error as string }),
  };
}

export const DELIVERY_COLUMNS = 'id, channel, alert, status, message, tries, due_at, error, settled_at';

export function deliveryOf(raw: unknown): AlertDelivery {
  const row = raw as Row;
  const status = row.status as DeliveryStatus;
  const delivery: Mutable<AlertDelivery> = {
    id: String(row.id),
    channel: row.channel as string,
    alert: alertOf(row.alert),
    status,
    tries: row.tries as number,
  };
  if (row.message !== null) delivery.message = row.message as string;
  if (row.due_at !== null && status === 'pending') delivery.dueAt = row.due_at as number;
  if (row.error !== null) delivery.error = row.error as string;
  if (row.settled_at !== null) delivery.settledAt = row.settled_at as number;
  return delivery;
}

export function alertOf(json: unknown): Alert {
  return storedJson('alert of alert_deliveries', json) as Alert;
}

/** In no message yet, or in one to be tried again. The texts are those of the indexes. */
export const FRESH = "status = 'pending' AND message IS NULL";
export const RETRIED = "status = 'pending' AND message IS NOT NULL";
