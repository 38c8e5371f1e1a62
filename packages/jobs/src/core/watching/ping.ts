import { eventError } from '../model/events.ts';
import type { AttemptError } from '../model/run.ts';

/** What a monitor is told of a run. */
export interface PingEvent {
  readonly kind: 'started' | 'succeeded' | 'failed';
  /** Why it has failed. */
  readonly error?: AttemptError | undefined;
}

export interface Ping {
  readonly url: string;
  readonly body: string;
}

/** Monitors decide by the path. A success has none. */
const PATHS = { started: '/start', succeeded: '', failed: '/fail' } as const;

/**
 * P26, pings: the request that tells a monitor of a run, in the protocol of Healthchecks.io. Parameters of
 * the URL stay, and `rid` connects the start of a run with its end.
 */
export function pingOf(pingUrl: string, runId: string, event: PingEvent): Ping {
  const url = new URL(pingUrl);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}${PATHS[event.kind]}`;
  url.searchParams.set('rid', pingRunId(runId));
  return { url: url.href, body: event.kind === 'failed' ? failureText(runId, event.error) : '' };
}

/** Monitors accept only a UUID, so it is one of version 8 whose last digits are the id in hexadecimal. */
export function pingRunId(runId: string): string {
  const digits = BigInt(runId).toString(16).padStart(15, '0');
  return `00000000-0000-8000-8${digits.slice(0, 3)}-${digits.slice(3)}`;
}

function failureText(runId: string, error: AttemptError | undefined): string {
  if (error === undefined) return `Run ${runId} failed.`;
  const { name, message } = eventError(error);
  return `Run ${runId} failed in attempt ${error.attempt}: ${name}: ${message}`;
}
