import { commandJob, createJob } from '../commands/commands.ts';
import { CODE_ACTOR } from '../commands/declare.ts';
import type { Refusal } from '../commands/refusal.ts';
import { withKnownCalendar } from '../commands/schedule-refusals.ts';
import type { JobEventType } from '../model/events.ts';
import { type Job, NO_LIVE_RUNS, sameDefinition } from '../model/job.ts';
import { editedTo, type JobCommand } from '../model/job-command.ts';
import { needsNewerVersion } from '../rules/option-levels.ts';
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
  readonly event: JobEventType;
  readonly audit: AuditEntry;
}

/** What is written into a declaration: nothing that anybody waits for. */
export interface DeclareNote {
  readonly uid: string;
  readonly version: number;
  /** Where code declares the job now. Absent: a live node still declares a job that is gone. */
  readonly place?: string;
}

export interface DeclarePlan {
  readonly create: readonly JobInCode[];
  /** In the order of the given jobs. */
  readonly steps: readonly DeclareStep[];
  readonly notes: readonly DeclareNote[];
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

/** Whether somebody has changed a payload with secrets since the program compared its declaration with it. */
export function isOutdated({ jobs: declared = [] }: DeclareInput, jobs: readonly Job[]): boolean {
  const stored = new Map(jobs.map((job) => [job.id, job]));
  return declared.some(({ definition: { id, type }, compared }) => {
    const job = stored.get(id);
    return compared !== undefined && (job?.type === type ? job.payload : undefined) !== compared.payload;
  });
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
  const { jobs: inCode = [] } = input;
  const declared = new Map(inCode.map((one) => [one.definition.id, one]));
  const elsewhere = new Set(nodes.filter(({ id }) => id !== input.node).flatMap(({ declares }) => declares));
  const existing = new Set(jobs.map(({ id }) => id));
  const create = inCode.filter(({ definition }) => !existing.has(definition.id));
  const steps: DeclareStep[] = [];
  const notes: DeclareNote[] = [];
  const faults: DeclareFault[] = create.flatMap(({ definition, place }) =>
    faultOf(
      definition.id,
      withKnownCalendar(definition.calendar, windows, (own) =>
        createJob(definition, { uid: '', now, place, windows: own }),
      ),
    ),
  );
  for (const job of jobs) {
    // Its health says that it waits for a newer node. A fault would prevent the start of an older release.
    if (needsNewerVersion(job)) continue;
    const one = declared.get(job.id);
    const step =
      one === undefined
        ? stepWithout(job, input, { isSeen: elsewhere.has(job.id), now })
        : stepTo(job, one, input);
    if (step === undefined) continue;
    if ('detail' in step) {
      faults.push(step);
      continue;
    }
    if (!('command' in step)) {
      notes.push(step);
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
  return { create, steps, notes, faults };
}

/** The job with a note, or as it is if its declaration has changed meanwhile. */
export function withNote(job: Job, { version, place }: DeclareNote, now: number): Job {
  const { declaration } = job;
  const gone = declaration?.gone;
  if (declaration === undefined || job.version !== version) return job;
  if (place !== undefined && gone === undefined) return { ...job, declaration: { ...declaration, place } };
  if (place !== undefined || gone === undefined) return job;
  return { ...job, declaration: { ...declaration, gone: { ...gone, seenAt: now } } };
}

function withWindows(job: Job, known: ReadonlyMap<string, string>): Job {
  const windows = known.get(job.calendar?.id ?? '');
  return windows === undefined ? job : { ...job, windows };
}

/** The audit entry of a change by code. */
export function auditOfCode(
  action: `${'job' | 'calendar'}.${string}`,
  release: number,
  change: object,
): AuditEntry {
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
): DeclareStep | DeclareNote | DeclareFault | undefined {
  const { definition, place, adopt } = inCode;
  const { declaration } = job;
  if (declaration === undefined && !adopt) return madeElsewhere(job);
  const isSame = sameDefinition(job, definition);
  const isHeld = declaration !== undefined && declaration.gone === undefined;
  if (isSame && isHeld) {
    const { uid, version } = job;
    return declaration.place === place ? undefined : { uid, version, place };
  }
  const command = { kind: 'declare', definition, place } as const;
  const step = { ...changing(job), command, namedSecrets: inCode.namedSecrets };
  return isSame && declaration !== undefined
    ? { ...step, event: 'job.resumed', audit: auditOfCode('job.resume', release, { declaredIn: place }) }
    : { ...step, event: 'job.updated', audit: auditOfDeclared('job.edit', inCode, release) };
}

function stepWithout(
  job: Job,
  { release }: DeclareInput,
  { isSeen, now }: { readonly isSeen: boolean; readonly now: number },
): DeclareStep | DeclareNote | undefined {
  const { declaration, uid, version } = job;
  if (declaration === undefined) return undefined;
  const { place: declaredIn, gone } = declaration;
  if (gone === undefined) {
    const command = { kind: 'withdraw', release } as const;
    const audit = auditOfCode('job.pause', release, { declaredIn });
    return { ...changing(job), command, event: 'job.paused', audit };
  }
  if (isSeen) return { uid, version };
  if (now - gone.seenAt < KEPT_MS) return undefined;
  const command = { kind: 'delete', by: CODE_ACTOR } as const;
  const audit = auditOfCode('job.delete', release, { declaredIn });
  return { ...changing(job), command, event: 'job.deleted', audit };
}

function changing({ id, uid, version }: Job): Pick<DeclareStep, 'jobId' | 'uid' | 'version'> {
  return { jobId: id, uid, version };
}

function madeElsewhere({ id, createdBy = 'unknown' }: Job): DeclareFault {
  const detail = `a job with this id exists that code does not declare (made by ${createdBy}). Delete it, use another id, or take it over with adopt: true`;
  return { jobId: id, detail };
}

const IN_CODE: ReadonlyMap<Refusal['code'], string> = new Map([
  ['no_calendar', 'In code, declare it in `calendars` of createJobs.'],
  ['no_upstream', 'In code, declare it in `jobs` of createJobs, or correct the id.'],
]);

/** Says also how code makes what the refused job names. */
export function faultOf(jobId: string, outcome: { readonly ok: true } | Refusal): readonly DeclareFault[] {
  if (outcome.ok) return [];
  const { code, pointer } = outcome;
  const advice = IN_CODE.get(code);
  const detail = advice === undefined ? outcome.detail : `${outcome.detail} ${advice}`;
  return [{ jobId, detail, ...(pointer === undefined ? {} : { pointer }) }];
}
