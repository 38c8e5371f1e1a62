import type { Job } from '../../../src/core/model/job.ts';
import { isLiveRun, type Run } from '../../../src/core/model/run.ts';
import { isExpired } from '../../../src/core/rules/expiry.ts';
import type { Outcome } from '../../../src/core/rules/settle.ts';
import type { ClaimedRun } from '../../../src/core/store/store-passes.ts';
import { failed, MINUTE, ON_DEMAND, type Rig, required, SUCCEEDED } from '../rig.ts';
import { CALENDAR, type Choice, definitionFor, LIMITED, UPSTREAM } from './pairs-of-options.ts';

/** What happens at an instant, before the pass. */
interface Step {
  readonly ms: number;
  /** A run of the upstream job ends so. */
  readonly upstream?: Outcome;
  /** A command to each third job. */
  readonly command?: 'pause' | 'resume' | 'trigger';
  /** No node has a free place. */
  readonly isBusy?: true;
}

const TYPES = { noop: 1, [LIMITED.type]: LIMITED.version };
const steps = (count: number): Step[] => Array.from({ length: count }, () => ({ ms: 5 * MINUTE }));
/** Work, a downtime of 45 minutes, busy nodes, a pause of 20 minutes, runs by hand. */
const STORY: readonly Step[] = [
  { ms: 5 * MINUTE, upstream: SUCCEEDED },
  ...steps(5),
  { ms: 5 * MINUTE, upstream: SUCCEEDED },
  ...steps(4),
  { ms: 5 * MINUTE, upstream: failed('no import', true) },
  { ms: 45 * MINUTE },
  ...steps(2),
  { ms: 5 * MINUTE, upstream: SUCCEEDED },
  { ms: 5 * MINUTE, isBusy: true },
  { ms: 5 * MINUTE, isBusy: true },
  { ms: 5 * MINUTE, command: 'pause' },
  { ms: 5 * MINUTE, upstream: SUCCEEDED },
  ...steps(2),
  { ms: 5 * MINUTE, command: 'resume' },
  ...steps(2),
  { ms: 5 * MINUTE, command: 'trigger' },
  ...steps(6),
];

/** A run that a pass made, and what was true at that instant. */
export interface Made {
  readonly jobId: string;
  readonly at: number;
  /** The end of the upstream job's last success. */
  readonly upstreamAt: number | undefined;
}

/** A job at the end of the story. */
export interface Played {
  readonly choice: Choice;
  readonly job: Job;
  /** Oldest first. */
  readonly runs: readonly Run[];
  readonly made: readonly Made[];
  /** The most of its runs that ran at once. */
  readonly atOnce: number;
}

/** Plays the story to jobs with these options, all in one store. */
export async function play(t: Rig, choices: readonly Choice[]): Promise<readonly Played[]> {
  await t.store.setTypeLimits([LIMITED]);
  await t.store.changeCalendar({ id: CALENDAR.id, command: { kind: 'put', calendar: calendar() } });
  await t.create(UPSTREAM, { schedule: ON_DEMAND, overlap: 'allow' });
  const ids = choices.map((_, n) => `job-${String(n).padStart(3, '0')}`);
  for (const [n, choice] of choices.entries()) {
    const outcome = await t.store.insertJob({ definition: definitionFor(required(ids[n]), choice) });
    if (outcome.kind !== 'created') throw new Error(`${JSON.stringify(choice)}: ${JSON.stringify(outcome)}`);
  }
  const actors = createActors(t);
  for (const step of STORY) {
    t.clock.advance(step.ms);
    if (step.upstream !== undefined) await actors.endUpstream(step.upstream);
    for (const id of step.command === undefined ? [] : ids.filter((_, n) => n % 3 === 0))
      await t.command(
        id,
        step.command === 'pause' ? { kind: 'pause', cancelLive: false } : { kind: required(step.command) },
      );
    await actors.pass(step);
  }
  return Promise.all(
    ids.map(async (id, n) => ({
      choice: required(choices[n]),
      job: await t.job(id),
      runs: [...(await t.runs({ jobId: id }))].sort(
        (a, b) => a.queuedAt - b.queuedAt || Number(a.id) - Number(b.id),
      ),
      made: actors.made.filter(({ jobId }) => jobId === id),
      atOnce: actors.atOnce.get(id) ?? 0,
    })),
  );
}

