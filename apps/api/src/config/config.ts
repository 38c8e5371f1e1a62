import { resolve } from 'node:path';
import type { JobPolicy } from '@greenvue/jobs';
import { z } from 'zod';
import type { Role } from '../db/schema.ts';
import { parameterWithoutTls } from '../notifications/mailers/smtp-url.ts';
import { parseTracing, type TracingConfig } from '../tracing/tracing-config.ts';
import { misspelt } from './config-names.ts';
import { corsOrigins, heartbeatUrl, outboundAllow, trustProxy } from './config-network.ts';
import { policyVariable } from './config-policy.ts';
import { secretFaults, secretVariables } from './config-secrets.ts';
import { count, duration, wholeNumber } from './config-values.ts';
import { mostConnections } from './most-connections.ts';
import { publicUrlOf, publicUrlVariable } from './public-url.ts';

/** The validated configuration from the environment. Durations are in milliseconds. */
export interface Config {
  readonly env: 'development' | 'test' | 'production';
  readonly host: string;
  /** 0 lets the system choose a free port. */
  readonly port: number;
  /** Public URL of this server, for links in mails. */
  readonly publicUrl: string;
  /** An absolute path. */
  readonly dataDir: string;
  /** Undefined: SQLite in DATA_DIR. */
  readonly postgres: PostgresConfig | undefined;
  /** The database whose loss is accepted, as the refused start named it: `jobs.db@<id of the other one>`. */
  readonly acceptDatabaseLoss: string | undefined;
  /** Undefined: mail is written as `.eml` files to `DATA_DIR/outbox`. */
  readonly smtpUrl: string | undefined;
  readonly mailFrom: string;
  /** Limit of mails to one address per day (UTC); further mails wait for the next day. */
  readonly mailPerAddressPerDay: number;
  /**
   * Undefined only outside production: the secret is then generated once and stored in `DATA_DIR/jwt-secret`
   * or in PostgreSQL.
   */
  readonly jwtSecret: string | undefined;
  /** Keys for the secrets in PostgreSQL: the first one encrypts, all of them decrypt. */
  readonly secretsKeys: readonly string[];
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  /** Fastify's `trustProxy`: the proxies whose `X-Forwarded-*` headers are trusted. */
  readonly trustProxy: boolean | number | readonly string[];
  readonly corsOrigins: readonly string[];
  /** Limit of open client connections. */
  readonly maxConnections: number;
  readonly rateLimit: {
    /** Requests per minute of one principal, or of one address without a token. */
    readonly perMinute: number;
    /** Requests per minute of one operator or admin to the job routes. */
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
    /** A monitor that hears each minute that this node works. */
    readonly heartbeatUrl: string | undefined;
    /** Addresses, ranges and names that requests of jobs may be sent to, besides public addresses. */
    readonly outboundAllow: readonly string[];
    readonly retention: {
      readonly finished: number;
      readonly skipped: number;
      readonly ageMs: number;
      readonly countsMs: number;
    };
  };
  /** Bounds on the jobs that people of a role may make or change. */
  readonly policies: Readonly<Partial<Record<Role, JobPolicy>>>;
  readonly admin: { readonly email: string; readonly password: string | undefined };
  /** Undefined: tracing is off. */
  readonly tracing: TracingConfig | undefined;
}

/** The database that all nodes share. */
export interface PostgresConfig {
  readonly url: string;
  /** URL of the same database without a pooler. */
  readonly directUrl: string;
}

/**
 * The outcome of {@link parseConfig}: the configuration, or all faults, one line each with what to do.
 */
export type ConfigResult =
  | { readonly ok: true; readonly config: Config; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly faults: readonly string[]; readonly warnings: readonly string[] };

/** Reads the configuration of this process. Only this reads `process.env`. */
export function loadConfig(): ConfigResult {
  return parseConfig(process.env);
}

/** Reads the variables of docs/configuration.md from `env`. An empty variable counts as unset. */
export function parseConfig(env: Readonly<Record<string, string | undefined>>): ConfigResult {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim()));
  const parsed = variables.safeParse(set);
  const faults = parsed.success ? [] : parsed.error.issues.map((issue) => faultLine(issue, set));
  // Checked here and not by a refinement: zod refines only valid input, and all faults must appear together.
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
  'HEARTBEAT_URL',
]);

function faultLine(issue: z.core.$ZodIssue, set: Readonly<Record<string, string | undefined>>): string {
  const name = String(issue.path[0]);
  const value = SECRETS.has(name) ? '' : ` ${JSON.stringify(set[name])}`;
  return `${name}${value} ${issue.message}`;
}

const ADDRESS_RULE = 'must be an e-mail address, such as admin@example.com.';
const address = z.email(ADDRESS_RULE).max(254, ADDRESS_RULE).toLowerCase();

const postgresUrl = z
  .string()
  .refine(
    isPostgresUrl,
    'must be a URL such as postgres://user:password@db.example.com:5432/greenvue (or postgresql://). Write @, /, #, ? and % in the password as %40, %2F, %23, %3F and %25.',
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
      'must be a URL such as smtp://user:password@mail.example.com:587 (or smtps://).',
    )
    .superRefine((text, issues) => {
      const parameter = URL.canParse(text) ? parameterWithoutTls(text) : undefined;
      if (parameter === undefined) return;
      issues.addIssue({
        code: 'custom',
        message: `has ${parameter}, which would send the password unencrypted to another machine. Remove the parameter, or use a mail server on this machine, such as smtp://127.0.0.1:25.`,
      });
    })
    .optional(),
  MAIL_FROM: z
    .string()
    .regex(
      /^(?:[^<>\r\n]{0,200}<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/,
      'must be a sender such as GreenVue <no-reply@example.com>.',
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
  OUTBOUND_ALLOW: outboundAllow,
  HEARTBEAT_URL: heartbeatUrl.optional(),
  ADMIN_POLICY: policyVariable,
  OPERATOR_POLICY: policyVariable,
  MAX_CONNECTIONS: wholeNumber(1, 1_000_000).transform(Number).optional(),
  RATE_LIMIT_PER_MINUTE: count(600, 1, 10_000_000),
  RATE_LIMIT_OPERATOR_PER_MINUTE: count(60_000, 1, 10_000_000),
  RATE_LIMIT_LOGIN_FAILURES: count(10, 1, 10_000),
  METRICS_TOKEN: z
    .string()
    .min(16, 'is too short: it must have at least 16 characters. Make one with: openssl rand -base64 24')
    .optional(),
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
    .min(10, 'is too short: it must have at least 10 characters.')
    .max(200, 'is too long: it must have at most 200 characters.')
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
      outboundAllow: set.OUTBOUND_ALLOW,
      heartbeatUrl: set.HEARTBEAT_URL,
      retention: {
        finished: set.JOBS_RETENTION_FINISHED,
        skipped: set.JOBS_RETENTION_SKIPPED,
        ageMs: set.JOBS_RETENTION_AGE,
        countsMs: set.JOBS_RETENTION_COUNTS,
      },
    },
    policies: {
      ...(set.ADMIN_POLICY === undefined ? {} : { admin: set.ADMIN_POLICY }),
      ...(set.OPERATOR_POLICY === undefined ? {} : { operator: set.OPERATOR_POLICY }),
    },
    admin: { email: set.ADMIN_EMAIL, password: set.ADMIN_PASSWORD },
  };
}

function postgresOf(url: string | undefined, directUrl: string | undefined): PostgresConfig | undefined {
  return url === undefined ? undefined : { url, directUrl: directUrl ?? url };
}
