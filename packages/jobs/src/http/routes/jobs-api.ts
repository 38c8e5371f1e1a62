import type { Engine } from '../../engine/ports/engine-port.ts';
import { type EventStreamLimits, EventStreams } from '../events/event-streams.ts';
import { CoalescedReads } from '../requests/coalesced-reads.ts';
import { WorkLimit } from '../requests/work-limit.ts';
import type { HostRequest, Route, RouteAnswer, RouteDeps } from '../routing/route.ts';
import { scopedDeps } from '../scope/scoped-deps.ts';

export interface JobsApiOptions {
  readonly engine: Engine;
  /** Requests at once, event streams aside; a further request gets a 503. Default 1,000. */
  readonly maxRequests?: number | undefined;
  readonly events?: EventStreamLimits | undefined;
  /** Characters in a path parameter that the host routes. Default: no limit. */
  readonly longestParameter?: number | undefined;
}

const MOST_REQUESTS = 1_000;

/** One mount of the REST API, which an adapter serves. */
export class JobsApi implements RouteDeps {
  readonly engine: Engine;
  readonly reads = new CoalescedReads();
  readonly eventStreams: EventStreams;
  readonly longestParameter: number;
  readonly #work: WorkLimit;

  constructor({ engine, maxRequests = MOST_REQUESTS, events, longestParameter }: JobsApiOptions) {
    this.engine = engine;
    this.eventStreams = new EventStreams(engine, events);
    this.longestParameter = longestParameter ?? Number.POSITIVE_INFINITY;
    this.#work = new WorkLimit(maxRequests);
  }

  /** Answers a request to one of the routes. Rejects with an error for `problemOf`. */
  answer(route: Route, request: HostRequest): Promise<RouteAnswer> {
    const { principal, signal } = request.context;
    const scope = principal?.scope;
    const deps = scope === undefined ? this : scopedDeps(this, scope);
    if (route.isStream === true) return route.answer(request, deps);
    return this.#work.run(signal, () => route.answer(request, deps));
  }
}
