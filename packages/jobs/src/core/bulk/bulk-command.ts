/** The actions of a bulk command on jobs. */
export const BULK_JOB_ACTIONS = ['pause', 'resume', 'run', 'delete', 'tag', 'untag'] as const;
export type BulkJobAction = (typeof BULK_JOB_ACTIONS)[number];

/** The actions of a bulk command on runs. */
export const BULK_RUN_ACTIONS = ['retry', 'cancel'] as const;
export type BulkRunAction = (typeof BULK_RUN_ACTIONS)[number];

export type BulkAction = BulkJobAction | BulkRunAction;

/** `interrupted`: the server stopped, or its process ended, before the command was over. */
export const BULK_STATUSES = ['running', 'cancelling', 'finished', 'cancelled', 'interrupted'] as const;
export type BulkStatus = (typeof BULK_STATUSES)[number];

/** The most jobs or runs that one command changes. */
export const MOST_BULK_ITEMS = 100_000;
/** The most ids in one command. */
export const MOST_BULK_IDS = 1_000;
/** How many jobs or runs a dry run lists. */
export const BULK_ITEMS_SHOWN = 20;
/** How many failures of a command are kept, the first ones. */
export const MOST_BULK_FAILURES = 100;
/** How many bulk commands are kept, the newest ones. */
export const BULK_COMMANDS_KEPT = 1_000;

/** A job or a run that a bulk command is about. The job of an unknown run is not known. */
export interface BulkItem {
  readonly jobId?: string | undefined;
  readonly runId?: string | undefined;
}

/** An item that was not changed, and why. */
export interface BulkFailure extends BulkItem {
  readonly detail: string;
}

/** How far a bulk command is (P36, tags and bulk). Instants are ms since 1970. */
export interface BulkRecord {
  readonly target: 'jobs' | 'runs';
  readonly action: BulkAction;
  /** How many jobs or runs it is about. */
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  /** The first 100 of the items that failed. */
  readonly failures: readonly BulkFailure[];
  readonly status: Exclude<BulkStatus, 'cancelling'>;
  readonly createdAt: number;
  readonly createdBy?: string | undefined;
  readonly endedAt?: number | undefined;
}

/** A bulk command and how far it is. */
export interface BulkCommand extends Omit<BulkRecord, 'status'> {
  readonly id: string;
  readonly status: BulkStatus;
  /** Who asked to cancel it. */
  readonly cancelledBy?: string | undefined;
}
