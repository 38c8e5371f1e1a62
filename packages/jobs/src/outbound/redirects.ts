import type { Answer, Hop } from './messages.ts';
import { OutboundError } from './outbound-error.ts';

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** What another origin may be told. Each other header may be a credential, whatever its name. */
const KEPT_ON_ANOTHER_ORIGIN: ReadonlySet<string> = new Set([
  'accept',
  'accept-language',
  'content-type',
  'idempotency-key',
  'traceparent',
  'user-agent',
]);

/**
 * P27, HTTP requests: the request that follows an answer, or undefined if the answer is no redirect. As in
 * browsers, a 303, and a 301 or 302 to a POST, is followed by a GET without a body.
 */
export function followRedirect(
  hop: Hop,
  { status, headers: { location } }: Pick<Answer, 'status' | 'headers'>,
): Hop | undefined {
  if (!REDIRECTS.has(status) || location === undefined) return undefined;
  const url = URL.parse(location, hop.url);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw refused(hop, 'redirects to something that is no http or https address');
  if (hop.url.protocol === 'https:' && url.protocol === 'http:')
    throw refused(hop, `redirects to ${url.origin}, without TLS`);
  // A redirect can't hand out credentials.
  url.username = '';
  url.password = '';
  const headers = url.origin === hop.url.origin ? hop.headers : keptHeaders(hop.headers);
  const asGet = status === 303 ? hop.method !== 'HEAD' : status < 303 && hop.method === 'POST';
  if (!asGet) return { ...hop, url, headers };
  const { 'content-type': _type, ...others } = headers;
  return { method: 'GET', url, headers: others, body: undefined };
}

export function tooManyRedirects(hop: Hop, most: number): OutboundError {
  return refused(hop, `redirects more than ${most} times`);
}

function refused({ url }: Hop, what: string): OutboundError {
  const advice = 'Use the final address as the URL.';
  return new OutboundError('refused_redirect', `${url.origin} ${what}. ${advice}`);
}

function keptHeaders(headers: Hop['headers']): Hop['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => KEPT_ON_ANOTHER_ORIGIN.has(name)));
}
