import { createSecretStatements } from '../secrets/secret-statements.ts';

/** An arbitrary number: the key of the advisory lock under which secrets change. */
const SECRETS_LOCK = 7_236_451_912;

/** The statements about secrets, in PostgreSQL's dialect. */
export const SECRETS = createSecretStatements({
  schema: 'greenvue_jobs.',
  mark: '$',
  eachText: (parameter) => `json_array_elements_text(CAST(${parameter} AS json)) AS entry (value)`,
  contains: (text, parameter) => `strpos(${text}, CAST(${parameter} AS text)) > 0`,
  locks: {
    changes: `SELECT pg_advisory_xact_lock(CAST(${SECRETS_LOCK} AS bigint))::text AS locked`,
    keep: 'FOR KEY SHARE',
    take: 'FOR UPDATE',
  },
});
