import type { Kysely } from 'kysely';
import { type Logger, pino } from 'pino';
import packageFile from '../package.json' with { type: 'json' };
import { type Auth, createAuth } from './auth/auth.ts';
import type { PasswordCost } from './auth/passwords/passwords.ts';
import { createSecretFiles, type SecretStore } from './auth/secrets/secrets.ts';
import { createSharedSecrets } from './auth/secrets/shared-secrets.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config/config.ts';
import { dataFiles } from './data-dir/data-dir.ts';
import { databaseLocation } from './data-dir/database-location.ts';
import { createSecretKeys } from './data-dir/secret-keys.ts';
import { createDatabase, type SqliteOptions } from './db/create-database.ts';
import type { AppDatabase, LookUp } from './db/database.ts';
import { newId } from './db/ids.ts';
import type { Database } from './db/schema.ts';
import { createMetrics, type Metrics } from './health/metrics.ts';
import { createListings, type Listings } from './listings/listings.ts';
import { createNotificationDelivery, type NotificationDelivery } from './notifications/delivery/delivery.ts';
import { createConfirmationMail } from './notifications/mailers/confirmation-mail.ts';
import { createFileMailer } from './notifications/mailers/file-mailer.ts';
import type { Mailer } from './notifications/mailers/mailer.ts';
import { createResetMailer } from './notifications/mailers/reset-mailer.ts';
import { createSmtpMailer } from './notifications/mailers/smtp-mailer.ts';
import { createNotifications, type Notifications } from './notifications/notifications.ts';
import { createTemplates } from './notifications/templates.ts';
import { openSearchIndex } from './search/open-index.ts';
import type { SearchIndex } from './search/search-index.ts';
import { createSecurityLog, type SecurityLog } from './security-log/security-log.ts';
import type { ThreadDepsData } from './thread-deps.ts';

/** The dependencies of the server and of inline jobs. */
export interface Deps extends Auth {
  readonly config: Config;
  readonly version: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly database: Kysely<Database>;
  readonly lookUp: LookUp;
  readonly secrets: SecretStore;
  readonly securityLog: SecurityLog;
  readonly listings: Listings;
  readonly search: SearchIndex;
  readonly mailer: Mailer;
  readonly notifications: Notifications;
  readonly notificationDelivery: NotificationDelivery;
  /** From which a job thread creates its dependencies. */
  readonly threadData: ThreadDepsData;
  close(): Promise<void>;
}

export interface DepsOptions {
  readonly logger?: Logger;
  readonly clock?: Clock;
  /** Lower in tests. */
  readonly passwordCost?: PasswordCost;
  /** Of a SQLite database. Default: that of `createDatabase`. */
  readonly isolation?: SqliteOptions['isolation'];
}

/**
 * Opens the database and creates all dependencies. On SQLite, DATA_DIR must exist.
 */
export async function createDeps(config: Config, options: DepsOptions = {}): Promise<Deps> {
  const clock = options.clock ?? { now: () => Date.now() };
  const { opened, secrets, jwtSecret } = await open(config, options);
  const { kysely: database, lookUp } = opened;
  const mailer = createMailer(config);

  const logger = options.logger ?? createLogger(config);
  const securityLog = createSecurityLog({ database, clock, logger });
  const { publicUrl } = config;
  const templates = createTemplates();
  const { auth, close: closeAuth } = createAuth({
    database,
    lookUp,
    clock,
    logger,
    secrets,
    jwtSecret,
    passwordCost: options.passwordCost,
    loginFailures: config.rateLimit.loginFailures,
    publicUrl,
    resetMailer: createResetMailer(mailer),
    confirmationMail: createConfirmationMail({ mailer, templates, publicUrl, newId }),
  });
  return {
    ...auth,
    config,
    version: packageFile.version,
    clock,
    logger,
    metrics: createMetrics(),
    database,
    lookUp,
    secrets,
    securityLog,
    listings: createListings({ database, clock }),
    search: openSearchIndex(opened),
    mailer,
    notifications: createNotifications({ database, clock }),
    notificationDelivery: createNotificationDelivery({
      database,
      clock,
      mailer,
      templates,
      perAddressPerDay: config.mailPerAddressPerDay,
    }),
    threadData: { database: databaseLocation(config) },
    close: async () => {
      await closeAuth();
      await mailer.close();
      await securityLog.close();
      await opened.close();
    },
  };
}

const JWT_SECRET_BYTES = 48;

async function open(config: Config, { isolation }: DepsOptions) {
  const opened = await createDatabase({
    ...(isolation === undefined ? {} : { isolation }),
    ...databaseLocation(config),
  });
  try {
    const secrets = secretsOf(config, opened);
    const jwtSecret = config.jwtSecret ?? (await secrets.keep('jwt-secret', JWT_SECRET_BYTES)).value;
    return { opened, secrets, jwtSecret };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

function secretsOf(config: Config, { kysely }: AppDatabase): SecretStore {
  if (config.postgres === undefined) return createSecretFiles(config.dataDir);
  return createSharedSecrets({ database: kysely, keys: createSecretKeys(config) });
}

function createMailer({ smtpUrl, mailFrom, dataDir }: Config): Mailer {
  if (smtpUrl === undefined) return createFileMailer({ folder: dataFiles(dataDir).outbox, from: mailFrom });
  return createSmtpMailer({ url: smtpUrl, from: mailFrom });
}

/** Creates a log of JSON lines on stdout. No code logs headers or bodies; redaction is a second safeguard. */
export function createLogger(config: Pick<Config, 'logLevel'>): Logger {
  const secrets = ['authorization', 'cookie', 'password', 'secret', 'access_token', 'refresh_token', 'token'];
  return pino({
    level: config.logLevel,
    base: null,
    redact: secrets.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
  });
}
