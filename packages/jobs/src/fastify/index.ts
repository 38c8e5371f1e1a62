export type { EventStreamOptions } from './events/event-routes.ts';
export { type JobsPluginOptions, jobsPlugin } from './plugin.ts';
export { answerError, ERROR_STATUS, problemOf } from './requests/errors.ts';
export { HttpProblem, type ProblemAnswer, sendProblem } from './requests/http-problem.ts';
export { jsonBoundFault } from './requests/json-bounds.ts';
export { parseStrictJson, strictJsonParser, useStrictJson } from './requests/strict-json.ts';
export type { JobsAuthorize, JobsNeed, JobsPrincipal, SecurityRequirement } from './routes/route-context.ts';
