import type { StoreErrorCode } from '../../../core/model/errors.ts';
import type { RegroupHow } from '../../../core/store/limit-store.ts';
import type { JobStore } from '../../../core/store/store.ts';
import type { DeclareInput, DeclaringNode } from '../../../core/store/store-declarations.ts';
import type { SettleInput } from '../../../core/store/store-passes.ts';
import type { HealthContext } from '../../../core/store/store-views.ts';
import type { RecordedChange } from '../../../core/transactions/record-change.ts';
import type { RunLimits } from '../../rows/bounds.ts';
import type { Packed, PackedClaim, PackedPlan } from './thread-codec.ts';

export type ReadMethod =
  | 'check'
  | 'getPauseOfAll'
  | 'getJob'
  | 'listJobs'
  | 'countHealth'
  | 'listTags'
  | 'listVersions'
  | 'getRun'
  | 'listRuns'
  | 'listFailures'
  | 'getLogs'
  | 'listAudit'
  | 'stats'
  | 'jobHours'
  | 'runTimeline'
  | 'forecastJobs'
  | 'listSecrets'
  | 'findSecrets'
  | 'listSealed'
  | 'listAlertChannels'
  | 'listAlertDeliveries'
  | 'listCalendars'
  | 'limitWaits'
  | 'history'
  | 'getBackfill'
  | 'listBackfills'
  | 'getBulkCommand'
  | 'listBulkCommands'
  | 'readCheckpoint';

export type WriteMethod =
  | 'check'
  | 'insertJob'
  | 'command'
  | 'declareJobs'
  | 'plan'
  | 'claim'
  | 'settle'
  | 'report'
  | 'recover'
  | 'reconcile'
  | 'cancelRun'
  | 'makeDue'
  | 'backfill'
  | 'cancelBackfill'
  | 'insertBulkCommand'
  | 'saveBulkCommand'
  | 'cancelBulkCommand'
  | 'prune'
  | 'saveCheckpoint'
  | 'changeSecret'
  | 'replaceSealed'
  | 'setTypeLimits'
  | 'regroupRuns'
  | 'changeCalendar'
  | 'changeAlertChannel'
  | 'takeAlertMessages'
  | 'settleAlertMessage'
  | 'retryAlertDelivery'
  | 'takeAlertWatch'
  | 'tellTimedStates'
  | 'pauseAll'
  | 'resumeAll'
  | 'recordChange';

export type Method = ReadMethod | WriteMethod;

/** The input of a method as it crosses to a thread: without its signal. */
export type Input<M extends Method> = M extends keyof OtherInputs
  ? OtherInputs[M]
  : M extends keyof JobStore
    ? Parameters<JobStore[M]>[0]
    : never;

interface OtherInputs {
  readonly getPauseOfAll: undefined;
  readonly getJob: HealthContext & { readonly jobId: string };
  readonly settle: Packed<SettleInput>;
  readonly declareJobs: { readonly input: DeclareInput; readonly nodes: readonly DeclaringNode[] };
  readonly recordChange: RecordedChange;
  readonly regroupRuns: { readonly after: number; readonly how: RegroupHow | undefined };
}

export type Output<M extends Method> = M extends keyof OtherOutputs
  ? OtherOutputs[M]
  : M extends keyof JobStore
    ? Awaited<ReturnType<JobStore[M]>>
    : never;

interface OtherOutputs {
  readonly claim: PackedClaim;
  readonly plan: PackedPlan;
  readonly recordChange: undefined;
}

export interface Request {
  readonly id: number;
  readonly method: Method;
  readonly input: unknown;
  /** The time of the process's clock at the request. */
  readonly now: number;
}

/** The id of the answer to `open`. */
export const OPENED = 0;

export type Reply =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  /** The code is a separate field, because an error loses its class between threads. */
  | { readonly id: number; readonly ok: false; readonly code: StoreErrorCode; readonly error: Error };

/** The input of a thread at its start. */
export interface ThreadData {
  readonly file: string;
  /** The database is in memory. */
  readonly isInMemory?: boolean;
  /** The id that the database must have, or that a new database gets. Undefined: any id is accepted. */
  readonly databaseId: string | undefined;
  readonly limits?: RunLimits | undefined;
}

/**
 * To a thread: open the database; answer requests; or close the database and end. After `close unchecked`,
 * the next start reads the whole database, as after a crash.
 */
export type ToThread = 'open' | readonly Request[] | Closing;
export type Closing = 'close' | 'close unchecked';
