import { createSecretStatements } from '../secrets/secret-statements.ts';

/** The statements about secrets, in SQLite's dialect. */
export const SECRETS = createSecretStatements({
  schema: '',
  mark: '?',
  eachText: (parameter) => `json_each(${parameter})`,
  contains: (text, parameter) => `instr(${text}, ${parameter}) > 0`,
});
