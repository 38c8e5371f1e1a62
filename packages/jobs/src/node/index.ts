export type { JobsNeed, JobsPrincipal } from '../http/requests/authorize.ts';
export { HttpProblem, type ProblemAnswer } from '../http/requests/http-problem.ts';
export {
  createKoaMiddleware,
  type KoaContext,
  type KoaMiddleware,
  type KoaMiddlewareOptions,
} from './koa-middleware.ts';
export { createNodeHandler, type NodeHandler, type NodeHandlerOptions } from './node-handler.ts';
export type { NodeRequest } from './node-request.ts';
