import type { Job } from '@greenvue/jobs/client';

/** The definition of a job as the body of a PUT, in the field order of the docs. */
export type DefinitionFields = Readonly<Record<string, unknown>>;

// The same fields in the same order as `jobs show --yaml` prints.
const FIELDS = [
  'id',
  'name',
  'description',
  'type',
  'interval',
  'interval_mode',
  'cron',
  'rrule',
  'timezone',
  'run_at',
  'on_demand',
  'after',
  'start_at',
  'end_at',
  'max_runs',
  'spread',
  'calendar',
  'payload',
  'overlap',
  'catch_up',
  'timeout',
  'expire_after',
  'priority',
  'max_running',
  'only_if',
  'max_attempts',
  'backoff',
  'tags',
  'pause_after',
  'expect',
  'alerts',
  'ping_url',
] as const;

/** The definition of a job: without its state, and without fields that have no value. */
export function fieldsOfJob(job: Job): DefinitionFields {
  return inOrder({ ...job, on_demand: job.on_demand || null });
}

/**
 * Known fields in their order, with sorted keys inside, so that equal definitions are equal texts. Omits
 * fields without a value, but not the payload `null`, which is one.
 */
export function inOrder(definition: object): DefinitionFields {
  const all = new Map<string, unknown>(Object.entries(definition));
  const known = FIELDS.map(
    (name) => [name, name === 'payload' ? all.get(name) : compact(all.get(name))] as const,
  );
  return Object.fromEntries(
    known
      .filter(([name, value]) => value !== undefined && (value !== null || name === 'payload'))
      .map(([name, value]) => [name, sorted(value)]),
  );
}

/** Empty lists and parts that are not set count as no value. */
function compact(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? null : value;
  if (typeof value !== 'object' || value === null) return value;
  const set = Object.entries(value).filter(([, part]) => part !== null && part !== undefined);
  return set.length === 0 ? null : Object.fromEntries(set);
}

/** A JSON value with the keys of its objects in order, as a text of several lines. */
export function sortedJson(value: unknown): string {
  return JSON.stringify(sorted(value), null, 2) ?? 'null';
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, part]) => [key, sorted(part)]),
  );
}
