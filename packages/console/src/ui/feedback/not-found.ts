import { ApiError } from '@greenvue/jobs/client';
import { isOfAnotherVersion } from './fault-words.ts';

/** The server has no such job or run: it is not there, or what is asked for can be no id at all. */
export function isNotFound(error: unknown): boolean {
  if (!(error instanceof ApiError) || isOfAnotherVersion(error)) return false;
  return error.status === 404 || error.status === 422;
}

/** Whether the server has answered with this status. */
export function isStatus(error: unknown, status: number): boolean {
  return error instanceof ApiError && error.status === status;
}
