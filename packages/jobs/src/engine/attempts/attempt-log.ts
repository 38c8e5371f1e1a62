import type { Job } from '../../core/model/job.ts';
import type { ErrorCause } from '../../core/model/run.ts';
import type { LogLine } from '../../core/store/store-passes.ts';
import type { EngineLogger } from '../ports/engine-logger.ts';
import type { Attempt } from './attempt.ts';
import type { ThrownError } from './thrown-error.ts';

/** The fields of every log line about an attempt. OpenTelemetry names the trace's id `trace_id`. */
export function idsOf({ owner, claimed, traceparent }: Attempt): object {
  const ids = { ...idsOfRun(owner, claimed.id), attempt: claimed.attempt };
  return traceparent === undefined ? ids : { ...ids, trace_id: traceparent.split('-')[1] };
}

export function idsOfRun({ id, type }: Job, runId: string): object {
  return { jobId: id, type, runId };
}

/** Writes a line that a handler logs to the log of the process, too. */
export function logLine(logger: EngineLogger, attempt: Attempt, { level, message, fields }: LogLine): void {
  if (!isLevelEnabled(logger, level)) return;
  const ids = idsOf(attempt);
  logger[level](fields === undefined ? ids : { ...ids, fields: JSON.parse(fields) as unknown }, message);
}

/** Logs a stray error of a handler that came too late to fail its attempt. */
export function logStray(
  logger: EngineLogger,
  ids: object,
  { causes, permanent, ...error }: ThrownError,
): void {
  logger.error(
    { ...ids, err: errorWithCauses(error, causes) },
    'a stray error of a handler came after its attempt was settled',
  );
}

export function logThreadEnd(logger: EngineLogger, { causes, permanent, ...error }: ThrownError): void {
  logger.error(
    { err: errorWithCauses(error, causes) },
    'an error ended a job thread in which no handler ran; the next run gets a new thread',
  );
}

/** The fields of an error and its causes, named as pino names them. */
export function errorWithCauses(
  error: Omit<ErrorCause, 'depth'>,
  causes: readonly ErrorCause[] | undefined,
): object {
  return { ...errorFields(error), ...(causes === undefined ? {} : { causes: causes.map(errorFields) }) };
}

function errorFields({ name: type, message, code, stack }: Omit<ErrorCause, 'depth'>): object {
  return { type, message, ...(code === undefined ? {} : { code }), stack };
}

export function isLevelEnabled(logger: EngineLogger, level: LogLine['level']): boolean {
  return logger.isLevelEnabled?.(level) ?? true;
}
