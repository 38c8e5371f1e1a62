import type { OutboundResponse } from '../core/outbound/outbound.ts';

/** One request of a chain of redirects. `headers` have names in lower case. */
export interface Hop {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | undefined;
}

/** The answer to one request. */
export type Answer = Omit<OutboundResponse, 'url' | 'durationMs'>;
