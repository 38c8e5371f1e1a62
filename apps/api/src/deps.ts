import type { Kysely } from 'kysely';
import { type Logger, pino } from 'pino';
import packageFile from '../package.json' with { type: 'json' };
import type { AccessTokens } from './auth/access-token.ts';
import { createAccessTokens } from './auth/access-token.ts';
import { type ApiTokens, createApiTokens } from './auth/api-tokens.ts';
import { type AuditSource, createAppAudit } from './auth/audit-log.ts';
import { type Authenticate, createAuthenticate } from './auth/authenticate.ts';
import { createEmailConfirmations, type EmailConfirmations } from './auth/email-confirmations.ts';
import { createLoginThrottle, type LoginThrottle } from './auth/login-throttle.ts';
import { createPasswordChanges, type PasswordChanges } from './auth/password-changes.ts';
import { createPasswordResets, type PasswordResets } from './auth/password-resets.ts';
import { createPasswordHasher, type PasswordCost, type PasswordHasher } from './auth/passwords.ts';
import { createResetMails, type ResetMails } from './auth/reset-mail.ts';
import { createSecretFiles, type SecretStore } from './auth/secrets.ts';
import { createSessionList, type SessionList } from './auth/session-list.ts';
import { createSessions, type Sessions } from './auth/sessions.ts';
import { createSharedSecrets } from './auth/shared-secrets.ts';
import { createTokenUses } from './auth/token-uses.ts';
import { createUsers, type Users } from './auth/users.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import { dataFiles } from './data-dir.ts';
import { databaseLocation } from './database-location.ts';
import { type AppDatabase, createDatabase, type LookUp } from './db/database.ts';
import { newId } from './db/ids.ts';
import type { Database } from './db/schema.ts';
import { createMetrics, type Metrics } from './health/metrics.ts';
import { createListings, type Listings } from './listings/listings.ts';
import { createConfirmationMail } from './notifications/confirmation-mail.ts';
import { createNotificationDelivery, type NotificationDelivery } from './notifications/delivery.ts';
import { createFileMailer } from './notifications/file-mailer.ts';
import type { Mailer } from './notifications/mailer.ts';
import { createNotifications, type Notifications } from './notifications/notifications.ts';
import { createResetMailer } from './notifications/reset-mailer.ts';
import { createSmtpMailer } from './notifications/smtp-mailer.ts';
import { createTemplates } from './notifications/templates.ts';
import { openSearchIndex } from './search/open-index.ts';
import type { SearchIndex } from './search/search-index.ts';
import { createSecretKeys } from './secret-keys.ts';
import { createSecurityLog, type SecurityLog } from './security-log.ts';
import type { ThreadDepsData } from './thread-deps.ts';

/** Everything that the server and the inline jobs work with. */
export interface Deps {
  readonly config: Config;
  readonly version: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly database: Kysely<Database>;
  readonly lookUp: LookUp;
  readonly secrets: SecretStore;
  readonly hasher: PasswordHasher;
  readonly users: Users;
  readonly passwordChanges: PasswordChanges;
  readonly passwordResets: PasswordResets;
  readonly resetMails: ResetMails;
  readonly sessions: Sessions;
  readonly sessionList: SessionList;
  readonly accessTokens: AccessTokens;
  readonly apiTokens: ApiTokens;
  readonly loginThrottle: LoginThrottle;
  readonly securityLog: SecurityLog;
  readonly emailConfirmations: EmailConfirmations;
  readonly authenticate: Authenticate;
  readonly audit: AuditSource;
  readonly listings: Listings;
  readonly search: SearchIndex;
  readonly mailer: Mailer;
  readonly notifications: Notifications;
  readonly notificationDelivery: NotificationDelivery;
  /** What `createThreadDeps` takes in a job thread. */
  readonly threadData: ThreadDepsData;
  close(): Promise<void>;
}

export interface DepsOptions {
  readonly logger?: Logger;
  readonly clock?: Clock;
  /** Tests hash at a lower cost. */
  readonly passwordCost?: PasswordCost;
}

/**
 * Opens the database, for which DATA_DIR must exist unless it is PostgreSQL, and puts everything together.
 * The only place that does.
 */
export async function createDeps(config: Config, options: DepsOptions = {}): Promise<Deps> {
  const clock = options.clock ?? { now: () => Date.now() };
  const { opened, secrets, jwtSecret } = await open(config);
  const { kysely: database, lookUp } = opened;
  const mailer = createMailer(config);

  const hasher = createPasswordHasher(options.passwordCost);
  const users = createUsers({ database, lookUp, clock, hasher });
  const accessTokens = createAccessTokens(jwtSecret, clock);
  const sessionList = createSessionList({ database, lookUp, clock });
  const logger = options.logger ?? createLogger(config);
  const tokenUses = createTokenUses({ database, clock, logger });
  const apiTokens = createApiTokens({ database, lookUp, clock, uses: tokenUses });
  const securityLog = createSecurityLog({ database, clock, logger });
  const { publicUrl } = config;
  const passwordResets = createPasswordResets({ database, clock, hasher, secrets, publicUrl });
  const resetMails = createResetMails({ resets: passwordResets, mailer: createResetMailer(mailer), logger });
  const templates = createTemplates();
  const confirmationMail = createConfirmationMail({ mailer, templates, publicUrl, newId });
  const emailConfirmations = createEmailConfirmations({ database, clock, logger, mail: confirmationMail });
  return {
    config,
    version: packageFile.version,
    clock,
    logger,
    metrics: createMetrics(),
    database,
    lookUp,
    secrets,
    hasher,
    users,
    passwordChanges: createPasswordChanges({ database, clock, hasher, secrets }),
    passwordResets,
    resetMails,
    sessions: createSessions({ database, clock, secret: jwtSecret }),
    sessionList,
    accessTokens,
    apiTokens,
    loginThrottle: createLoginThrottle({ failures: config.rateLimit.loginFailures, clock }),
    securityLog,
    emailConfirmations,
    authenticate: createAuthenticate({ accessTokens, apiTokens, sessionList }),
    audit: createAppAudit(database),
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
      await resetMails.close();
      await emailConfirmations.close();
      await mailer.close();
      await tokenUses.close();
      await securityLog.close();
      await opened.close();
    },
  };
}

const JWT_SECRET_BYTES = 48;

async function open(config: Config) {
  const opened = await createDatabase(databaseLocation(config));
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

/** A log of JSON lines on stdout. Nothing logs a header or a body; what is redacted here is a second belt. */
export function createLogger(config: Pick<Config, 'logLevel'>): Logger {
  const secrets = ['authorization', 'cookie', 'password', 'secret', 'access_token', 'refresh_token', 'token'];
  return pino({
    level: config.logLevel,
    base: null,
    redact: secrets.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
  });
}
