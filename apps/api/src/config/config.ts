import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { z } from 'zod';
import { parameterWithoutTls } from '../notifications/mailers/smtp-url.ts';
import { parseTracing, type TracingConfig } from '../tracing/tracing-config.ts';
import { misspelt } from './config-names.ts';
import { secretFaults, secretVariables } from './config-secrets.ts';
import { count, duration, wholeNumber } from './config-values.ts';
import { mostConnections } from './most-connections.ts';
import { publicUrlOf, publicUrlVariable } from './public-url.ts';

/** Everything that the environment decides, checked. Lengths of time are in milliseconds. */
export interface Config {
  readonly env: 'development' | 'test' | 'production';
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Where people reach this server: what links in mails begin with. */
  readonly publicUrl: string;
  /** An absolute path. */
  readonly dataDir: string;
  /** Unset: SQLite in DATA_DIR. */
  readonly postgres: PostgresConfig | undefined;
  /** The database whose loss is accepted, as a refused start names it: `jobs.db@<id of the other one>`. */
  readonly acceptDatabaseLoss: string | undefined;
  /** Unset: mail is written as `.eml` files under `DATA_DIR/outbox`. */
  readonly smtpUrl: string | undefined;
  readonly mailFrom: string;
  /** Mails to one address in one day (UTC); those beyond it wait for the next day. */
  readonly mailPerAddressPerDay: number;
  /**
   * Unset only outside production: the secret is then made once and kept in `DATA_DIR/jwt-secret`, or in
   * PostgreSQL.
   */
  readonly jwtSecret: string | undefined;
  /** Seal the secrets that PostgreSQL holds: the first one seals, all open. */
  readonly secretsKeys: readonly string[];
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  /** In Fastify's terms: whom to believe about `X-Forwarded-*`. */
  readonly trustProxy: boolean | number | readonly string[];
  readonly corsOrigins: readonly string[];
  /** Open connections of clients at most. */
  readonly maxConnections: number;
  readonly rateLimit: {
    /** Requests a minute of one principal, or of one address without a token. */
    readonly perMinute: number;
    /** Requests a minute to the job routes of one operator or admin. */
    readonly operatorPerMinute: number;
    /** Failed logins in 15 minutes for one e-mail from one address. */
    readonly loginFailures: number;
  };
  readonly metricsToken: string | undefined;
  readonly shutdownTimeoutMs: number;
  readonly jobs: {
    readonly concurrency: number;
    readonly minIntervalMs: number;
    readonly maxStallMs: number;
    /** Heap of a thread of a job, in MB. */
    readonly threadMemoryMb: number;
    readonly retention: {
      readonly finished: number;
      readonly skipped: number;
      readonly ageMs: number;
      readonly countsMs: number;
    };
  };
  readonly admin: { readonly email: string; readonly password: string | undefined };
  /** Unset: nothing is traced. */
  readonly tracing: TracingConfig | undefined;
}

/** The one database of all nodes. */
export interface PostgresConfig {
  readonly url: string;
  /** The same database without a pooler in between. */
  readonly directUrl: string;
}

/**
 * The outcome of {@link parseConfig}: the configuration, or every fault at once, one line each, with what to
 * do.
 */
export type ConfigResult =
  | { readonly ok: true; readonly config: Config; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly faults: readonly string[]; readonly warnings: readonly string[] };

/** The configuration of this process. The only place that reads `process.env`, `cli/settings.ts` aside. */
export function loadConfig(): ConfigResult {
  return parseConfig(process.env);
}

/** Reads the variables of DESIGN section 10 out of `env`. An empty variable counts as unset. */
export function parseConfig(env: Readonly<Record<string, string | undefined>>): ConfigResult {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim()));
  const parsed = variables.safeParse(set);
  const faults = parsed.success ? [] : parsed.error.issues.map((issue) => faultLine(issue, set));
  // Asked of the raw variables, not by a refinement: zod refines only what is otherwise valid, and all faults
  // are told at once.
  faults.push(...secretFaults(set));
  if (set.DATABASE_DIRECT_URL !== undefined && set.DATABASE_URL === undefined) {
    faults.push('DATABASE_DIRECT_URL is set without DATABASE_URL: set that too, or unset this one.');
  }
  const { tracing, warnings: ofTracing } = parseTracing(set);
  const warnings = [...misspelt(Object.keys(set), Object.keys(variables.shape)), ...ofTracing];
  if (!parsed.success || faults.length > 0) return { ok: false, faults, warnings };
  return { ok: true, config: { ...configOf(parsed.data), tracing }, warnings };
}

