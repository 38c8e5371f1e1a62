import { windowsText } from '../../calendars/job-calendar.ts';
import { type Upstreams, upstreamsOf } from '../../chains/upstreams.ts';
import { CODE_ACTOR } from '../../commands/declare.ts';
import {
  auditOfDeclared,
  type DeclareNote,
  type DeclareStep,
  faultOf,
  heldBy,
  isOutdated,
  planDeclarations,
  withNote,
} from '../../declarations/plan-declarations.ts';
import { StoreError } from '../../model/errors.ts';
import type { Job, JobDefinition } from '../../model/job.ts';
import type {
  DeclaredChange,
  DeclareFault,
  DeclareInput,
  DeclareResult,
  DeclaringNode,
  JobInCode,
} from '../../store/store-declarations.ts';
import { keepWindows } from '../calendars/job-windows.ts';
import { follow } from '../chains/chains.ts';
import { refuseUpstreams } from '../chains/upstreams.ts';
import { command, insertJobs } from '../commands.ts';
import { ask, type Script } from '../script.ts';
import { refuseMissing } from '../secrets/secrets.ts';
import { saveJob, type UnitOfWork } from '../unit-of-work.ts';
import { deleteGone, lockAndPlanCalendars, putCalendars } from './declare-calendars.ts';

/**
 * Brings jobs to what a program declares (P28, jobs in code). The store lets one such transaction run at a
 * time, and gives it the live nodes that declare jobs. If nothing differs, it locks no job.
 */
export function* declareJobs(
  unit: UnitOfWork,
  input: DeclareInput,
  nodes: readonly DeclaringNode[],
): Script<DeclareResult> {
  const byRelease = heldBy(input, nodes);
  if (byRelease !== undefined) return { kind: 'held', byRelease };
  const definitions = (input.jobs ?? []).map(({ definition }) => definition);
  if (definitions.some((one) => upstreamsOf(one).length > 0)) yield* ask('lockUpstreams');
  const calendars = yield* lockAndPlanCalendars(input.calendars, definitions);
  const jobs = yield* jobsToCompare(input);
  if (isOutdated(input, jobs)) return { kind: 'outdated' };
  const windows = new Map(yield* keepWindows([...definitions, ...jobs].map(({ calendar }) => calendar)));
  for (const { id, calendar } of calendars.put) windows.set(id, windowsText(calendar));
  const { create, steps, notes, faults } = planDeclarations(input, { jobs, nodes, windows, now: unit.now });
  const toMake = create.map(({ definition: { id: jobId }, namedSecrets }) => ({ jobId, namedSecrets }));
  const missing = yield* missingSecrets([...toMake, ...steps]);
  const together = new Map(definitions.map((one) => [one.id, upstreamsOf(one).map(({ job }) => job)]));
  const all = [
    ...calendars.faults,
    ...faults,
    ...missing,
    ...(yield* wrongUpstreams(definitions, jobs, together)),
  ];
  if (all.length > 0) return { kind: 'refused', faults: all };
  const put = yield* putCalendars(unit, calendars, input);
  yield* lockInOrder(steps, definitions);
  yield* writeNotes(unit, notes);
  const changed: DeclaredChange[] = [];
  for (const step of steps) changed.push(yield* changeJob(unit, step));
  const deleted = yield* deleteGone(unit, calendars, input);
  const created = yield* makeJobs(unit, create, input);
  return { kind: 'done', created, changed, calendars: [...put, ...deleted] };
}

function* jobsToCompare({ jobs }: DeclareInput): Script<readonly Job[]> {
  if (jobs === undefined) return [];
  const stored = yield* ask(
    'declaredJobs',
    jobs.map(({ definition }) => definition.id),
  );
  return stored.map(({ job }) => job);
}

function* missingSecrets(
  jobs: readonly Pick<DeclareStep, 'jobId' | 'namedSecrets'>[],
): Script<readonly DeclareFault[]> {
  const faults: DeclareFault[] = [];
  for (const { jobId, namedSecrets } of jobs) {
    const refusal = namedSecrets && (yield* refuseMissing(namedSecrets));
    if (refusal !== undefined) faults.push({ jobId, detail: refusal.detail, pointer: '/payload' });
  }
  return faults;
}

