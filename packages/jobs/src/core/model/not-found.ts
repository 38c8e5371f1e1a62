import { EngineError } from './errors.ts';

export function jobNotFound(jobId: string): EngineError {
  return new EngineError('not_found', `There is no job with the id "${jobId}".`);
}

export function backfillNotFound(id: string): EngineError {
  const message = `There is no backfill with the id "${id}". Backfills are kept as long as hourly counts, 90 days by default.`;
  return new EngineError('not_found', message);
}

export function bulkCommandNotFound(id: string): EngineError {
  const message = `There is no bulk command with the id "${id}". The newest 1,000 are kept.`;
  return new EngineError('not_found', message);
}

export function nodeNotFound(nodeId: string): EngineError {
  const message = `There is no live node with the id "${nodeId}". Each start of a server gets a new id: GET /nodes lists the live nodes.`;
  return new EngineError('not_found', message);
}

export function runNotFound(runId: string): EngineError {
  return new EngineError('not_found', `There is no run with the id "${runId}".`);
}
