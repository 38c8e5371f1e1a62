import type { BulkJobAction, BulkRunAction } from '../bulk/bulk-command.ts';
import type { AskedCommand } from '../model/job-command.ts';

/** Every kind of change that this version writes into the audit log. Older entries may have other kinds. */
export type AuditAction =
  | 'job.create'
  | `job.${AskedCommand['kind']}`
  | 'job.backfill'
  | 'job.backfill_cancel'
  | 'run.cancel'
  | 'run.retry'
  | 'jobs.pause_all'
  | 'jobs.resume_all'
  | BulkAuditAction
  | 'bulk_command.cancel'
  | 'node.drain'
  | 'node.resume'
  | 'calendar.put'
  | 'calendar.delete'
  | 'secret.put'
  | 'secret.delete'
  | 'alert_channel.create'
  | 'alert_channel.edit'
  | 'alert_channel.delete'
  | 'alert_delivery.retry';

/** The start of a bulk command. */
export type BulkAuditAction = `jobs.bulk_${BulkJobAction}` | `runs.bulk_${BulkRunAction}`;
