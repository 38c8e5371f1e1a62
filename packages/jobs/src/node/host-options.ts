import { checkHandlerOptions } from '../fetch/fetch-handler.ts';
import { createFetchHandler, type FetchHandler, type FetchHandlerOptions } from '../fetch/index.ts';
import type { EventStreamOptions } from '../http/events/event-streams.ts';
import type { Authorize } from '../http/requests/authorize.ts';

/** The options of a handler. `Host`: the request as the host knows it. */
export interface HostOptions<Host>
  extends Pick<FetchHandlerOptions, 'engine' | 'prefix' | 'maxRequests' | 'logger'> {
  /**
   * Decides which requests are allowed. `false` allows every request everything, for a server without
   * untrusted clients. There is no default: an open jobs API must be a decision.
   */
  readonly authorize: Authorize<Host> | false;
  readonly events?: EventStreamOptions<Host> | undefined;
}

/**
 * A fetch handler that gets the host's own request as its context. `maker`: the function to name in errors.
 */
export function createHostHandler<Host>(maker: string, options: HostOptions<Host>): FetchHandler<Host> {
  checkHandlerOptions(maker, options);
  const { authorize, events, ...rest } = options;
  const isStillAllowed = events?.isStillAllowed;
  return createFetchHandler<Host>({
    ...rest,
    authorize: authorize && ((_request, need, host) => authorize(host, need)),
    events: { ...events, isStillAllowed: async (_request, host) => isStillAllowed?.(host) ?? true },
  });
}