const SECRETS = new Set([
  'JWT_SECRET',
  'SECRETS_KEY',
  'ADMIN_PASSWORD',
  'METRICS_TOKEN',
  'SMTP_URL',
  'DATABASE_URL',
  'DATABASE_DIRECT_URL',
]);

function faultLine(issue: z.core.$ZodIssue, set: Readonly<Record<string, string | undefined>>): string {
  const name = String(issue.path[0]);
  const value = SECRETS.has(name) ? '' : ` ${JSON.stringify(set[name])}`;
  return `${name}${value} ${issue.message}`;
}

const words = (text: string): string[] =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean);

const trustProxy = z
  .string()
  .default('false')
  .transform((text, issues) => {
    if (text === 'true' || text === 'false') return text === 'true';
    if (/^\d{1,2}$/.test(text)) return Number(text);
    if (words(text).every(isNetwork)) return words(text);
    issues.addIssue({
      code: 'custom',
      message: 'must be true, false, a number of proxies, or addresses and networks separated by commas.',
    });
    return z.NEVER;
  });

function isNetwork(text: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true;
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  if (bits === undefined) return true;
  return /^\d{1,3}$/.test(bits) && Number(bits) > 0 && Number(bits) <= (version === 4 ? 32 : 128);
}

const corsOrigins = z
  .string()
  .default('')
  .transform((text, issues) => {
    const wrong = words(text).find((origin) => URL.parse(origin)?.origin !== origin);
    if (wrong === undefined) return words(text);
    issues.addIssue({
      code: 'custom',
      message: `has ${JSON.stringify(wrong)}, which is no origin. Write them like https://example.com, separated by commas.`,
    });
    return z.NEVER;
  });

const address = z.email('must be an e-mail address.').max(254, 'must be an e-mail address.').toLowerCase();

const postgresUrl = z
  .string()
  .refine(
    isPostgresUrl,
    'must look like postgres://user:password@db.example.com:5432/greenvue (or postgresql://), with @, /, #, ? and % in the password written as %40, %2F, %23, %3F and %25.',
  );

function isPostgresUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || !['postgres:', 'postgresql:'].includes(url.protocol)) return false;
  try {
    return [url.username, url.password, url.pathname.slice(1)].map(decodeURIComponent)[2] !== '';
  } catch {
    return false;
  }
}