function calendar() {
  const { from, to } = CALENDAR.window;
  const window = { startAt: new Date(from).toISOString(), endAt: new Date(to).toISOString() };
  return { name: 'C', timezone: 'UTC', windows: [window] };
}

/** A planner and handlers that do the same in each store: they know runs by the job and a number. */
function createActors(t: Rig) {
  const made: Made[] = [];
  const atOnce = new Map<string, number>();
  const started = new Map<string, number>();
  /** Runs that run, and how many passes they still take. */
  const running: { readonly jobId: string; readonly run: ClaimedRun; passes: number; fails: boolean }[] = [];
  let upstreamAt: number | undefined;

  const claim = async () => {
    const { jobs, runs } = await t.store.claim({ node: 'node-1', types: TYPES, places: 1_000, prefetch: 0 });
    return runs.map((run) => ({ run, jobId: required(jobs[run.job]).id }));
  };
  const settle = async ({ run, fails }: { readonly run: ClaimedRun; readonly fails: boolean }) => {
    const { cancel } = await t.live(run.id);
    const outcome: Outcome = cancel !== undefined ? { kind: 'cancelled' } : fails ? failed() : SUCCEEDED;
    await t.settle(run, outcome);
  };
  const expire = ({ id: runId, fence }: ClaimedRun) =>
    t.store.settle([{ runId, fence, outcome: { kind: 'expired' }, random: 0, finishedAt: t.clock.now() }]);
  const start = ({ run, jobId }: { readonly run: ClaimedRun; readonly jobId: string }) => {
    const n = (started.get(jobId) ?? 0) + 1;
    started.set(jobId, n);
    // Of each job, the second attempt fails and each third one takes longer than an interval.
    running.push({ jobId, run, passes: n % 3 === 0 ? 3 : 0, fails: n === 2 });
    const now = running.filter((one) => one.jobId === jobId).length;
    atOnce.set(jobId, Math.max(atOnce.get(jobId) ?? 0, now));
  };

  return {
    made,
    atOnce,
    async endUpstream(outcome: Outcome): Promise<void> {
      const { id } = await t.trigger(UPSTREAM);
      const claimed = await claim();
      for (const one of claimed) if (one.run.id !== id) start(one);
      await t.settle(required(claimed.find(({ run }) => run.id === id)).run, outcome);
      if (outcome.kind === 'succeeded') upstreamAt = t.clock.now();
    },
    async pass({ isBusy }: Step): Promise<void> {
      // Twice, as in a node: an end makes room, and what it releases starts.
      for (let round = 0; round < 2; round += 1) {
        const { queued } = await t.store.plan({ types: TYPES, limit: 1_000, startsChains: 'all' });
        made.push(...queued.map(({ jobId }) => ({ jobId, at: t.clock.now(), upstreamAt })));
        if (isBusy) continue;
        for (const one of await claim())
          if (isExpired(one.run, t.clock.now())) await expire(one.run);
          else start(one);
        const over = running.filter((one) => round === 1 || one.passes === 0);
        for (const one of over) {
          if (one.passes > 0) one.passes -= 1;
          else {
            running.splice(running.indexOf(one), 1);
            await settle(one);
          }
        }
      }
    },
  };
}

/** What of a run is the same in each store. */
export function shownRun(run: Run) {
  const { status, trigger, scheduledFor, missed, missedFrom, catchUp, queuedAt } = run;
  const end = isLiveRun(run) ? { held: run.held, availableAt: run.availableAt } : { reason: run.reason };
  return { status, trigger, scheduledFor, missed, missedFrom, catchUp, queuedAt, ...end };
}

/** What of a job is the same in each store. */
export function shownJob({ status, nextRunAt, nextSlotAt, runsMade, failedInRow, lastSlotAt, wakeAt }: Job) {
  return { status, nextRunAt, nextSlotAt, runsMade, failedInRow, lastSlotAt, wakeAt };
}
