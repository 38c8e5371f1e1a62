import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyPluginAsync,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { serializerCompiler } from 'fastify-type-provider-zod';
import type { Clock } from './clock.ts';
import type { Config } from './config/config.ts';
import { confirmPage } from './confirm-page/confirm-page.ts';
import { mountConsole } from './console/mount-console.ts';
import { newId } from './db/ids.ts';
import { docsRoutes } from './docs-page/docs-routes.ts';
import { authenticateRequests, refuseBadToken } from './http/access/authentication.ts';
import { refuseTwoHosts } from './http/access/one-host.ts';
import { limitRates } from './http/access/rate-limits.ts';
import { secure, setSecurityHeaders } from './http/access/security-headers.ts';
import { endConnectionsWhileClosing } from './http/connections/closing.ts';
import {
  answerUnreadable,
  type ConnectionLimits,
  createBoundedServer,
  type DropReason,
  mostPerNetwork,
} from './http/connections/connections.ts';
import { createDropLog } from './http/connections/drop-log.ts';
import { dropGoneClients } from './http/connections/gone-clients.ts';
import { BODY_LIMIT, readJsonBodies } from './http/json-body.ts';
import { documentApi } from './http/openapi/openapi.ts';
import { replyWithProblem } from './http/problem-reply.ts';
import { noSuchPath, problem } from './http/problem-table.ts';
import { createRouteTable } from './http/route-table.ts';
import { LOGGED_URL, logAnswers } from './http/telemetry/answer-log.ts';
import { LazyLog } from './http/telemetry/lazy-log.ts';
import { traceRequests } from './http/telemetry/trace-requests.ts';
import { validatorCompiler } from './http/validation.ts';
import { actorOf, type Principal } from './rest/principal.ts';
import type { SecurityLog } from './security-log/security-log.ts';

export interface AppDeps {
  readonly config: Pick<Config, 'trustProxy' | 'corsOrigins' | 'rateLimit' | 'maxConnections'>;
  /** Whether the tracing SDK is running: requests become spans. */
  readonly isTraced?: boolean;
  /** Version of GreenVue for the OpenAPI document. */
  readonly version: string;
  /** Writes the OpenAPI document in `ready()`, not at the first request for it. Default: false. */
  readonly writesDocumentAtStart?: boolean;
  readonly logger: FastifyBaseLogger;
  readonly clock: Clock;
  readonly authenticate: (token: string) => Promise<Principal | undefined>;
  /** Records 403 responses and sign-ins above the rate limit. */
  readonly securityLog: Pick<SecurityLog, 'record'>;
  /** Called for each response. */
  readonly observe: (answer: { route: string; method: string; status: number; seconds: number }) => void;
  /** Called for each new connection that the server closes at once, and for each request that it refuses. */
  readonly countDrop: (reason: DropReason) => void;
  /** The routes of the features, as plugins in any order. Their errors become problem documents here. */
  readonly routes: readonly FastifyPluginAsync[];
}

/** More add no throughput: the work of a request takes about 1 ms of this thread. */
const MAX_IN_PROGRESS = 64;
const MAX_WAIT_MS = 1_000;
const REQUEST_TIMEOUT_MS = 30_000;
const HEADERS_TIMEOUT_MS = 20_000;
/** Longer than any statement: a connection may be silent while the server works. */
const STALL_TIMEOUT_MS = 45_000;
/** Longer than in proxies, so that no proxy sends a request on a connection that is being closed. */
const KEEP_ALIVE_TIMEOUT_MS = 72_000;

