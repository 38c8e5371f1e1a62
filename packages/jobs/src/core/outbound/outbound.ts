/** The methods of requests to addresses that people configure. */
export const OUTBOUND_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
export type OutboundMethod = (typeof OUTBOUND_METHODS)[number];

export interface OutboundOptions {
  /**
   * What requests may be sent to besides public addresses: addresses, ranges and host names, such as
   * `['10.0.0.0/8', 'mail.internal']`. Default: none.
   */
  readonly allow?: readonly string[];
}

export interface OutboundRequest {
  readonly url: string;
  /** Default `GET`. */
  readonly method?: OutboundMethod;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** For the name, and for the connection to each of its addresses. Default 10,000. */
  readonly connectTimeoutMs?: number;
  /** For the whole request, with redirects and the body. Default 30,000. */
  readonly timeoutMs?: number;
  /** The body is cut off there. Default 65,536. */
  readonly maxResponseBytes?: number;
  /** Default 5. With 0, a redirect is an answer like any other. */
  readonly maxRedirects?: number;
  readonly signal?: AbortSignal;
}

export interface OutboundResponse {
  readonly status: number;
  /** With their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Whether the body was longer than the limit, and was cut off there. */
  readonly isTruncated: boolean;
  /** The last URL, after redirects. */
  readonly url: string;
  readonly durationMs: number;
}

/**
 * Sends HTTP requests to addresses that people have configured, and refuses those that are not public (P27,
 * HTTP requests). All requests of the system use it. Ignores the variables that name a proxy.
 */
export interface OutboundClient {
  /**
   * Resolves with the answer, whatever its status. Rejects with an `OutboundError`, or with the reason of
   * `signal`.
   */
  request(request: OutboundRequest): Promise<OutboundResponse>;
}
