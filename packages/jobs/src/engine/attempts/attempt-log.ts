import type { Job } from '../../core/job.ts';
import type { ErrorCause } from '../../core/run.ts';
import type { LogLine, SettleResult } from '../../core/store-passes.ts';
import type { EngineLogger } from '../options.ts';
import type { EndedClaim } from '../settling/settlement-queue.ts';
import type { Attempt } from './attempt.ts';
import type { ThrownError } from './thrown-error.ts';

const idsOfRun = ({ id, type }: Job, runId: string) => ({ jobId: id, type, runId });

/** What every line about an attempt has; `trace_id` is what OpenTelemetry calls it in logs. */
export function idsOf({ owner, claimed, traceparent }: Attempt): object {
  const ids = { ...idsOfRun(owner, claimed.id), attempt: claimed.attempt };
  return traceparent === undefined ? ids : { ...ids, trace_id: traceparent.split('-')[1] };
}

/** A line that a handler logs, for the log of the process, whose level says which ones are kept. */
export function logLine(logger: EngineLogger, attempt: Attempt, { level, message, fields }: LogLine): void {
  if (!isEnabled(logger, level)) return;
  const ids = idsOf(attempt);
  logger[level](fields === undefined ? ids : { ...ids, fields: JSON.parse(fields) as unknown }, message);
}

/** What became of a claim that has ended, unless it has succeeded. */
export function logEnd(
  logger: EngineLogger,
  { input, owner, attempt }: EndedClaim,
  result: SettleResult,
): void {
  const { runId, fence, outcome } = input;
  const ids = () => (attempt === undefined ? idsOfRun(owner, runId) : idsOf(attempt));
  if (result.kind === 'stale') logger.warn({ ...ids(), fence }, 'a stale claim was not settled');
  else if (result.kind === 'finished' && result.status === 'cancelled') {
    if (isEnabled(logger, 'info')) logger.info(ids(), 'a run was cancelled');
  } else if (outcome.kind === 'failed') {
    const { reason, causes, ...error } = outcome.error;
    const what = { ...ids(), reason, err: fieldsWithCauses(error, causes) };
    if (result.kind === 'finished') logger.warn(what, 'a run failed');
    else if (result.kind === 'waiting') logger.info(what, 'an attempt failed; the run is tried again');
  }
}

/** A stray error of a handler that came too late to fail its attempt. */
export function logStray(
  logger: EngineLogger,
  ids: object,
  { causes, permanent, ...error }: ThrownError,
): void {
  logger.error(
    { ...ids, err: fieldsWithCauses(error, causes) },
    'a stray error of a handler came after its attempt was settled',
  );
}

/** An error that ended a thread in which no handler ran. */
export function logThreadEnd(logger: EngineLogger, { causes, permanent, ...error }: ThrownError): void {
  logger.error(
    { err: fieldsWithCauses(error, causes) },
    'an error ended a job thread in which no handler ran; the next run gets a new thread',
  );
}

function fieldsWithCauses(
  error: Omit<ErrorCause, 'depth'>,
  causes: readonly ErrorCause[] | undefined,
): object {
  return { ...errorFields(error), ...(causes === undefined ? {} : { causes: causes.map(errorFields) }) };
}

/** The fields of an error, named as pino names them. */
function errorFields({ name: type, message, code, stack }: Omit<ErrorCause, 'depth'>): object {
  return { type, message, ...(code === undefined ? {} : { code }), stack };
}

function isEnabled(logger: EngineLogger, level: LogLine['level']): boolean {
  return logger.isLevelEnabled?.(level) ?? true;
}
