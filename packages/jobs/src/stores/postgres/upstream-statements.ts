import { createUpstreamStatements } from '../chains/upstream-statements.ts';
import { KEYS_OF_LEVEL } from '../rows/queue-key.ts';

/** An arbitrary number: the key of the advisory lock under which jobs begin to wait for other jobs. */
const UPSTREAMS_LOCK = 4_119_806_733;

/** The statements about jobs that wait for others, in PostgreSQL's dialect. */
export const UPSTREAMS = createUpstreamStatements({
  schema: 'greenvue_jobs.',
  mark: '$',
  eachText: (parameter) => `json_array_elements_text(CAST(${parameter} AS json)) AS entry (value)`,
  succeeded: "'succeeded'",
  lock: `SELECT pg_advisory_xact_lock(CAST(${UPSTREAMS_LOCK} AS bigint))::text AS locked`,
  lockFree: 'FOR UPDATE SKIP LOCKED',
  isTaken: {
    noted: 'follower IS NULL',
    all: (level) => `(follower IS NULL OR follower NOT IN (SELECT uid FROM greenvue_jobs.jobs
      WHERE after_job IS NOT NULL AND deleted_at IS NULL AND type_key >= (${level}::integer + 1) * ${KEYS_OF_LEVEL}))`,
  },
});
