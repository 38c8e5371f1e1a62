import { createHmac, randomBytes } from 'node:crypto';
import type { Alert } from '../../core/alerts/alert.ts';
import type { Fault } from '../../core/input/fault.ts';
import type { AlertNotice } from '../ports/alerts-port.ts';
import { linkOf } from './alert-text.ts';
import { type ChannelConfig, type ChannelKind, shownUrl, unknownFaults, urlFaults } from './channel-kind.ts';
import { type Outbound, post } from './post.ts';

interface WebhookDeps {
  readonly outbound: Outbound;
  readonly consoleUrl: string | undefined;
  now(): number;
}

/** The lengths of a key that Standard Webhooks asks for, in bytes. */
const LEAST_KEY_BYTES = 24;
const MOST_KEY_BYTES = 64;
const NEW_KEY_BYTES = 32;

/** POSTs JSON, signed as https://www.standardwebhooks.com says. */
export function webhookKind({ outbound, consoleUrl, now }: WebhookDeps): ChannelKind {
  return {
    complete(config) {
      if (config.secret !== undefined && config.secret !== null) return { config };
      const secret = `whsec_${randomBytes(NEW_KEY_BYTES).toString('base64')}`;
      return { config: { ...config, secret }, secret };
    },
    faults: (config) => [
      ...urlFaults(config, 'https://example.com/alerts'),
      ...secretFaults(config),
      ...unknownFaults(config, ['url', 'secret']),
    ],
    shown: ({ url }) => ({ url: shownUrl(url), secret: '[secret]' }),
    async send(notice, { url, secret }, signal) {
      const body = JSON.stringify(bodyOf(notice, consoleUrl));
      const timestamp = Math.floor(now() / 1_000);
      await post(outbound, {
        url: String(url),
        body,
        headers: {
          'webhook-id': notice.id,
          'webhook-timestamp': String(timestamp),
          'webhook-signature': signatureOf(`${notice.id}.${timestamp}.${body}`, String(secret)),
        },
        signal,
      });
    },
  };
}

/** `v1` of Standard Webhooks: HMAC-SHA256, in base64. */
function signatureOf(content: string, secret: string): string {
  return `v1,${createHmac('sha256', keyOf(secret)).update(content).digest('base64')}`;
}

function keyOf(secret: string): Buffer {
  return Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
}

function secretFaults({ secret }: ChannelConfig): readonly Fault[] {
  const isBase64 = typeof secret === 'string' && /^whsec_[A-Za-z0-9+/]+={0,2}$/.test(secret);
  const bytes = isBase64 ? keyOf(secret).length : 0;
  if (bytes >= LEAST_KEY_BYTES && bytes <= MOST_KEY_BYTES) return [];
  return [
    {
      pointer: '/secret',
      detail: `must be "whsec_" and ${LEAST_KEY_BYTES} to ${MOST_KEY_BYTES} random bytes in base64. Leave it out, and the engine makes one`,
    },
  ];
}

function bodyOf(notice: AlertNotice, consoleUrl: string | undefined) {
  const { title, text, link = null, count, counts, alerts, isDigest } = notice;
  const [first] = alerts;
  return {
    type: isDigest ? 'alert.digest' : `alert.${first?.condition}`,
    timestamp: timeJson(first?.at),
    data: { title, text, link, count, counts, alerts: alerts.map((alert) => alertJson(alert, consoleUrl)) },
  };
}

function alertJson(alert: Alert, consoleUrl: string | undefined) {
  const { condition, jobId, jobName, at, since, runId, count, error, fingerprint, reason } = alert;
  return {
    condition,
    job_id: jobId,
    job_name: jobName,
    at: timeJson(at),
    since: timeJson(since),
    run_id: runId ?? null,
    count: count ?? null,
    error: error ?? null,
    fingerprint: fingerprint ?? null,
    reason: reason ?? null,
    link: consoleUrl === undefined ? null : linkOf(alert, consoleUrl),
  };
}

function timeJson(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
