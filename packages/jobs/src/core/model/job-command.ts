import { hasEnd } from '../schedule/schedule.ts';
import { activeRoomOf, isFixedDelay, type Job, type JobDefinition } from './job.ts';
import type { JsonText, RunSlots } from './run.ts';

/** The version of a type whose schema has accepted a payload. */
export type CheckedBy = Pick<JobDefinition, 'type' | 'typeVersion'>;

/** What people and code ask of a job that exists, and what its declaration does to it. */
export type JobCommand = AskedCommand | DeclareCommand;

/** What the declarations of a program do to a job (P28, jobs in code). */
export type DeclareCommand =
  /** Code declares the job, at `place`. */
  | {
      readonly kind: 'declare';
      readonly place: string;
      readonly definition: JobDefinition;
      /** Of the calendar of `definition`: the transaction adds it. */
      readonly windows?: string | undefined;
    }
  /** The newest release does not declare the job. A second time: a live node of another release does. */
  | { readonly kind: 'withdraw'; readonly release: number };

export type AskedCommand =
  | {
      readonly kind: 'edit';
      readonly definition: JobDefinition;
      /** Of the calendar of `definition`: the transaction adds it. */
      readonly windows?: string | undefined;
    }
  | {
      readonly kind: 'trigger';
      readonly payload?: JsonText | undefined;
      /** The type that checked `payload`: an older version of it may refuse it (P22, types and deploys). */
      readonly checkedBy?: CheckedBy | undefined;
      readonly runAt?: number | undefined;
      readonly retryOf?: string | undefined;
      /** The slots of the run that is retried, if it has any (P37, backfill). */
      readonly slots?: RunSlots | undefined;
      /** Of a retry: refused if a run of the slot that is later than `retryOf` has succeeded. */
      readonly unlessDone?: boolean | undefined;
      /** Whose request it is, as a traceparent. */
      readonly trace?: string | undefined;
      /** Who asks, such as `user:42`. */
      readonly by?: string | undefined;
    }
  | {
      readonly kind: 'pause';
      readonly reason?: string | undefined;
      readonly by?: string | undefined;
      readonly until?: number | undefined;
      readonly cancelLive: boolean;
    }
  | { readonly kind: 'resume' }
  | { readonly kind: 'delete'; readonly by?: string | undefined };

/** Whether a command needs the number of claimed runs: only an edit that takes room from queued runs. */
export function asksForClaimed(job: Pick<Job, 'overlap' | 'maxRunning'>, command: JobCommand): boolean {
  const edited = editedTo(command);
  return edited !== undefined && activeRoomOf(edited) < activeRoomOf(job);
}

/** Whether a command needs to know that the job is at its limit of runs with a future `run_at`. */
export function asksForPutOff(command: JobCommand): boolean {
  return command.kind === 'trigger' && command.runAt !== undefined;
}

/** Who asks for a command, such as `user:42`, if the command keeps it. */
export function whoAsks(command: JobCommand): string | undefined {
  return 'by' in command ? command.by : undefined;
}

/** The type that a command was checked by; stores have to know it under its key. */
export function checkedBy(command: JobCommand): CheckedBy | undefined {
  return command.kind === 'trigger' ? command.checkedBy : editedTo(command);
}

/** The definition that a command gives the job, if it gives one. */
export function editedTo(command: JobCommand): JobDefinition | undefined {
  return 'definition' in command ? command.definition : undefined;
}

/** Whether a trigger decides only about its own run: it locks out edits and deletions, nothing else. */
export function isFreeTrigger(job: JobDefinition, command: JobCommand): boolean {
  return activeRoomOf(job) === Number.POSITIVE_INFINITY && isPlainTrigger(job, command);
}

/** Whether the definition and the status of a job decide a trigger, as long as no run of the job is live. */
export function isPlainTrigger({ schedule, calendar }: JobDefinition, command: JobCommand): boolean {
  // A slot has one live run at most, so a trigger for a slot has to look at the job's live runs.
  const isNow = command.kind === 'trigger' && command.runAt === undefined && command.slots === undefined;
  return isNow && !hasEnd(schedule) && !isFixedDelay(schedule) && calendar === undefined;
}
