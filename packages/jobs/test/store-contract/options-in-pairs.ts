import { describe, expect, it } from 'vitest';
import type { Run } from '../../src/core/model/run.ts';
import { assignedTime } from '../../src/core/schedule/assigned-time.ts';
import { boundsOf } from '../../src/core/schedule/schedule.ts';
import { createMemoryDatabase, createMemoryStore } from '../../src/stores/memory/index.ts';
import { createFakeClock } from '../../src/testing/fake-clock.ts';
import { CALENDAR, choicesOfPairs, WITHIN_MS } from './pairs/pairs-of-options.ts';
import { type Played, play, shownJob, shownRun } from './pairs/play.ts';
import { type MakeStore, useStore } from './rig.ts';

const inMemory: MakeStore = async (startMs) => {
  const clock = createFakeClock(startMs);
  const database = createMemoryDatabase();
  const limits = { maxLiveRuns: 1_000, maxRunsPutOff: 100 };
  const createStore = () => createMemoryStore({ clock, database, ...limits });
  return { clock, ...limits, createStore, dispose: async () => undefined };
};

export function optionsInPairsContract(makeStore: MakeStore): void {
  describe('options in pairs', () => {
    const t = useStore(makeStore);
    const memory = useStore(inMemory);

    it('each pair of options that a job may have obeys the tables, and does the same in each store', async () => {
      const choices = choicesOfPairs();
      const played = await play(t, choices);
      expect(played.flatMap(faultsOf)).toEqual([]);
      const shown = ({ choice, job, runs }: Played) => ({
        choice,
        job: shownJob(job),
        runs: runs.map(shownRun),
      });
      expect(played.map(shown)).toEqual((await play(memory, choices)).map(shown));
    });
  });
}

/** What the tables of docs/options-together.md forbid, each with the id of its row. */
function faultsOf({ choice, job, runs, made, atOnce }: Played): readonly string[] {
  const {
    startAt = 0,
    endAt = Number.POSITIVE_INFINITY,
    maxRuns = Number.POSITIVE_INFINITY,
  } = boundsOf(job.schedule);
  const slots = runs.filter(({ scheduledFor }) => scheduledFor !== undefined);
  const first = (run: Run) => run.missedFrom ?? run.scheduledFor ?? 0;
  const inWindow = (at: number) => at >= CALENDAR.window.from && at < CALENDAR.window.to;
  const wasMade = ({ status }: Run) => status !== 'skipped';
  const reasons = new Set(
    runs.flatMap((run) => ('reason' in run && run.reason !== undefined ? [run.reason] : [])),
  );
  const rules: Readonly<Record<string, boolean>> = {
    'E1: no slot is before the start or after the end': slots.every(
      (run) => first(run) >= startAt && (run.scheduledFor ?? 0) <= endAt,
    ),
    'E13 to E16: at most max_runs runs of slots':
      runs.filter((run) => wasMade(run) && run.trigger !== 'manual').length <= maxRuns,
    'each slot is covered by one row': slots.every((run, n) => {
      const before = slots[n - 1];
      return before === undefined || first(run) > (before.scheduledFor ?? 0);
    }),
    'at most one run at once, unless overlap is allow and nothing limits the runs':
      atOnce <= 1 ||
      (choice.overlap === 'allow' && choice.max_running === 'none' && choice.limits === 'none'),
    'K1, K4: no slot in a window that is skipped has a run': slots.every(
      (run) =>
        choice.calendar !== 'skip' ||
        !wasMade(run) ||
        run.catchUp ||
        !inWindow(assignedTime(job, run.scheduledFor ?? 0)),
    ),
    'K2: a slot in a window that moves it has no run before its end': slots.every(
      (run) =>
        choice.calendar !== 'move' ||
        !wasMade(run) ||
        !inWindow(run.scheduledFor ?? 0) ||
        run.queuedAt >= CALENDAR.window.to,
    ),
    'G11: slots got runs only while the gate was open':
      choice.gate === 'none' ||
      made.every(({ at, upstreamAt }) => upstreamAt !== undefined && at - upstreamAt <= WITHIN_MS),
    'blackout only with a calendar that skips': choice.calendar === 'skip' || !reasons.has('blackout'),
    'upstream only with a gate': choice.gate === 'only_if' || !reasons.has('upstream'),
    'expired only with expire_after': choice.expiry === 'expire_after' || !reasons.has('expired'),
    'replaced only with cancel_previous': choice.overlap === 'cancel_previous' || !reasons.has('replaced'),
    'overlap only without room':
      choice.overlap === 'skip' || choice.overlap === 'queue' || !reasons.has('overlap'),
    'each job that may run has run':
      job.status === 'finished' || runs.length > 0 || choice.schedule === 'on_demand',
  };
  return Object.entries(rules).flatMap(([rule, holds]) =>
    holds ? [] : [`${JSON.stringify(choice)}: ${rule}`],
  );
}
