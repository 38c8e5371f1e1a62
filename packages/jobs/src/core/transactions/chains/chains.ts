import { takeEnds } from '../../chains/take-ends.ts';
import type { CancelRequest } from '../../commands/cancel.ts';
import type { Job, LiveRuns } from '../../model/job.ts';
import { LEVEL_KEY } from '../../nodes/membership.ts';
import { without } from '../../objects.ts';
import { type Decision, decide, draftOf, touchesWaiting } from '../../rules/decision.ts';
import { LEVEL, needsLevelAbove } from '../../rules/option-levels.ts';
import type { PlanInput } from '../../store/store-passes.ts';
import { applyDecision, liveRunsOf } from '../apply.ts';
import { addWindows } from '../calendars/job-windows.ts';
import { decideWithRoom } from '../decide-with-room.ts';
import { ask, type Script } from '../script.ts';
import type { StoredJob } from '../stored-job.ts';
import { lockedJob, saveJob, type UnitOfWork } from '../unit-of-work.ts';
import type { NotedEnd } from './upstream-tables.ts';
import { successesFor } from './upstreams.ts';

/** The most ends that one plan turns into runs. */
const MOST_ENDS = 500;
/** The wait before the next look at ends whose followers another transaction has locked. */
const HELD_AGAIN_MS = 200;

export interface StartedChains {
  readonly requests: readonly CancelRequest[];
  /** Runs that waited were ended or released. */
  readonly hasMoved: boolean;
  /** When a plan has to look again: ends are left. */
  readonly againAt: number | undefined;
}

/** Turns noted ends of upstream runs into runs of the jobs that follow (P32, chains and gates). */
export function* startChains(
  unit: UnitOfWork,
  { types, startsChains }: Pick<PlanInput, 'types' | 'startsChains'>,
): Script<StartedChains | undefined> {
  if (startsChains === undefined) return undefined;
  const level = types[LEVEL_KEY] ?? LEVEL;
  const noted = yield* ask('lockEnds', MOST_ENDS, startsChains === 'all' ? level : undefined);
  unit.hasEnds = false;
  if (noted.length === 0) return { requests: [], hasMoved: false, againAt: undefined };
  const upstreams = [...new Set(noted.map(({ jobId }) => jobId))];
  const { jobs, held } = yield* ask('lockFollowers', upstreams);
  // All followers of a job take an end in one transaction: then the end can go.
  const ends = noted.filter(({ jobId }) => !held.has(jobId));
  const isNewer = ({ job }: StoredJob) => needsLevelAbove(level, job);
  const known = jobs.filter((stored) => !isNewer(stored));
  const taken = yield* takeKnown(unit, known, ends);
  yield* leaveToNewer(jobs.filter(isNewer), ends);
  yield* ask(
    'removeEnds',
    ends.map(({ id }) => id),
  );
  const followed = new Set(jobs.map(({ job }) => upstreamOf(job)));
  for (const id of upstreams) if (!followed.has(id) && !held.has(id)) yield* unfollow(unit, id);
  const againAt =
    ends.length < noted.length ? unit.now + HELD_AGAIN_MS : noted.length === MOST_ENDS ? unit.now : undefined;
  return { ...taken, againAt };
}

/** Applies the ends to the jobs that follow and whose options this version knows. */
function* takeKnown(
  unit: UnitOfWork,
  jobs: readonly StoredJob[],
  ends: readonly NotedEnd[],
): Script<Pick<StartedChains, 'requests' | 'hasMoved'>> {
  yield* addWindows(unit, jobs);
  const successes = yield* successesFor(jobs.map(({ job }) => job));
  const requests: CancelRequest[] = [];
  let hasMoved = false;
  for (const { uid } of jobs) {
    const own = endsFor(uid, ends);
    const decision = (job: Job, live: LiveRuns) => takenEnds(job, live, own, unit.now);
    const live = yield* liveRunsOf(uid);
    const decided = yield* decideWithRoom(unit, uid, { live, successes, decide: decision });
    requests.push(...decided.requests);
    hasMoved ||= decided.hasMoved || touchesWaiting(decided.decision);
    yield* applyDecision(unit, lockedJob(unit, uid), decided.decision);
  }
  return { requests, hasMoved };
}

/**
 * A job with options that this version does not know takes its ends on a newer node (P22, types and deploys).
 */
function* leaveToNewer(jobs: readonly StoredJob[], ends: readonly NotedEnd[]): Script<void> {
  for (const { uid, job } of jobs) {
    if (job.status !== 'active') continue;
    const ids = endsFor(uid, ends).flatMap(({ id, jobId }) => (jobId === upstreamOf(job) ? [id] : []));
    if (ids.length > 0) yield* ask('leaveEnds', ids, uid);
  }
}

function endsFor(uid: number, ends: readonly NotedEnd[]): readonly NotedEnd[] {
  return ends.filter(({ follower = uid }) => follower === uid);
}

function takenEnds(job: Job, live: LiveRuns, ends: readonly NotedEnd[], now: number): Decision {
  const draft = draftOf(job, live);
  takeEnds(draft, ends, now);
  return decide(draft, now);
}

function upstreamOf({ schedule }: Job): string | undefined {
  return schedule.kind === 'after' ? schedule.job : undefined;
}

/**
 * Ends of a job that nobody follows any longer are not noted. A job that begins to follow it marks it again.
 */
function* unfollow(unit: UnitOfWork, id: string): Script<void> {
  const stored = yield* ask('lockUpstream', id);
  if (stored?.job.isFollowed !== true) return;
  const { jobs, held } = yield* ask('lockFollowers', [id]);
  if (jobs.length + held.size > 0) return;
  saveJob(unit, { ...stored, job: without(stored.job, 'isFollowed') });
}

/** Marks a job whose ends are to be noted, before the definition that names it is written. */
export function* follow(unit: UnitOfWork, id: string): Script<void> {
  const stored = yield* ask('lockUpstream', id);
  if (stored === undefined || stored.job.isFollowed === true) return;
  saveJob(unit, { ...stored, job: { ...stored.job, isFollowed: true } });
}
