import type { JobAuditRecord, JobType } from '@greenvue/jobs/client';
import { goDurationMs } from '../../ui/schedule/go-duration.ts';

/** One field that a change set, as text. */
export interface FieldChange {
  readonly field: string;
  /** Undefined if the field had no value before, or if the old value is unknown. */
  readonly before?: string;
  /** Undefined if the field was removed. */
  readonly after?: string;
}

/** A record of the audit log for people. */
export interface AuditEntry {
  readonly record: JobAuditRecord;
  readonly changes: readonly FieldChange[];
  /** An edit without an earlier definition in the log: only the new values are known, not the changes. */
  readonly isWhole: boolean;
}

/** The job type's values for fields that a definition leaves out. */
type TypeDefaults = Pick<
  JobType,
  'type' | 'timeout' | 'max_attempts' | 'backoff' | 'pause_after' | 'defaults'
>;

/**
 * The audit log for people. `records` are newest first. The log holds whole definitions, so the changes of an
 * edit come from comparing it with the definition before it. `jobType`: of a job whose definitions name none.
 */
export function auditEntries(
  records: readonly JobAuditRecord[],
  types: readonly TypeDefaults[],
  jobType?: string,
): readonly AuditEntry[] {
  return records.map((record, index) => {
    const asked = fieldsOf(record.change);
    if (record.action !== 'job.edit') return { record, changes: valuesOf(record, asked), isWhole: false };
    const earlier = definitionBefore(record.target, records.slice(index + 1));
    if (earlier === undefined) return { record, changes: setFields(asked), isWhole: true };
    const type = earlier.type ?? jobType;
    const defaults = types.find((known) => known.type === type);
    const changes = differences(withDefaults(earlier, defaults), withDefaults(asked, defaults));
    return { record, changes, isWhole: false };
  });
}

/** The values that the sentence about a change leaves out. */
function valuesOf({ action }: JobAuditRecord, asked: Fields): readonly FieldChange[] {
  if (action === 'job.create') return setFields(asked);
  if (action !== 'job.trigger' || asked.payload === undefined) return [];
  return setFields({ payload: asked.payload });
}

type Fields = Readonly<Record<string, unknown>>;

/** Only within one generation: a deleted job's definition does not precede the job created after it. */
function definitionBefore(id: string, older: readonly JobAuditRecord[]): Fields | undefined {
  for (const { action, change, target } of older) {
    if (target !== id) continue;
    if (action === 'job.create' || action === 'job.edit') return fieldsOf(change);
    if (action === 'job.delete') return undefined;
  }
  return undefined;
}

/** The fields under their REST names, which people know from the API. */
function fieldsOf(change: unknown): Fields {
  if (typeof change !== 'object' || change === null || Array.isArray(change)) return {};
  return Object.fromEntries(
    Object.entries(change).map(([name, value]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      name === 'expect' || name === 'onlyIf' ? fieldsOf(value) : value,
    ]),
  );
}

/** Adds defaults, so that an edit that spells out a default counts as no change. */
function withDefaults(fields: Fields, defaults: TypeDefaults | undefined): Fields {
  return {
    description: '',
    overlap: fields.after === undefined ? 'skip' : 'queue',
    catch_up: 'once',
    priority: 'normal',
    ...(fields.interval === undefined ? {} : { interval_mode: 'fixed_rate' }),
    ...((fields.cron ?? fields.rrule) === undefined ? {} : { timezone: 'UTC' }),
    ...(defaults === undefined ? {} : { timeout: defaults.timeout, max_attempts: defaults.max_attempts }),
    ...fields,
    ...(fields.after === undefined ? {} : { after: { on: 'succeeded', ...fieldsOfValue(fields.after) } }),
    pause_after: budgetText(fields.pause_after ?? defaults?.pause_after ?? 'none'),
    ...(defaults === undefined
      ? {}
      : {
          payload: { ...defaults.defaults, ...fieldsOfValue(fields.payload) },
          backoff: { ...defaults.backoff, ...fieldsOfValue(fields.backoff) },
        }),
  };
}

/** A failure budget as `3 of 5`: the log has it in camel case, and `ofLast` may be left out. */
function budgetText(budget: unknown): unknown {
  const { failures, of_last: ofLast = failures } = fieldsOf(budget);
  return failures === undefined ? budget : `${failures} of ${ofLast}`;
}

function fieldsOfValue(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

/** The differences, field by field; those of {@link PARTED} key by key. */
function differences(before: Fields, after: Fields): readonly FieldChange[] {
  const flatBefore = flattened(before);
  const flatAfter = flattened(after);
  const names = new Set([...flatBefore.keys(), ...flatAfter.keys()]);
  return [...names].flatMap((field) => {
    const was = flatBefore.get(field);
    const is = flatAfter.get(field);
    if (sameValue(was, is)) return [];
    return [
      {
        field,
        ...(was === undefined ? {} : { before: valueText(was) }),
        ...(is === undefined ? {} : { after: valueText(is) }),
      },
    ];
  });
}

function setFields(fields: Fields): readonly FieldChange[] {
  const budget = fields.pause_after === undefined ? {} : { pause_after: budgetText(fields.pause_after) };
  return [...flattened({ ...fields, ...budget })].map(([field, value]) => ({
    field,
    after: valueText(value),
  }));
}

/** Fields whose parts are fields of their own. */
const PARTED: ReadonlySet<string> = new Set(['payload', 'backoff', 'expect', 'after', 'only_if', 'calendar']);

function flattened(fields: Fields): ReadonlyMap<string, unknown> {
  const flat = new Map<string, unknown>();
  for (const [name, value] of Object.entries(fields)) {
    const inner = PARTED.has(name) ? Object.entries(fieldsOfValue(value)) : [];
    if (inner.length === 0) flat.set(name, value);
    for (const [key, part] of inner) flat.set(`${name}.${key}`, part);
  }
  return flat;
}

/** Compares durations by value (`60m` equals `1h`) and everything else by its JSON. */
function sameValue(a: unknown, b: unknown): boolean {
  if (JSON.stringify(a) === JSON.stringify(b)) return true;
  if (typeof a !== 'string' || typeof b !== 'string') return false;
  const ms = goDurationMs(a);
  return ms !== undefined && ms === goDurationMs(b);
}

function valueText(value: unknown): string {
  if (value === '') return '(empty)';
  if (Array.isArray(value) && value.length > 0 && value.every((part) => typeof part === 'string'))
    return value.join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
