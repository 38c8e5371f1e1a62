import { createUpstreamStatements } from '../chains/upstream-statements.ts';
import { STATUS } from './rows/codes.ts';

/** The statements about jobs that wait for others, in SQLite's dialect. */
export const UPSTREAMS = createUpstreamStatements({
  schema: '',
  mark: '?',
  eachText: (parameter) => `json_each(${parameter})`,
  succeeded: String(STATUS.succeeded),
});
