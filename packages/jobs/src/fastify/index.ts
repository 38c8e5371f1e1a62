export { answerError, ERROR_STATUS, problemOf } from './errors.ts';
export type { EventStreamOptions } from './event-routes.ts';
export { HttpProblem, type ProblemAnswer, sendProblem } from './http-problem.ts';
export { jsonBoundFault } from './json-bounds.ts';
export { type JobsPluginOptions, jobsPlugin } from './plugin.ts';
export type { JobsAuthorize, JobsNeed, JobsPrincipal, SecurityRequirement } from './route-context.ts';
export { parseStrictJson, strictJsonParser, useStrictJson } from './strict-json.ts';
