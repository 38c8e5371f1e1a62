import { isDeepStrictEqual } from 'node:util';
import { type JobType, shownPayload } from '@greenvue/jobs/client';

/** Whether a payload brings a secret itself: only the server knows whether it is a new one. */
export function hasSecret(payload: unknown, type: JobType | undefined): boolean {
  return type !== undefined && !isDeepStrictEqual(shownPayload(payload, type), payload);
}
