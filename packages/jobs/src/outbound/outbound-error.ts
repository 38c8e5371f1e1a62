export type OutboundErrorCode =
  /** The request itself can't be sent: its URL, method, header or body. */
  | 'invalid_request'
  /** The address is private, local or reserved, and `allow` does not name it. */
  | 'refused_address'
  /** The answer redirects too often, to an address without TLS, or to no address. */
  | 'refused_redirect'
  /** The name has no address, or no name server has answered. */
  | 'name_not_resolved'
  /** No connection could be opened in time. */
  | 'connect_failed'
  /** The certificate is not valid, or TLS has failed. */
  | 'tls_failed'
  /** The whole request has taken too long. */
  | 'timeout'
  /** The connection was closed before the end of the answer. */
  | 'connection_closed'
  /** The answer is not valid HTTP, or has too many headers. */
  | 'invalid_response'
  /** The client was closed. */
  | 'closed';

const NOT_MENDED_BY_A_RETRY: ReadonlySet<OutboundErrorCode> = new Set([
  'invalid_request',
  'refused_address',
  'refused_redirect',
]);

/**
 * A request of the {@link OutboundClient} got no answer. The message says what to do. It names the origin of
 * the URL, and neither its path nor its query, which may be secret.
 */
export class OutboundError extends Error {
  override readonly name = 'OutboundError';
  readonly code: OutboundErrorCode;
  constructor(code: OutboundErrorCode, message: string, options?: ErrorOptions) {
    super(message, options?.cause === undefined ? {} : options);
    this.code = code;
  }

  /** Whether the same request would fail again, so that a retry is of no use. */
  get isPermanent(): boolean {
    return NOT_MENDED_BY_A_RETRY.has(this.code);
  }
}
