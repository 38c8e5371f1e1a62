import { ApiError } from '@greenvue/jobs/client';
import { isOfAnotherVersion } from './fault-words.ts';

/** Whether the server has no such job or run, or the id in the path is no valid id. */
export function isNotFound(error: unknown): boolean {
  if (!(error instanceof ApiError) || isOfAnotherVersion(error)) return false;
  return error.status === 404 || error.status === 422;
}

/** Whether the server answered with this status. */
export function isStatus(error: unknown, status: number): boolean {
  return error instanceof ApiError && error.status === status;
}
