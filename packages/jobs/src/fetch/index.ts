export type { EventStreamLimits } from '../http/events/event-streams.ts';
export type { JobsNeed, JobsPrincipal } from '../http/requests/authorize.ts';
export { HttpProblem, type ProblemAnswer } from '../http/requests/http-problem.ts';
export type { JobScope } from '../http/scope/job-scope.ts';
export {
  createFetchHandler,
  type FetchAuthorize,
  type FetchHandler,
  type FetchHandlerOptions,
} from './fetch-handler.ts';
