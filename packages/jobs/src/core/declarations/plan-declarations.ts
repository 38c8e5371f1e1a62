import { commandJob, createJob } from '../commands/commands.ts';
import { CODE_ACTOR } from '../commands/declare.ts';
import type { Refusal } from '../commands/refusal.ts';
import { withKnownCalendar } from '../commands/schedule-refusals.ts';
import type { JobEventType } from '../model/events.ts';
import { type Job, NO_LIVE_RUNS, sameDefinition } from '../model/job.ts';
import { editedTo, type JobCommand } from '../model/job-command.ts';
import type { AuditEntry } from '../store/store-commands.ts';
import type { DeclareFault, DeclareInput, DeclaringNode, JobInCode } from '../store/store-declarations.ts';

const DAY_MS = 24 * 3_600_000;
/** How often a node looks whether its declarations hold, and which jobs no live node declares. */
export const LOOK_EVERY_MS = 10 * 60_000;
/** A job that no live node declares is kept for this long: a week, and what a look may come too late. */
const KEPT_MS = 7 * DAY_MS + LOOK_EVERY_MS;

/** What to do with the job of a declaration, or with one that has no declaration any more. */
export interface DeclareStep {
  readonly jobId: string;
  readonly uid: string;
  readonly version: number;
  readonly command: JobCommand;
  readonly namedSecrets?: readonly string[] | undefined;
  /** What people see of it. Absent: it only notes the place of a declaration, or that one was seen. */
  readonly seen?: { readonly event: JobEventType; readonly audit: AuditEntry };
}

export interface DeclarePlan {
  readonly create: readonly JobInCode[];
  /** In the order of the given jobs. */
  readonly steps: readonly DeclareStep[];
  readonly faults: readonly DeclareFault[];
}

/**
 * P28, jobs in code: the newer release whose declarations hold, if there is one. A node that starts is later
 * than all others of its release.
 */
export function heldBy(
  { node, release, startedAt, isStart }: DeclareInput,
  nodes: readonly DeclaringNode[],
): number | undefined {
  const isLater = (one: DeclaringNode) =>
    one.release > release ||
    (!isStart &&
      one.release === release &&
      (one.startedAt > startedAt || (one.startedAt === startedAt && one.id > node)));
  return nodes.find((one) => one.id !== node && isLater(one))?.release;
}

/** P28, jobs in code: what brings the stored jobs to what a program declares. */
export function planDeclarations(
  input: DeclareInput,
  {
    jobs,
    nodes,
    windows,
    now,
  }: {
    readonly jobs: readonly Job[];
    readonly nodes: readonly DeclaringNode[];
    /** Of the calendars of jobs and definitions, by id. */
    readonly windows: ReadonlyMap<string, string>;
    readonly now: number;
  },
): DeclarePlan {
  const declared = new Map(input.jobs.map((one) => [one.definition.id, one]));
  const elsewhere = new Set(nodes.filter(({ id }) => id !== input.node).flatMap(({ declares }) => declares));
  const existing = new Set(jobs.map(({ id }) => id));
  const create = input.jobs.filter(({ definition }) => !existing.has(definition.id));
  const steps: DeclareStep[] = [];
  const faults: DeclareFault[] = create.flatMap(({ definition, place }) =>
    faultOf(
      definition.id,
      withKnownCalendar(definition.calendar, windows, (own) =>
        createJob(definition, { uid: '', now, place, windows: own }),
      ),
    ),
  );
  for (const job of jobs) {
    const inCode = declared.get(job.id);
    const step =
      inCode === undefined
        ? stepWithout(job, input, { isSeen: elsewhere.has(job.id), now })
        : stepTo(job, inCode, input);
    if (step === undefined) continue;
    if ('detail' in step) {
      faults.push(step);
      continue;
    }
    // Neither a fault nor the plan depends on the runs of a job.
    const { command } = step;
    const outcome = withKnownCalendar(editedTo(command)?.calendar, windows, (own) => {
      const placed = command.kind === 'declare' ? { ...command, windows: own } : command;
      return commandJob(withWindows(job, windows), NO_LIVE_RUNS, placed, now);
    });
    faults.push(...faultOf(job.id, outcome));
    steps.push(step);
  }
  return { create, steps, faults };
}

function withWindows(job: Job, known: ReadonlyMap<string, string>): Job {
  const windows = known.get(job.calendar?.id ?? '');
  return windows === undefined ? job : { ...job, windows };
}

/** The audit entry of a change by code. */
export function auditOfCode(action: `job.${string}`, release: number, change: object): AuditEntry {
  return { actor: CODE_ACTOR, action, change: JSON.stringify({ ...change, release }) };
}

/** The audit entry of a declaration. */
export function auditOfDeclared(
  action: 'job.create' | 'job.edit',
  { shown, place }: JobInCode,
  release: number,
): AuditEntry {
  return auditOfCode(action, release, { ...(JSON.parse(shown) as object), declaredIn: place });
}

function stepTo(
  job: Job,
  inCode: JobInCode,
  { release }: DeclareInput,
): DeclareStep | DeclareFault | undefined {
  const { definition, place, adopt } = inCode;
  const { declaration } = job;
  if (declaration === undefined && !adopt) return madeElsewhere(job);
  const isSame = sameDefinition(job, definition);
  if (isSame && declaration?.place === place && declaration.gone === undefined) return undefined;
  const step = {
    ...changing(job),
    command: { kind: 'declare', definition, place },
    namedSecrets: inCode.namedSecrets,
  } as const;
  if (!isSame || declaration === undefined)
    return { ...step, seen: { event: 'job.updated', audit: auditOfDeclared('job.edit', inCode, release) } };
  if (declaration.gone === undefined) return step;
  const audit = auditOfCode('job.resume', release, { declaredIn: place });
  return { ...step, seen: { event: 'job.resumed', audit } };
}

function stepWithout(
  job: Job,
  { release }: DeclareInput,
  { isSeen, now }: { readonly isSeen: boolean; readonly now: number },
): DeclareStep | undefined {
  const { declaration } = job;
  if (declaration === undefined) return undefined;
  const { place: declaredIn, gone } = declaration;
  const command = { kind: 'withdraw', release } as const;
  if (gone === undefined) {
    const audit = auditOfCode('job.pause', release, { declaredIn });
    return { ...changing(job), command, seen: { event: 'job.paused', audit } };
  }
  if (isSeen) return { ...changing(job), command };
  if (now - gone.seenAt < KEPT_MS) return undefined;
  const audit = auditOfCode('job.delete', release, { declaredIn });
  return {
    ...changing(job),
    command: { kind: 'delete', by: CODE_ACTOR },
    seen: { event: 'job.deleted', audit },
  };
}

function changing({ id, uid, version }: Job): Pick<DeclareStep, 'jobId' | 'uid' | 'version'> {
  return { jobId: id, uid, version };
}

function madeElsewhere({ id, createdBy = 'unknown' }: Job): DeclareFault {
  const detail = `a job with this id exists that code does not declare (made by ${createdBy}). Delete it, use another id, or take it over with adopt: true`;
  return { jobId: id, detail };
}

function faultOf(jobId: string, outcome: { readonly ok: true } | Refusal): readonly DeclareFault[] {
  if (outcome.ok) return [];
  const { detail, pointer } = outcome;
  return [{ jobId, detail, ...(pointer === undefined ? {} : { pointer }) }];
}
