import { isDeepStrictEqual } from 'node:util';
import { hideSecrets } from '@greenvue/jobs';
import type { JobType } from '@greenvue/jobs/client';

/** A payload as the server shows it: `[secret]` in the place of each secret. */
export function shownPayload(payload: unknown, type: JobType | undefined): unknown {
  const fields = (type?.secret_fields ?? []).filter(({ sealed }) => sealed);
  return fields.length === 0
    ? payload
    : hideSecrets(
        payload,
        fields.map(({ pointer }) => pointer),
      );
}

/** Whether a payload brings a secret itself: only the server knows whether it is a new one. */
export function hasSecret(payload: unknown, type: JobType | undefined): boolean {
  return !isDeepStrictEqual(shownPayload(payload, type), payload);
}
