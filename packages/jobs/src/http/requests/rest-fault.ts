import type { InvalidField } from '../../engine/ports/engine-port.ts';

/** Fields that the engine writes in another way than the routes, and what the routes call them. */
const REST_NAMES: Readonly<Record<string, string>> = {
  jobId: 'job_id',
  intervalMode: 'interval_mode',
  runAt: 'run_at',
  onDemand: 'on_demand',
  startAt: 'start_at',
  endAt: 'end_at',
  maxRuns: 'max_runs',
  catchUp: 'catch_up',
  maxAttempts: 'max_attempts',
  maxRunning: 'max_running',
  expireAfter: 'expire_after',
  onlyIf: 'only_if',
  succeededWithin: 'succeeded_within',
  cancelLive: 'cancel_live',
  pauseAfter: 'pause_after',
  ofLast: 'of_last',
  successWithin: 'success_within',
  startWithin: 'start_within',
  pingUrl: 'ping_url',
  allJobs: 'all_jobs',
  onlyMissing: 'only_missing',
  dryRun: 'dry_run',
  calendarId: 'calendar_id',
  fromDate: 'from_date',
  toDate: 'to_date',
};
const ENGINE_NAME = new RegExp(`\\b(${Object.keys(REST_NAMES).join('|')})\\b`, 'g');

/** A text of the engine in the names of the routes. */
export function inRestNames(text: string): string {
  return text.replaceAll(ENGINE_NAME, (name) => REST_NAMES[name] ?? name);
}

/** A fault of the engine in the names of the routes. The fields of payloads keep their names. */
export function restFault(fault: InvalidField): InvalidField {
  const { pointer, detail } = fault;
  if (pointer.startsWith('/payload')) return fault;
  return { pointer: inRestNames(pointer), detail: inRestNames(detail) };
}
