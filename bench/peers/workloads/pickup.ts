import { percentile, sleep } from '../../support/measure.ts';
import { type Figures, requireFigure } from '../report/figures.ts';
import { complete, type Stage, scaled, type Workload } from '../workload.ts';
import { PLACES } from './drain.ts';

const TIMES = 500;
const PAUSE_MS = 50;

export const pickup: Workload = {
  name: 'pickup',
  title: 'Pick-up',
  what: 'One run queued on an idle system, 500 times: from the call that queues it to the first line of its handler.',
  columns: [
    { figure: 'p50', title: 'p50', unit: 'ms' },
    { figure: 'p99', title: 'p99', unit: 'ms', isPlotted: true },
    { figure: 'max', title: 'longest', unit: 'ms' },
  ],
  better: 'less',
  parts: { pickup: pickUp },
  measure: (lab) => complete(lab, 'pickup', { times: Math.max(20, scaled(TIMES, lab.scale)) }),
};

async function pickUp({ contestant, place, input }: Stage): Promise<Figures> {
  const session = await contestant.open(place);
  let called = Promise.withResolvers<number>();
  await session.work({
    places: PLACES,
    areQuick: true,
    arrival: 'one by one',
    hasShortLocks: false,
    onePerTenant: false,
    handle() {
      called.resolve(performance.now());
      return undefined;
    },
  });
  const waits: number[] = [];
  // The first runs include compiling and connecting.
  for (let n = -WARM_UP; n < requireFigure(input, 'times'); n++) {
    await sleep(PAUSE_MS);
    called = Promise.withResolvers<number>();
    const begin = performance.now();
    await session.trigger();
    const wait = (await called.promise) - begin;
    if (n >= 0) waits.push(wait);
  }
  await session.close();
  return { p50: percentile(waits, 0.5), p99: percentile(waits, 0.99), max: Math.max(...waits) };
}

const WARM_UP = 20;
