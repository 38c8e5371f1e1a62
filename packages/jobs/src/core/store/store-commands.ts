import type { CancelRequest } from '../commands/cancel.ts';
import type { Refusal } from '../commands/refusal.ts';
import type { Job } from '../model/job.ts';
import type { JobCommand } from '../model/job-command.ts';
import type { FinishedRun, JsonText, LiveRun, Run } from '../model/run.ts';
import type { NodeDrain } from '../nodes/membership.ts';
import type { PauseOfAll } from '../pauses/pause-of-all.ts';
import type { ClaimInput, ClaimResult, EndEffects } from './store-passes.ts';

/** Who asked for a change and what it was; written in the same transaction as the change. Append-only. */
export interface AuditEntry {
  readonly actor: string;
  /** Such as `job.create`, `job.edit`, `run.cancel`. */
  readonly action: string;
  /** What was asked, as JSON. */
  readonly change: JsonText;
}

export type InsertOutcome =
  | { readonly kind: 'created'; readonly job: Job }
  | { readonly kind: 'exists' }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

export interface CommandInput {
  readonly jobId: string;
  readonly command: JobCommand;
  /** Refuse with `stale` unless the id still stands for this generation (P1, identity). */
  readonly ifUid?: string | undefined;
  /** Refuse with `stale` unless the job still has this version. */
  readonly ifVersion?: number | undefined;
  /** Of a trigger: kept 24 h; the same key again answers with the first run (P15, run now). */
  readonly dedupeKey?: string | undefined;
  /** Of an edit: the stored secrets that its payload names. Refused as `no_secret` if one is not there. */
  readonly namedSecrets?: readonly string[] | undefined;
  readonly audit?: AuditEntry;
  /** A claim in the same transaction: the run that the command makes due can start at once. */
  readonly claim?: ClaimInput | undefined;
}

/** How long a dedupe key is known (P15, run now). */
export const DEDUPE_MS = 24 * 3_600_000;

/** A command may end 100,000 runs: events for all would block the event loop. */
export const MAX_REPORTED = 1_000;

export type CommandResult =
  | ({
      readonly kind: 'done';
      readonly changed: boolean;
      readonly job: Job;
      /** New runs; the run of a trigger is the last one. */
      readonly queued: readonly LiveRun[];
      /** Runs that were skipped or cancelled, the first {@link MAX_REPORTED}. */
      readonly finished: readonly FinishedRun[];
      readonly cancelRequests: readonly CancelRequest[];
      /** If the command changed something and came with a claim. */
      readonly claimed?: ClaimResult;
      /** The command put alerts into the outbox. */
      readonly hasAlerts?: true;
    } & EndEffects)
  /** The dedupe key was used before, for this run. */
  | { readonly kind: 'duplicate'; readonly run: Run; readonly job: Job }
  | { readonly kind: 'absent' }
  | { readonly kind: 'stale'; readonly version: number }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

export type PauseAllResult =
  | { readonly kind: 'done'; readonly pause: PauseOfAll }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

export interface ResumeAllResult {
  /** False: no pause of all jobs held. */
  readonly changed: boolean;
  /** The last one, if there ever was one. */
  readonly pause: PauseOfAll | undefined;
}

export type CancelResult =
  | ({
      readonly kind: 'cancelled';
      /** Failed, if a new run had replaced it after a failed attempt (P7, overlap). */
      readonly run: FinishedRun;
      readonly voided?: CancelRequest;
      readonly hasAlerts?: true;
    } & EndEffects)
  | { readonly kind: 'requested'; readonly run: LiveRun; readonly request: CancelRequest }
  | { readonly kind: 'finished'; readonly run: FinishedRun }
  | { readonly kind: 'stale' }
  | { readonly kind: 'absent' };

export interface DrainNodeInput {
  readonly nodeId: string;
  readonly drain: NodeDrain | undefined;
  readonly audit?: AuditEntry;
}

export type DrainNodeResult = 'done' | 'unchanged' | 'absent';