const variables = z.object({
  NODE_ENV: z
    .enum(['development', 'test', 'production'], 'must be development, test or production.')
    .default('development'),
  HOST: z
    .string()
    .regex(/^[A-Za-z0-9.:_-]{1,253}$/, 'must be an address or a host name, such as 127.0.0.1 or 0.0.0.0.')
    .default('127.0.0.1'),
  PORT: count(8080, 0, 65_535),
  PUBLIC_URL: publicUrlVariable,
  DATA_DIR: z.string().default('./data'),
  DATABASE_URL: postgresUrl.optional(),
  DATABASE_DIRECT_URL: postgresUrl.optional(),
  SMTP_URL: z
    .string()
    .refine(
      (text) =>
        ['smtp:', 'smtps:'].includes(URL.parse(text)?.protocol ?? '') && URL.parse(text)?.hostname !== '',
      'must look like smtp://user:password@mail.example.com:587 (or smtps://).',
    )
    .superRefine((text, issues) => {
      const parameter = URL.canParse(text) ? parameterWithoutTls(text) : undefined;
      if (parameter === undefined) return;
      issues.addIssue({
        code: 'custom',
        message: `has ${parameter}, which would send its password to another machine unencrypted. Remove the parameter, or use a mail server on this machine, such as smtp://127.0.0.1:25.`,
      });
    })
    .optional(),
  MAIL_FROM: z
    .string()
    .regex(
      /^(?:[^<>\r\n]{0,200}<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/,
      'must look like GreenVue <no-reply@example.com>.',
    )
    .default('GreenVue <no-reply@greenvue.local>'),
  ...secretVariables,
  MAIL_PER_ADDRESS_PER_DAY: count(20, 1, 1_000_000),
  LOG_LEVEL: z
    .enum(
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
      'must be fatal, error, warn, info, debug, trace or silent.',
    )
    .optional(),
  TRUST_PROXY: trustProxy,
  CORS_ORIGINS: corsOrigins,
  MAX_CONNECTIONS: wholeNumber(1, 1_000_000).transform(Number).optional(),
  RATE_LIMIT_PER_MINUTE: count(600, 1, 10_000_000),
  RATE_LIMIT_OPERATOR_PER_MINUTE: count(60_000, 1, 10_000_000),
  RATE_LIMIT_LOGIN_FAILURES: count(10, 1, 10_000),
  METRICS_TOKEN: z.string().min(16, 'is too short: at least 16 characters.').optional(),
  SHUTDOWN_TIMEOUT: duration('20s', 0),
  JOBS_CONCURRENCY: count(10, 0, 1_000),
  JOBS_MIN_INTERVAL: duration('1s', 1),
  JOBS_MAX_STALL: duration('60s', 1_000),
  JOBS_THREAD_MEMORY_MB: count(512, 16, 65_536),
  JOBS_RETENTION_FINISHED: count(1_000, 1, 1_000_000),
  JOBS_RETENTION_SKIPPED: count(200, 1, 1_000_000),
  JOBS_RETENTION_AGE: duration('720h', 60_000),
  JOBS_RETENTION_COUNTS: duration('2160h', 3_600_000),
  ADMIN_EMAIL: address.default('admin@greenvue.local'),
  ACCEPT_DATABASE_LOSS: z.string().optional(),
  ADMIN_PASSWORD: z
    .string()
    .min(10, 'is too short: at least 10 characters.')
    .max(200, 'is too long.')
    .optional(),
});

function configOf(set: z.output<typeof variables>): Omit<Config, 'tracing'> {
  return {
    env: set.NODE_ENV,
    host: set.HOST,
    port: set.PORT,
    publicUrl: publicUrlOf(set.PUBLIC_URL, set.HOST, set.PORT),
    dataDir: resolve(set.DATA_DIR),
    postgres: postgresOf(set.DATABASE_URL, set.DATABASE_DIRECT_URL),
    acceptDatabaseLoss: set.ACCEPT_DATABASE_LOSS,
    smtpUrl: set.SMTP_URL,
    mailFrom: set.MAIL_FROM,
    mailPerAddressPerDay: set.MAIL_PER_ADDRESS_PER_DAY,
    jwtSecret: set.JWT_SECRET,
    secretsKeys: set.SECRETS_KEY,
    logLevel: set.LOG_LEVEL ?? (set.NODE_ENV === 'production' ? 'info' : 'warn'),
    trustProxy: set.TRUST_PROXY,
    corsOrigins: set.CORS_ORIGINS,
    maxConnections: set.MAX_CONNECTIONS ?? mostConnections(),
    rateLimit: {
      perMinute: set.RATE_LIMIT_PER_MINUTE,
      operatorPerMinute: set.RATE_LIMIT_OPERATOR_PER_MINUTE,
      loginFailures: set.RATE_LIMIT_LOGIN_FAILURES,
    },
    metricsToken: set.METRICS_TOKEN,
    shutdownTimeoutMs: set.SHUTDOWN_TIMEOUT,
    jobs: {
      concurrency: set.JOBS_CONCURRENCY,
      minIntervalMs: set.JOBS_MIN_INTERVAL,
      maxStallMs: set.JOBS_MAX_STALL,
      threadMemoryMb: set.JOBS_THREAD_MEMORY_MB,
      retention: {
        finished: set.JOBS_RETENTION_FINISHED,
        skipped: set.JOBS_RETENTION_SKIPPED,
        ageMs: set.JOBS_RETENTION_AGE,
        countsMs: set.JOBS_RETENTION_COUNTS,
      },
    },
    admin: { email: set.ADMIN_EMAIL, password: set.ADMIN_PASSWORD },
  };
}

function postgresOf(url: string | undefined, directUrl: string | undefined): PostgresConfig | undefined {
  return url === undefined ? undefined : { url, directUrl: directUrl ?? url };
}
