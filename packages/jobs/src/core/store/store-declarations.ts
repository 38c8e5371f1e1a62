import type { JobEventType } from '../model/events.ts';
import type { Job, JobDefinition } from '../model/job.ts';
import type { JsonText } from '../model/run.ts';
import type { CalendarDefinition } from './calendar-store.ts';
import type { CommandResult } from './store-commands.ts';

/** A job as code declares it (P28, jobs in code). */
export interface JobInCode {
  readonly definition: JobDefinition;
  /** Such as `src/jobs.ts:12`. */
  readonly place: string;
  /** Takes over a job of this id that was made over the API. */
  readonly adopt: boolean;
  /** The stored secrets that its payload names. */
  readonly namedSecrets?: readonly string[] | undefined;
  /**
   * Of a payload with secrets: the stored one that it was compared with, if there was one. Each sealing of a
   * value gives another text, so only the program can tell whether two are equal.
   */
  readonly compared?: { readonly payload: JsonText | undefined };
  /** The declaration, for the audit log. */
  readonly shown: JsonText;
}

/** A calendar as code declares it (P28, jobs in code). */
export interface CalendarInCode {
  readonly id: string;
  readonly calendar: CalendarDefinition;
  /** Takes over a calendar of this id that was made over the API. */
  readonly adopt: boolean;
}

/** What a program declares. */
export interface DeclareInput {
  /** The node that asks, and when its process started. */
  readonly node: string;
  readonly startedAt: number;
  readonly release: number;
  /** The node starts: among nodes of the same release, its declarations hold from now on. */
  readonly isStart: boolean;
  /** Absent: the program leaves the jobs of others alone. */
  readonly jobs?: readonly JobInCode[] | undefined;
  /** Absent: the program leaves the calendars of others alone. */
  readonly calendars?: readonly CalendarInCode[] | undefined;
}

/** A live node whose program declares jobs. */
export interface DeclaringNode {
  readonly id: string;
  readonly release: number;
  readonly startedAt: number;
  /** The ids of the jobs that it declares. */
  readonly declares: readonly string[];
}

export type DeclareFault = ({ readonly jobId: string } | { readonly calendarId: string }) & {
  readonly detail: string;
  /** The field at fault, if there is one. */
  readonly pointer?: string;
};

export interface DeclaredChange {
  readonly event: JobEventType;
  readonly done: Extract<CommandResult, { kind: 'done' }>;
}

export type DeclareResult =
  | {
      readonly kind: 'done';
      readonly created: readonly Job[];
      readonly changed: readonly DeclaredChange[];
      /** The ids of calendars that were written or deleted. */
      readonly calendars: readonly string[];
    }
  /** The declarations of another live node hold: of this release, or a newer one. */
  | { readonly kind: 'held'; readonly byRelease: number }
  /** A stored payload is not the one that was compared: nothing was changed. Compare again. */
  | { readonly kind: 'outdated' }
  | { readonly kind: 'refused'; readonly faults: readonly DeclareFault[] };

export interface StoreDeclarations {
  /**
   * Makes calendars and jobs as the program declares them, in one transaction, one node at a time (P28, jobs
   * in code). With a refused declaration, nothing changes. Rejects as `busy` if others change the same jobs.
   */
  declareJobs(input: DeclareInput): Promise<DeclareResult>;
}
