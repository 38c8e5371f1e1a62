import type { StoreErrorCode } from '../../../core/model/errors.ts';
import type { TypeVersions } from '../../../core/nodes/membership.ts';
import type { JobStore } from '../../../core/store/store.ts';
import type { PackedClaim, PackedPlan, PackedSettlements } from './thread-codec.ts';

/** What crosses to the threads: one object for each method, since a message has one body. */
export interface ReadInputs {
  readonly check: undefined;
  readonly getJob: { readonly jobId: string; readonly handlers: TypeVersions };
  readonly listJobs: Parameters<JobStore['listJobs']>[0];
  readonly countHealth: Parameters<JobStore['countHealth']>[0];
  readonly getRun: string;
  readonly listRuns: Parameters<JobStore['listRuns']>[0];
  readonly getLogs: string;
  readonly listAudit: Parameters<JobStore['listAudit']>[0];
  readonly stats: Parameters<JobStore['stats']>[0];
  readonly jobHours: Parameters<JobStore['jobHours']>[0];
}

export interface WriteInputs {
  readonly check: undefined;
  readonly insertJob: Parameters<JobStore['insertJob']>[0];
  readonly command: Parameters<JobStore['command']>[0];
  readonly plan: Parameters<JobStore['plan']>[0];
  readonly claim: Parameters<JobStore['claim']>[0];
  readonly settle: PackedSettlements;
  readonly report: Parameters<JobStore['report']>[0];
  readonly recover: Parameters<JobStore['recover']>[0];
  readonly reconcile: Parameters<JobStore['reconcile']>[0];
  readonly cancelRun: Parameters<JobStore['cancelRun']>[0];
  readonly makeDue: Parameters<JobStore['makeDue']>[0];
  readonly prune: Parameters<JobStore['prune']>[0];
}

export type Inputs = ReadInputs & WriteInputs;
export type Method = keyof Inputs;
export type Output<M extends Method> = M extends keyof PackedOutputs
  ? PackedOutputs[M]
  : Awaited<ReturnType<JobStore[M]>>;

interface PackedOutputs {
  readonly claim: PackedClaim;
  readonly plan: PackedPlan;
}

export interface Request<M extends Method = Method> {
  readonly id: number;
  readonly method: M;
  readonly input: Inputs[M];
  /** What the clock of the process said when it was asked. */
  readonly now: number;
}

/** The id of the answer to `open`. */
export const OPENED = 0;

export type Reply =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly fault: Fault };

/** An error as it crosses a thread: class and cause would get lost. */
export interface Fault {
  readonly code: StoreErrorCode;
  readonly message: string;
  readonly stack: string | undefined;
}

/** Handed to a thread when it starts. */
export interface ThreadData {
  readonly file: string;
  /** The database is in memory. */
  readonly isInMemory?: boolean;
  /** The id that the database must have, or gets; absent: any. */
  readonly databaseId: string | undefined;
}

/**
 * To a thread: to open the database, then requests that come in one turn or a part of them, then to let go of
 * the database and end.
 */
export type ToThread = 'open' | readonly Request[] | Closing;

/** `close unchecked`: the next start must read the whole database, as after a crash. */
export type Closing = 'close' | 'close unchecked';
