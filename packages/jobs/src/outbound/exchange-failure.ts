import { OutboundError } from './outbound-error.ts';

interface FailureDetails {
  /** Such as `https://example.com`, without what may be secret. */
  readonly origin: string;
  /** Whether the answer had begun. */
  readonly hasAnswer: boolean;
}

const NOT_CONNECTED: ReadonlySet<string> = new Set([
  'EADDRNOTAVAIL',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'EACCES',
  'EINVAL',
]);

/** What an error of Node's HTTP client means, and what to do. */
export function failureOf(error: Error, { origin, hasAnswer }: FailureDetails): OutboundError {
  if (error instanceof OutboundError) return error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const because = code === '' ? '' : ` (${code})`;
  if (NOT_CONNECTED.has(code) && !hasAnswer) {
    const message = `${origin} can't be reached${because}. Check that the server runs and that a firewall lets this machine connect.`;
    return new OutboundError('connect_failed', message, { cause: error });
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    const message = `${origin} answered with more than 16 KiB of headers. Call an address that sends fewer.`;
    return new OutboundError('invalid_response', message, { cause: error });
  }
  if (code.startsWith('HPE_')) {
    const message = `${origin} did not answer in valid HTTP${because}. Check the port, and whether it needs https.`;
    return new OutboundError('invalid_response', message, { cause: error });
  }
  if (isTlsFault(code)) {
    const message = `The TLS connection to ${origin} failed${because}: ${error.message}. Check the server's certificate and its name; NODE_EXTRA_CA_CERTS adds an authority of your own.`;
    return new OutboundError('tls_failed', message, { cause: error });
  }
  const when = hasAnswer ? 'before the end of its answer' : 'without an answer';
  const message = `${origin} closed the connection ${when}${because}. Look at the server's log.`;
  return new OutboundError('connection_closed', message, { cause: error });
}

/** No connection was open in time. */
export function notConnected(late: {
  readonly origin: string;
  readonly address: string;
  readonly connectTimeoutMs: number;
}): OutboundError {
  const { origin, address, connectTimeoutMs } = late;
  const message = `No connection to ${origin} (${address}) was open within ${connectTimeoutMs} ms. Check that the server runs and that a firewall lets this machine connect.`;
  return new OutboundError('connect_failed', message);
}

function isTlsFault(code: string): boolean {
  return (
    /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|CRL_)/.test(code) ||
    code === 'EPROTO' ||
    code === 'HOSTNAME_MISMATCH'
  );
}
