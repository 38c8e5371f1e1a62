import { MOST_FAULTS } from '../../core/input/fault.ts';
import type { Rule } from '../../core/input/rule.ts';
import { isRecord } from '../../core/objects.ts';
import { EngineError, type InvalidField } from '../../engine/ports/engine-port.ts';
import { HttpProblem } from './http-problem.ts';

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
const ENGINE_NAMES = new Map(Object.entries(REST_NAMES).map(([engine, rest]) => [rest, engine]));
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

/**
 * The faults of a body, and those that a rule of the library finds elsewhere in it: a client gets all at
 * once.
 */
export function withFaultsOf(
  rule: Rule,
  body: unknown,
  faults: readonly InvalidField[],
): readonly InvalidField[] {
  const isElsewhere = ({ pointer }: InvalidField) =>
    faults.every((known) => !isWithin(pointer, known.pointer) && !isWithin(known.pointer, pointer));
  const others = rule.faults(inEngineNames(body)).map(restFault).filter(isElsewhere);
  return [...faults, ...others].slice(0, MOST_FAULTS);
}

function isWithin(pointer: string, other: string): boolean {
  return pointer === other || pointer.startsWith(`${other}/`);
}

function inEngineNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inEngineNames);
  if (!isRecord(value)) return value;
  const entries = Object.entries(value);
  return Object.fromEntries(
    entries.map(([name, part]) => [ENGINE_NAMES.get(name) ?? name, inEngineNames(part)]),
  );
}

/** Refuses a request, such as `PUT /jobs/{job_id}`, for fields in the names that the client has given. */
export function invalidRequest(request: string, errors: readonly InvalidField[]): HttpProblem {
  return new HttpProblem({ status: 422, detail: `The request ${request} is not valid.`, errors });
}

const OF_ARGUMENTS = /^The arguments of \w+\(\) are not valid\.$/;

/** An error that names a function of the library, for a client, which knows only its request. */
export function inRequestWords(error: unknown, request: string): unknown {
  if (!(error instanceof EngineError) || !OF_ARGUMENTS.test(error.summary)) return error;
  return invalidRequest(request, error.faults.map(restFault));
}