/** Creates GreenVue's HTTP server, which does not listen yet. */
export function createApp(deps: AppDeps): FastifyInstance {
  const app: FastifyInstance = Fastify({
    loggerInstance: deps.logger,
    childLoggerFactory: (log, bindings, options) => new LazyLog(log, {}).child(bindings, options),
    // `logAnswers` writes one line for each response instead of two.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => newId(),
    trustProxy: trustedProxies(deps.config.trustProxy),
    bodyLimit: BODY_LIMIT,
    serverFactory: (handle) => createBoundedServer(handle, limitsOf(deps.config), createDropLog(deps)),
    // Longer than any URL, so that the schema of the route refuses long parameters.
    routerOptions: { maxParamLength: 65_536 },
    // During a stop, requests on open connections still get their response.
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => {
      // Hooks do not run for a malformed URL.
      secure(reply);
      reply.header('cache-control', 'no-store');
      replyWithProblem(error, request, reply);
    },
    clientErrorHandler: answerUnreadable,
    // Fastify would load its own compilers, 130 modules, although the ones set below are used.
    schemaController: { compilersFactory: { buildValidator: unused, buildSerializer: unused } },
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(replyWithProblem);
  const table = createRouteTable(app);

  if (deps.isTraced === true) traceRequests(app);
  endConnectionsWhileClosing(app);
  setSecurityHeaders(app, deps.config.corsOrigins);
  refuseTwoHosts(app);
  limitRates(app, deps.config.rateLimit, deps.securityLog);
  authenticateRequests(app, deps.authenticate);
  readJsonBodies(app);
  dropGoneClients(app);
  observeAnswers(app, deps);
  logAnswers(app, deps);
  documentApi(app, { version: deps.version, isWrittenAtStart: deps.writesDocumentAtStart ?? false });

  app.register(docsRoutes);
  app.register(confirmPage);
  app.register(mountConsole);
  for (const routes of deps.routes) app.register(routes);
  app.after(() => {
    const count = app.rateLimit();
    // Without a route, also count before the body is read.
    app.addHook('preParsing', async (request, reply) => {
      if (!request.is404) return;
      await count.call(app, request, reply);
      refuseBadToken(request, reply);
    });
    // Requests of routes without a rate limit can end here, too.
    app.setNotFoundHandler({ preHandler: count }, (request, reply) => {
      const methods = table.methodsAt(request);
      // A route with the method may find nothing, such as a missing file.
      const isMissing = methods.length === 0 || methods.includes(request.method);
      if (isMissing) throw noSuchPath();
      reply.header('allow', methods.join(', '));
      throw problem(405, `This path supports ${methods.join(', ')}; the request used ${request.method}.`);
    });
  });
  return app;
}

function unused(): never {
  throw new Error('A schema was added with addSchema: use zod schemas in the routes instead.');
}

function limitsOf({ maxConnections, trustProxy }: AppDeps['config']): ConnectionLimits {
  return {
    maxConnections,
    maxInProgress: MAX_IN_PROGRESS,
    maxWaitMs: MAX_WAIT_MS,
    // Connections through a proxy all come from its address.
    maxPerNetwork: trustProxy === false ? mostPerNetwork(maxConnections) : maxConnections,
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    headersTimeoutMs: HEADERS_TIMEOUT_MS,
    keepAliveTimeoutMs: KEEP_ALIVE_TIMEOUT_MS,
    stallTimeoutMs: STALL_TIMEOUT_MS,
  };
}

function trustedProxies(trust: Config['trustProxy']) {
  if (typeof trust === 'number') return (_address: string, hop: number) => hop < trust;
  return typeof trust === 'boolean' ? trust : [...trust];
}

function observeAnswers(app: FastifyInstance, { observe, securityLog }: AppDeps): void {
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    const { method } = request;
    const { statusCode: status, elapsedTime } = reply;
    observe({ route, method, status, seconds: elapsedTime / 1000 });
    if (status === 403) recordForbidden(request, securityLog);
  });
}

function recordForbidden(request: FastifyRequest, securityLog: AppDeps['securityLog']): void {
  const { principal, method, routeOptions, clientAddress: address, url } = request;
  if (principal === undefined) return;
  // Without the query, which may contain secrets.
  const path = url.split('?', 1)[0]?.slice(0, LOGGED_URL);
  securityLog.record({
    kind: 'forbidden',
    actor: actorOf(principal),
    target: `${method} ${routeOptions.url ?? 'none'}`,
    address,
    detail: { path },
  });
}
