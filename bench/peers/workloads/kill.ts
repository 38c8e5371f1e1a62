import { sleep } from '../../support/measure.ts';
import type { WorkloadName } from '../contestant.ts';
import { type Figures, requireFigure } from '../report/figures.ts';
import { complete, type Stage, type Workload } from '../workload.ts';
import { fill } from './drain.ts';

const IN_FLIGHT = 200;
const HANDLER_MS = 2_000;
const CAP_SECONDS = 100;

export const kill = killing('kill', 'kill -9', 'Each system has its default locks.', false);
export const killWithShortLocks = killing(
  'kill-short',
  'kill -9, with short locks',
  'Locks, leases and heartbeats are as short as each system allows.',
  true,
);

function killing(name: WorkloadName, title: string, how: string, hasShortLocks: boolean): Workload {
  return {
    name,
    title,
    what: `The process is killed (\`kill -9\`) with 200 runs of 2 s in progress, and a new process starts at once. ${how}`,
    columns: [
      {
        figure: 'firstSeconds',
        title: 'first rerun, from the engine’s start',
        unit: 'seconds',
        cap: 'capSeconds',
      },
      { figure: 'sinceKillSeconds', title: 'from the kill', unit: 'seconds', cap: 'capSeconds' },
    ],
    better: 'less',
    parts: { fill, runUntilKilled, rerunAfterKill },
    async measure(lab) {
      const short = { hasShortLocks: hasShortLocks ? 1 : 0 };
      await complete(lab, 'fill', { jobs: 1, runsOfEach: IN_FLIGHT, ...short });
      const first = lab.start('runUntilKilled', short);
      await first.said('all in flight');
      await first.kill();
      const killedAt = Date.now();
      // At a smaller scale, a trial waits for less time.
      const capSeconds = Math.max(3, CAP_SECONDS * lab.scale);
      const { startedAt = 0, rerunAt } = await complete(lab, 'rerunAfterKill', { ...short, capSeconds });
      if (rerunAt === undefined)
        return { capSeconds, firstSeconds: capSeconds, sinceKillSeconds: capSeconds };
      return {
        capSeconds,
        firstSeconds: (rerunAt - startedAt) / 1_000,
        sinceKillSeconds: (rerunAt - killedAt) / 1_000,
      };
    },
  };
}

/** Starts all runs, and keeps them in progress until the process is killed. */
async function runUntilKilled({ contestant, place, input, say }: Stage): Promise<Figures> {
  const session = await contestant.open(place);
  let inFlight = 0;
  await session.work({
    places: IN_FLIGHT,
    areQuick: false,
    arrival: 'queued',
    hasShortLocks: input.hasShortLocks === 1,
    onePerTenant: false,
    handle() {
      if (++inFlight === IN_FLIGHT) say('all in flight', inFlight);
      return sleep(HANDLER_MS);
    },
  });
  await sleep(60_000);
  throw new Error(`only ${inFlight} of ${IN_FLIGHT} runs were in flight within a minute`);
}

/** Measures the first rerun. Each run that this process gets was in progress at the kill. */
async function rerunAfterKill({ contestant, place, input }: Stage): Promise<Figures> {
  const startedAt = Date.now();
  const session = await contestant.open(place);
  const rerun = Promise.withResolvers<Figures>();
  await session.work({
    places: IN_FLIGHT,
    areQuick: false,
    arrival: 'queued',
    hasShortLocks: input.hasShortLocks === 1,
    onePerTenant: false,
    handle() {
      rerun.resolve({ startedAt, rerunAt: Date.now() });
      return undefined;
    },
  });
  // Ends without a close, because a close may wait for locks.
  return Promise.race([
    rerun.promise,
    sleep(requireFigure(input, 'capSeconds') * 1_000).then(() => ({ startedAt })),
  ]);
}