/** Jobs that wait for others: the declared ones are checked together (P32, chains and gates). */
function* wrongUpstreams(
  definitions: readonly JobDefinition[],
  jobs: readonly Job[],
  together: Upstreams,
): Script<readonly DeclareFault[]> {
  const before = new Map(jobs.map((job) => [job.id, job]));
  const faults: DeclareFault[] = [];
  for (const one of definitions) {
    const refusal = yield* refuseUpstreams(one, before.get(one.id), together);
    if (refusal !== undefined) faults.push(...faultOf(one.id, refusal));
  }
  return faults;
}

/** Locks all jobs that the steps change, in the order of uids, before the first write. */
function* lockInOrder(steps: readonly DeclareStep[], definitions: readonly JobDefinition[]): Script<void> {
  const changed = new Map(steps.map((step) => [step.jobId, step]));
  const followed = definitions.flatMap(followedBy).filter((id) => !changed.has(id));
  const uids = followed.length === 0 ? new Map<string, number>() : yield* ask('uidsOf', followed);
  const toLock = [...uids, ...steps.map(({ jobId, uid }) => [jobId, Number(uid)] as const)];
  for (const [jobId] of toLock.sort(([, a], [, b]) => a - b)) {
    const step = changed.get(jobId);
    if (step === undefined) yield* ask('lockUpstream', jobId);
    else yield* ask('lockJob', { jobId, command: step.command });
  }
}

/** Leaves out jobs that another transaction has locked: a later look notes the rest. */
function* writeNotes(unit: UnitOfWork, notes: readonly DeclareNote[]): Script<void> {
  if (notes.length === 0) return;
  const byUid = new Map(notes.map((note) => [Number(note.uid), note]));
  for (const stored of yield* ask('lockFreeJobs', [...byUid.keys()])) {
    const note = byUid.get(stored.uid);
    if (note !== undefined) saveJob(unit, { ...stored, job: withNote(stored.job, note, unit.now) });
  }
  yield* ask('writeJobs');
}

function* changeJob(
  unit: UnitOfWork,
  { jobId, uid, version, command: asked, event, audit }: DeclareStep,
): Script<DeclaredChange> {
  const done = yield* command(unit, {
    jobId,
    command: asked,
    ifUid: uid,
    ifVersion: version,
    audit,
  });
  if (done.kind !== 'done') throw changedMeanwhile(jobId);
  // The script of one command sees the runs of all of them.
  const isOwn = ({ jobUid }: { readonly jobUid: string }) => jobUid === uid;
  const own = { ...done, queued: done.queued.filter(isOwn), finished: done.finished.filter(isOwn) };
  return { done: own, event };
}

/**
 * A job is made after those that follow it: so its row tells that its ends are noted (P32, chains and gates).
 */
function* makeJobs(
  unit: UnitOfWork,
  create: readonly JobInCode[],
  { release }: DeclareInput,
): Script<readonly Job[]> {
  if (create.length === 0) return [];
  const isNew = new Set(create.map(({ definition }) => definition.id));
  const followed = new Set(create.flatMap(({ definition }) => followedBy(definition)));
  const stored = [...followed].filter((id) => !isNew.has(id));
  for (const id of stored) yield* follow(unit, id);
  if (stored.length > 0) yield* ask('writeJobs');
  const made = new Map<string, Job>();
  for (let rest = create; rest.length > 0; ) {
    const later = new Set(rest.flatMap(({ definition }) => followedBy(definition)));
    const now = rest.filter(({ definition }) => !later.has(definition.id));
    rest = rest.filter(({ definition }) => later.has(definition.id));
    const inputs = now.map((one) => ({
      definition: one.definition,
      place: one.place,
      by: CODE_ACTOR,
      audit: auditOfDeclared('job.create', one, release),
    }));
    for (const [n, outcome] of (yield* insertJobs(unit, inputs, rest.length > 0)).entries()) {
      if (outcome.kind !== 'created') throw changedMeanwhile(inputs[n]?.definition.id ?? '');
      made.set(outcome.job.id, outcome.job);
    }
  }
  return create.flatMap(({ definition }) => made.get(definition.id) ?? []);
}

function followedBy({ schedule }: JobDefinition): readonly string[] {
  return schedule.kind === 'after' ? [schedule.job] : [];
}

/** Undoes the transaction. */
function changedMeanwhile(jobId: string): StoreError {
  return new StoreError('busy', `The job "${jobId}" changed while code declared it. Try again.`);
}
