import { parseConfig } from '../../../../../apps/api/src/config/config.ts';
import { formatDuration } from '../../../src/core/time/duration.ts';
import { check, checkAdvice, checkSame, inTime } from '../oracle.ts';
import { linesOf } from '../text-input.ts';

const SECRETS = [
  'JWT_SECRET',
  'SECRETS_KEY',
  'ADMIN_PASSWORD',
  'METRICS_TOKEN',
  'SMTP_URL',
  'DATABASE_URL',
  'DATABASE_DIRECT_URL',
  'HEARTBEAT_URL',
];
/** The inputs have it only in secrets: no line for people may show it. */
const MARK = 's3cret';
/** A line repeats the refused value. */
const LONGEST_LINE = 20_000;

/** Lines such as `PORT=8080`: a configuration, or faults that name the variable and keep its secrets. */
export function fuzz(bytes: Uint8Array): void {
  const env = variablesIn(linesOf(bytes));
  const result = inTime(() => parseConfig(env));
  const lines = [...(result.ok ? [] : result.faults), ...result.warnings];
  for (const line of lines) {
    checkAdvice(line.replaceAll(/"(?:[^"\\]|\\.)*"/g, '"…"'), LONGEST_LINE);
    check(/^[A-Za-z_\d]+\b/.test(line), () => `a line names no variable: ${line}`);
    check(!line.includes(MARK), () => `a line shows a secret: ${line}`);
  }
  if (!result.ok) return check(result.faults.length > 0, 'a configuration is refused without a fault');
  const { config } = result;
  checkSame(parseConfig(env), result, 'the configuration, read again');
  const written = {
    ...env,
    PORT: String(config.port),
    SHUTDOWN_TIMEOUT: formatDuration(config.shutdownTimeoutMs),
    JOBS_MIN_INTERVAL: formatDuration(config.jobs.minIntervalMs),
    JOBS_RETENTION_AGE: formatDuration(config.jobs.retention.ageMs),
    JOBS_CONCURRENCY: String(config.jobs.concurrency),
    CORS_ORIGINS: config.corsOrigins.join(','),
    OUTBOUND_ALLOW: config.jobs.outboundAllow.join(', '),
    SECRETS_KEY: config.secretsKeys.join(','),
  };
  const again = parseConfig(written);
  checkSame(again.ok ? again.config : again.faults, config, 'the configuration, written and read again');
}

function variablesIn(lines: readonly string[]): Record<string, string> {
  const env: Record<string, string> = Object.create(null);
  for (const line of lines) {
    const at = line.indexOf('=');
    const name = line.slice(0, at);
    // Names are the operator's own. The mark is only in secrets.
    if (!/^\w+$/.test(name) || line.includes('\0') || (line.includes(MARK) && !SECRETS.includes(name)))
      continue;
    env[name] = line.slice(at + 1);
  }
  return env;
}
