import { createCheckpointStatements } from '../checkpoints/checkpoint-statements.ts';

/** The statements about saved states, in PostgreSQL's dialect. */
export const CHECKPOINTS = createCheckpointStatements({
  schema: 'greenvue_jobs.',
  mark: '$',
  isAmong: (column, parameter) =>
    `${column} = ANY(ARRAY(SELECT CAST(value AS bigint) FROM json_array_elements_text(CAST(${parameter} AS json)) AS entry (value)))`,
  lock: 'FOR NO KEY UPDATE',
});
