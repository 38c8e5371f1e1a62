import { validateHeaderName, validateHeaderValue } from 'node:http';
import { OutboundError } from './outbound-error.ts';

/**
 * The connection's own headers, which the client sets, and those that would change how the server reads it.
 */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** What is wrong with a URL for a request, without the URL; undefined if it is valid. */
export function urlFault(text: string): string | undefined {
  const url = URL.parse(text);
  const example = 'such as "https://example.com/path"';
  if (url === null) return `must be a whole URL, ${example}`;
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return `must begin with https:// or http://, ${example}; got ${url.protocol}`;
  return undefined;
}

/** What is wrong with a header; undefined if it is valid. The value may be secret, so no fault shows it. */
export function headerFault(name: string, value: string): string | undefined {
  if (OWN_HEADERS.has(name.toLowerCase()))
    return `must not have ${name}, which the HTTP client sets by itself. Remove it`;
  try {
    validateHeaderName(name);
  } catch {
    return `must have valid names, such as "x-api-key"; got ${JSON.stringify(name)}`;
  }
  try {
    validateHeaderValue(name, value);
  } catch {
    return `must have values of one line of Latin letters; that of ${name} is not`;
  }
  return undefined;
}

export function checkedUrl(text: string): URL {
  const fault = urlFault(text);
  if (fault !== undefined) throw new OutboundError('invalid_request', `The URL ${fault}.`);
  return new URL(text);
}

/** With their names in lower case. */
export function checkedHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const checked = Object.entries(headers).map(([name, value]) => {
    const fault = headerFault(name, value);
    if (fault !== undefined) throw new OutboundError('invalid_request', `The headers ${fault}.`);
    return [name.toLowerCase(), value] as const;
  });
  return Object.fromEntries(checked);
}
