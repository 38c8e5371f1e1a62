import type { Job } from '../../core/model/job.ts';
import { LEVEL } from '../../core/rules/option-levels.ts';
import { PRIORITY_STEP_MS, startOrder } from '../../core/rules/start-order.ts';

/**
 * The key of a run in the due index (P29, limits and priority): of its type's version, and of its priority.
 * Runs of normal priority have the key of the type. Keys of other priorities are below zero, so the index
 * keeps them apart. Types whose jobs have no priority cost nothing more.
 */
export function queueKeyOf(typeKey: number, job: Pick<Job, 'priority'>): number {
  const { times, less } = queueTerms(job);
  return typeKey * times - less;
}

/** A type key of a level is this much above the key of the level below (P22, types and deploys). */
export const KEYS_OF_LEVEL = 1_048_576;

/** The key of a type's version for jobs of a level. `typeKey`: of any level. */
export function keyAtLevel(typeKey: number, level: number): number {
  return (typeKey % KEYS_OF_LEVEL) + level * KEYS_OF_LEVEL;
}

/** The level of a job with this type key. */
export function levelOfKey(typeKey: number): number {
  return Math.trunc(typeKey / KEYS_OF_LEVEL);
}

/** The level of a job with options that this version does not know. */
export function newerLevelOf(typeKey: number): number | undefined {
  return typeKey < (LEVEL + 1) * KEYS_OF_LEVEL ? undefined : levelOfKey(typeKey);
}

/** The parameters 4 and 5 of {@link requeueLive}. */
export function queueTerms({ priority }: Pick<Job, 'priority'>): {
  readonly times: number;
  readonly less: number;
} {
  if (priority === undefined) return { times: 1, less: 0 };
  return { times: -2, less: priority === 'high' ? 0 : 1 };
}

/** `startOrder` of a run, from its key. */
export function startOrderOf(queueKey: number, availableAt: number): number {
  if (queueKey > 0) return availableAt;
  return startOrder(availableAt, queueKey % 2 === 0 ? 'high' : 'low');
}

/** {@link startOrderOf} columns, in SQL. */
export const startOrderIn = (
  queueKey: string,
  availableAt: string,
): string => `${availableAt} + CASE WHEN ${queueKey} > 0 THEN 0
  WHEN ${queueKey} % 2 = 0 THEN -${PRIORITY_STEP_MS} ELSE ${PRIORITY_STEP_MS} END`;
/** Of a row of `live_runs`. */
export const START_ORDER = startOrderIn('type_key', 'available_at');

/** The key of its type's version, from the key of a run that is in no group. */
export function typeKeyOf(queueKey: number): number {
  return queueKey > 0 ? queueKey : Math.floor(-queueKey / 2);
}

const TYPE_KEY = '(CASE WHEN type_key > 0 THEN type_key ELSE -type_key / 2 END)';

/**
 * Gives live runs of a job (parameter 2) the type key 1, of version 3, and the job's priority. Leaves the
 * version of runs with their own payload that need a newer one, but not their level.
 */
export const requeueLive = (schema: string, mark: '?' | '$'): string =>
  `UPDATE ${schema}live_runs SET type_key = ${mark}4 * (CASE WHEN payload IS NULL
      OR NOT EXISTS (SELECT 1 FROM ${schema}job_types WHERE key = live_runs.type_key AND version > ${mark}3)
    THEN ${mark}1 ELSE ${TYPE_KEY} % ${KEYS_OF_LEVEL} + ${mark}1 - ${mark}1 % ${KEYS_OF_LEVEL} END) - ${mark}5 WHERE job_uid = ${mark}2`;
