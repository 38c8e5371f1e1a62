import { BoundedMap } from '../../../bounded-map.ts';
import type { StoredJob } from '../../../core/transactions/stored-job.ts';
import type { FixedJob } from '../../rows/job-row.ts';

/** A job as it was when a trigger last made and claimed a run of it. */
export interface Triggered {
  readonly stored: StoredJob;
  readonly fixed: FixedJob;
}

/** By id, jobs that were triggered of late: what the next trigger makes is known. */
export type KnownTriggers = BoundedMap<string, Triggered>;

const MAX_BYTES = 8 * 1024 * 1024;
const BYTES_OF_ONE = 2_000;

export function createTriggered(): KnownTriggers {
  return new BoundedMap({
    maxBytes: MAX_BYTES,
    bytesOf: ({ fixed: { payload, name, description } }) =>
      BYTES_OF_ONE + 2 * (payload.length + name.length + description.length),
  });
}
