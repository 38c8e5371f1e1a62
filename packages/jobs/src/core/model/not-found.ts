import { EngineError } from './errors.ts';

export function jobNotFound(jobId: string): EngineError {
  return new EngineError('not_found', `There is no job with the id "${jobId}".`);
}

export function runNotFound(runId: string): EngineError {
  return new EngineError('not_found', `There is no run with the id "${runId}".`);
}
