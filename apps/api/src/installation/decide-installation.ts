/** The state of a database of DATA_DIR, read before the server opens it. */
export type FoundDatabase =
  | { readonly kind: 'empty' }
  /** Opening it will say why. */
  | { readonly kind: 'unreadable' }
  /** `id` is undefined where no start of this version has given it one. */
  | { readonly kind: 'filled'; readonly id: string | undefined };

export interface FoundDatabases {
  /**
   * Filled once it has an id or an account: what `greenvue token` makes before the first start is neither.
   */
  readonly app: FoundDatabase & { readonly hasAccounts: boolean };
  readonly jobs: FoundDatabase;
}

export type InstallationDecision =
  /** The id that both databases must have; absent: a new one. */
  | { readonly kind: 'start'; readonly id: string | undefined }
  /**
   * The operator has accepted the loss of the other database. `kept` gets a new id, so the value works once.
   */
  | { readonly kind: 'accept_loss'; readonly kept: 'app' | 'jobs' }
  | { readonly kind: 'lost'; readonly lost: DatabaseName; readonly accept: string }
  | { readonly kind: 'mixed'; readonly ids: { readonly app: string; readonly jobs: string | undefined } };

export type DatabaseName = 'app.db' | 'jobs.db';

/**
 * Whether the two databases of a folder belong together. `accepted` is ACCEPT_DATABASE_LOSS: the lost file
 * and the other one's id. That id changes when it is used, so it accepts only one loss.
 */
export function decideInstallation(
  { app, jobs }: FoundDatabases,
  accepted: string | undefined,
): InstallationDecision {
  if (app.kind === 'unreadable' || jobs.kind === 'unreadable') {
    return { kind: 'start', id: idOf(app) ?? idOf(jobs) };
  }
  if (jobs.kind === 'empty') {
    if (app.kind === 'empty' || !app.hasAccounts) return { kind: 'start', id: idOf(app) };
    return lostOr({ lost: 'jobs.db', kept: 'app', id: app.id, accepted });
  }
  if (app.kind === 'empty') return lostOr({ lost: 'app.db', kept: 'jobs', id: jobs.id, accepted });
  // A start of this version gives the jobs' database its id first.
  if (app.id === undefined) return { kind: 'start', id: jobs.id };
  if (app.id === jobs.id) return { kind: 'start', id: app.id };
  return { kind: 'mixed', ids: { app: app.id, jobs: jobs.id } };
}

function idOf(found: FoundDatabase): string | undefined {
  return found.kind === 'filled' ? found.id : undefined;
}

function lostOr(found: {
  readonly lost: DatabaseName;
  readonly kept: 'app' | 'jobs';
  readonly id: string | undefined;
  readonly accepted: string | undefined;
}): InstallationDecision {
  const { lost, kept, id = 'unknown', accepted } = found;
  const accept = `${lost}@${id}`;
  return accepted === accept ? { kind: 'accept_loss', kept } : { kind: 'lost', lost, accept };
}
