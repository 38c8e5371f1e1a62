import { createCheckpointStatements } from '../checkpoints/checkpoint-statements.ts';

/** The statements about saved states, in SQLite's dialect. */
export const CHECKPOINTS = createCheckpointStatements({
  schema: '',
  mark: '?',
  isAmong: (column, parameter) => `${column} IN (SELECT value FROM json_each(${parameter}))`,
  lock: '',
});
