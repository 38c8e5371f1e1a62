import type { OutboundClient } from '../../core/outbound/outbound.ts';
import { AlertError } from './channel-kind.ts';

export type Outbound = Pick<OutboundClient, 'request'>;

/** Of the answer, only its beginning matters: it explains a refusal. */
const MOST_ANSWER_BYTES = 2_048;
const LONGEST_EXCERPT = 200;

interface Post {
  readonly url: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Sends JSON. Any status but 2xx is a failure, and a redirect is one, too. */
export async function post(outbound: Outbound, { url, body, headers, signal }: Post): Promise<void> {
  const answer = await outbound.request({
    url,
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
    signal,
    maxResponseBytes: MOST_ANSWER_BYTES,
    // A redirect would send the alert to an address that nobody has set up.
    maxRedirects: 0,
  });
  if (answer.status >= 200 && answer.status < 300) return;
  const excerpt = Buffer.from(answer.body)
    .toString('utf8')
    .replaceAll('\0', ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, LONGEST_EXCERPT)
    .toWellFormed();
  const said = excerpt === '' ? '' : `: ${excerpt}`;
  throw new AlertError(`${new URL(url).origin} answered with status ${answer.status}, not with 2xx${said}`);
}
