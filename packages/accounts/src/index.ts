export {
  type CookieSession,
  confirmEmail,
  endCookieSession,
  getMe,
  logIn,
  logInWithCookie,
  logOut,
  type Me,
  type Register,
  refreshCookieSession,
  refreshSession,
  register,
  resendConfirmation,
  type Session,
} from './account.ts';
export {
  type ApiToken,
  eachToken,
  type JobPolicy,
  listTokens,
  type MakeToken,
  makeToken,
  type NewApiToken,
  revokeToken,
  type TokensQuery,
} from './api-tokens.ts';
export { type AuditQuery, type AuditRecord, eachAudit, listAudit } from './audit.ts';
export {
  askPasswordReset,
  type ChangePassword,
  type ConfirmPasswordReset,
  changePassword,
  confirmPasswordReset,
  type PasswordReset,
  resetPassword,
} from './passwords.ts';
export {
  endSession,
  endSessions,
  endUserSession,
  endUserSessions,
  type ListedSession,
  listSessions,
  listUserSessions,
} from './sessions.ts';
export {
  type CreatedUser,
  type CreateUser,
  changeRole,
  changeUser,
  createUser,
  eachUser,
  getUser,
  listUsers,
  type Role,
  type User,
} from './users.ts';
