import { JOB_ID } from '../model/job-id.ts';
import { type Rule, rule } from './rule.ts';

/** The beginning of the ids of some jobs, which has the form of an id. */
export const idPrefixRule: Rule = rule((value) => typeof value === 'string' && JOB_ID.test(value), {
  what: 'the beginning of job ids, such as "acme-", with 1 to 128 letters, digits, ".", "_" or "-", and a letter or a digit first',
});
