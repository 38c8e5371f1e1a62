/** Who sends a request of the matrix. An API token acts for no account. */
export const CALLERS = [
  'nobody',
  'user',
  'operator',
  'admin',
  'unchanged admin',
  'user token',
  'operator token',
  'admin token',
  'policy token',
] as const;

export type Caller = (typeof CALLERS)[number];

/** Tokens that no longer work, or never did. Each gets a 401, on public routes, too. */
export const BAD_TOKENS = [
  'expired access token',
  'forged access token',
  'access token of an ended session',
  'access token of a disabled account',
  'revoked API token',
  'expired API token',
  'API token of a disabled account',
  'unknown API token',
] as const;

export type BadToken = (typeof BAD_TOKENS)[number];

interface Right {
  /** For the page of rights. */
  readonly meaning: string;
  /** All others get a 403, and `nobody` a 401. */
  readonly callers: readonly Caller[];
}

const ACCOUNTS = ['user', 'operator', 'admin'] as const;
const UNBOUNDED_ADMINS = ['admin', 'admin token'] as const;
const ADMINS = [...UNBOUNDED_ADMINS, 'policy token'] as const;
const OPERATORS = ['operator', 'operator token', ...ADMINS] as const;

/** All rights that a route can ask for. */
export const RIGHTS = {
  open: { meaning: 'everybody; reads no token', callers: CALLERS },
  public: { meaning: 'everybody; refuses a bad token', callers: CALLERS },
  scraper: { meaning: 'only `METRICS_TOKEN`', callers: [] },
  caller: {
    meaning: 'each token, also before the change of a first password',
    callers: CALLERS.filter((caller) => caller !== 'nobody'),
  },
  'own password': {
    meaning: 'each account, also before the change of a first password',
    callers: [...ACCOUNTS, 'unchanged admin'],
  },
  account: { meaning: 'each account, for its own things', callers: ACCOUNTS },
  own: {
    meaning: 'each token, for its own things',
    callers: ['user token', 'user', ...OPERATORS],
  },
  'own or admin': {
    meaning: 'the seller, and admins without a policy. The matrix has the listing of somebody else',
    callers: UNBOUNDED_ADMINS,
  },
  'own tokens': {
    meaning: 'make and revoke: signed-in operators for their own tokens, admins without a policy for all',
    callers: ['operator', ...UNBOUNDED_ADMINS],
  },
  'list tokens': {
    meaning: 'list: signed-in operators for their own tokens, admins for all',
    callers: ['operator', ...ADMINS],
  },
  read: { meaning: '`read`: operators and admins', callers: OPERATORS },
  operate: { meaning: '`operate`: operators and admins', callers: OPERATORS },
  admin: { meaning: '`admin`: admins', callers: ADMINS },
  'operate all': {
    meaning: '`operate`, and no policy that names job types',
    callers: ['operator', 'operator token', ...UNBOUNDED_ADMINS],
  },
  'admin all': {
    meaning: '`admin`, and no policy that names job types',
    callers: UNBOUNDED_ADMINS,
  },
  unbounded: { meaning: 'admins without a policy', callers: UNBOUNDED_ADMINS },
} as const satisfies Readonly<Record<string, Right>>;

export type RightName = keyof typeof RIGHTS;

/** The right that each operation needs. Fails the test for a new operation until it is here. */
export const RIGHT_OF: Readonly<Record<string, RightName>> = {
  ...each('open', 'getLiveness getReadiness'),
  ...each('scraper', 'getMetrics'),
  ...each(
    'public',
    'register logIn refreshSession logOut askPasswordReset confirmPasswordReset confirmEmail',
  ),
  ...each('public', 'listListings getListing'),
  ...each('caller', 'getMe'),
  ...each('own password', 'changePassword resendConfirmation'),
  ...each('account', 'listSessions endSessions endSession createListing'),
  ...each('own', 'listNotifications'),
  ...each('own or admin', 'updateListing deleteListing'),
  ...each('own tokens', 'makeToken revokeToken'),
  ...each('list tokens', 'listTokens'),
  ...each('admin', 'listUsers getUser listUserSessions listAudit'),
  ...each('unbounded', 'createUser changeUser resetPassword endUserSessions endUserSession'),
  ...each('unbounded', 'scheduleNotification'),
  ...each('read', 'listJobs getJob listJobTags listJobRuns listJobVersions getJobVersion listRunFailures'),
  ...each('read', 'getRunTimeline exportRunsCsv exportRunsJson listBackfills getBackfill listBulkCommands'),
  ...each('read', 'getBulkCommand listRuns getRun getRunLogs listJobTypes previewJob getJobForecast'),
  ...each('read', 'getJobStats getJobHistory getCaller listNodes listJobAudit exportJobAudit getPauseOfAll'),
  ...each('read', 'listCalendars getCalendar streamJobEvents'),
  ...each('operate', 'runJob pauseJob resumeJob backfillJob cancelBackfill bulkJobs bulkRuns'),
  ...each('operate', 'cancelBulkCommand cancelRun retryRun enqueueRun'),
  ...each('operate all', 'pauseAllJobs resumeAllJobs drainNode resumeNode'),
  ...each('admin', 'createJob putJob patchJob deleteJob listSecrets'),
  ...each('admin', 'listAlertChannels getAlertChannel listAlertDeliveries'),
  ...each('admin all', 'createAlertChannel patchAlertChannel deleteAlertChannel testAlertChannel'),
  ...each('admin all', 'retryAlertDelivery putSecret deleteSecret resealSecrets putCalendar deleteCalendar'),
};

function each(right: RightName, operations: string): Readonly<Record<string, RightName>> {
  return Object.fromEntries(operations.split(' ').map((operation) => [operation, right]));
}
