export type { JobsNeed, JobsPrincipal } from '../http/requests/authorize.ts';
export { HttpProblem, type ProblemAnswer } from '../http/requests/http-problem.ts';
export { jsonBoundFault } from '../http/requests/json-bounds.ts';
export { ERROR_STATUS, problemOf } from '../http/requests/problem-of.ts';
export { parseStrictJson } from '../http/requests/strict-json.ts';
export { answerError, sendProblem } from './answer-error.ts';
export { type EventStreamOptions, type JobsAuthorize, type JobsPluginOptions, jobsPlugin } from './plugin.ts';
export type { SecurityRequirement } from './register-route.ts';
export { strictJsonParser, useStrictJson } from './use-strict-json.ts';
