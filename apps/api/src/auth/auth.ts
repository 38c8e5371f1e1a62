import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { LookUp } from '../db/database.ts';
import type { Database } from '../db/schema.ts';
import {
  type ConfirmationMail,
  createEmailConfirmations,
  type EmailConfirmations,
} from './accounts/email-confirmations.ts';
import { createUsers, type Users } from './accounts/users.ts';
import { type AuditSource, createAppAudit } from './audit/audit-log.ts';
import { createPasswordChanges, type PasswordChanges } from './passwords/password-changes.ts';
import { createPasswordResets, type PasswordResets } from './passwords/password-resets.ts';
import { createPasswordHasher, type PasswordCost, type PasswordHasher } from './passwords/passwords.ts';
import { createResetMails, type ResetMailer, type ResetMails } from './passwords/reset-mail.ts';
import type { SecretStore } from './secrets/secrets.ts';
import { createSessionList, type SessionList } from './sessions/session-list.ts';
import { createSessions, type Sessions } from './sessions/sessions.ts';
import { type AccessTokens, createAccessTokens } from './sign-in/access-token.ts';
import { type Authenticate, createAuthenticate } from './sign-in/authenticate.ts';
import { createLoginThrottle, type LoginThrottle } from './sign-in/login-throttle.ts';
import { type ApiTokens, createApiTokens } from './tokens/api-tokens.ts';
import { createTokenUses } from './tokens/token-uses.ts';

/** Accounts, and everything that proves who sends a request. */
export interface Auth {
  readonly hasher: PasswordHasher;
  readonly users: Users;
  readonly emailConfirmations: EmailConfirmations;
  readonly passwordChanges: PasswordChanges;
  readonly passwordResets: PasswordResets;
  readonly resetMails: ResetMails;
  readonly sessions: Sessions;
  readonly sessionList: SessionList;
  readonly accessTokens: AccessTokens;
  readonly apiTokens: ApiTokens;
  readonly loginThrottle: LoginThrottle;
  readonly authenticate: Authenticate;
  readonly audit: AuditSource;
}

export interface AuthDeps {
  readonly database: Kysely<Database>;
  readonly lookUp: LookUp;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly secrets: SecretStore;
  /** Signs access tokens and seals refresh tokens. */
  readonly jwtSecret: string;
  /** Undefined for the cost of production. */
  readonly passwordCost: PasswordCost | undefined;
  /** Failed sign-ins in 15 minutes for one e-mail address from one network. */
  readonly loginFailures: number;
  /** The address of the console, for links in mails. */
  readonly publicUrl: string;
  readonly resetMailer: ResetMailer;
  readonly confirmationMail: ConfirmationMail;
}

/** Makes the parts of {@link Auth}. `close` waits for mails and writes that are in progress. */
export function createAuth(deps: AuthDeps): { readonly auth: Auth; close(): Promise<void> } {
  const { database, lookUp, clock, logger, secrets, jwtSecret, publicUrl } = deps;
  const hasher = createPasswordHasher(deps.passwordCost);
  const accessTokens = createAccessTokens(jwtSecret, clock);
  const sessionList = createSessionList({ database, lookUp, clock });
  const tokenUses = createTokenUses({ database, clock, logger });
  const apiTokens = createApiTokens({ database, lookUp, clock, uses: tokenUses });
  const passwordResets = createPasswordResets({ database, clock, hasher, secrets, publicUrl });
  const resetMails = createResetMails({ resets: passwordResets, mailer: deps.resetMailer, logger });
  const mail = deps.confirmationMail;
  const emailConfirmations = createEmailConfirmations({ database, clock, logger, mail });
  const auth = {
    hasher,
    users: createUsers({ database, lookUp, clock, hasher }),
    emailConfirmations,
    passwordChanges: createPasswordChanges({ database, clock, hasher, secrets }),
    passwordResets,
    resetMails,
    sessions: createSessions({ database, clock, secret: jwtSecret }),
    sessionList,
    accessTokens,
    apiTokens,
    loginThrottle: createLoginThrottle({ failures: deps.loginFailures, clock }),
    authenticate: createAuthenticate({ accessTokens, apiTokens, sessionList }),
    audit: createAppAudit(database),
  };
  return {
    auth,
    close: async () => {
      await resetMails.close();
      await emailConfirmations.close();
      await tokenUses.close();
    },
  };
}
