import { setTimeout as delay } from 'node:timers/promises';
import { percentile } from '../../../bench/support/measure.ts';
import { until } from '../node.ts';
import type { Capacity } from './capacity.ts';
import {
  CHANNELS,
  prepareAlerts,
  prepareRuns,
  sumOf,
  tooManyAlerts,
  tooManyRequests,
  tooManyRuns,
  tooManyStreams,
} from './loads.ts';
import type { Extra, LoadCounts, Phase } from './phase.ts';
import { type Target, TIMES } from './target.ts';
import { watchUrgentRuns } from './urgent-runs.ts';
import { verdict } from './verdict.ts';

type OnePhase = Pick<Phase, 'name' | 'prepare' | 'load' | 'extra'>;

const URGENT_MS = 2_000;
/** While the event loop is late, the engine may claim this many runs a second (P20, isolation): 10 each 250 ms. */
const FLOOR_PER_SECOND = 40;
const LEAST_SHARE = 0.9;
/** Tries of 10 s with waits of 5, 10 and 20 s between them, and the minute of a channel. */
const ALERTS_MS = 100_000;

export function phasesOf(target: Target, capacity: Capacity): readonly OnePhase[] {
  return [
    requestsPhase(target, capacity),
    streamsPhase(target),
    alertsPhase(target),
    runsPhase(target, capacity),
    allPhase(target, capacity),
  ];
}

export function requestsPhase(target: Target, { requests }: Capacity): OnePhase {
  return { name: 'requests', load: () => tooManyRequests(target, requests * TIMES) };
}

export function streamsPhase(target: Target): OnePhase {
  return { name: 'event streams', load: () => tooManyStreams(target) };
}

function alertsPhase(target: Target): OnePhase {
  let accepted = 0;
  return {
    name: `alerts: ${CHANNELS} channels whose receiver hangs`,
    prepare: () => prepareAlerts(target, 'alone'),
    async load() {
      const counts = await tooManyAlerts(target, 'alone');
      accepted = acceptedOf(counts);
      return counts;
    },
    extra: () => alertsArrive(target.receiver, accepted * CHANNELS),
  };
}

async function alertsArrive(receiver: Target['receiver'], expected: number): Promise<Extra> {
  const from = performance.now();
  await receiver.set('open');
  const arrived = await until('the alerts arrive', ALERTS_MS + 60_000, async () => {
    await delay(500);
    const { alerts } = await receiver.seen();
    return alerts >= expected ? alerts : undefined;
  }).catch(async () => (await receiver.seen()).alerts);
  const took = performance.now() - from;
  return {
    lines: [
      `the receiver answers again: ${arrived} of ${expected} alerts arrived within ${Math.round(took / 1_000)} s`,
    ],
    verdicts: [
      verdict(
        'every alert arrives within 100 s',
        arrived >= expected && took <= ALERTS_MS,
        `${arrived} in ${Math.round(took)} ms`,
      ),
    ],
  };
}

function runsPhase(target: Target, { runs }: Capacity): OnePhase {
  let startsAt = 0;
  let extra: Extra = { lines: [], verdicts: [] };
  return {
    name: 'runs',
    async prepare() {
      startsAt = await prepareRuns(target, runs * TIMES, 'slot');
    },
    async load() {
      await delay(Math.max(startsAt - Date.now(), 0));
      const before = (await target.receiver.seen()).requests;
      const from = performance.now();
      const urgent = watchUrgentRuns(target);
      const counts = await tooManyRuns(target, runs * TIMES, startsAt);
      const ended = (await target.receiver.seen()).requests - before;
      const perSecond = ended / ((performance.now() - from) / 1_000);
      extra = extraOfRuns(await urgent.stop(), perSecond, runs);
      return counts;
    },
    extra: async () => extra,
  };
}

function extraOfRuns(urgentMs: readonly number[], perSecond: number, capacity: number): Extra {
  const p99 = percentile(urgentMs, 0.99);
  return {
    lines: [
      `runs of high priority: ${urgentMs.length}, from the trigger to the end p50 ${Math.round(percentile(urgentMs, 0.5))} ms, p99 ${Math.round(p99)} ms`,
      `${Math.round(perSecond)} runs/s ended under load, ${Math.round((100 * perSecond) / capacity)} % of the capacity`,
    ],
    verdicts: [
      verdict('runs of high priority end within 2 s', p99 <= URGENT_MS, `p99 ${Math.round(p99)} ms`),
      verdict(
        `at least ${LEAST_SHARE * FLOOR_PER_SECOND} runs/s end, nine tenths of what a throttled engine may claim`,
        perSecond >= LEAST_SHARE * FLOOR_PER_SECOND,
        `${Math.round(perSecond)}`,
      ),
    ],
  };
}

function allPhase(target: Target, { runs, requests }: Capacity): OnePhase {
  let startsAt = 0;
  return {
    name: 'all at once',
    async prepare() {
      await prepareAlerts(target, 'all');
      startsAt = await prepareRuns(target, runs * TIMES, 'all-slot');
    },
    async load() {
      const loads = await Promise.all([
        tooManyRequests(target, requests * TIMES),
        tooManyStreams(target),
        tooManyAlerts(target, 'all'),
        tooManyRuns(target, runs * TIMES, startsAt),
      ]);
      return loads.reduce(sumOf);
    },
  };
}

function acceptedOf({ statuses }: LoadCounts): number {
  const accepted = Object.entries(statuses).filter(([status]) => status.startsWith('2'));
  return accepted.reduce((sum, [, times]) => sum + times, 0);
}
