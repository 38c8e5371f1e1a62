import { percentile, sleep } from '../../support/measure.ts';
import { type Figures, requireFigure } from '../report/figures.ts';
import { complete, type Stage, scaled, type Workload } from '../workload.ts';

const SECONDS = 60;
const EVERY_MS = 1_000;
const HANDLER_MS = 300;

export const grid: Workload = {
  name: 'grid',
  title: 'A grid of one second',
  what: 'One job every second for 60 s, whose handler takes 300 ms: the distance of its starts from the grid, and the drift of the grid.',
  columns: [
    { figure: 'p99', title: 'off the grid, p99', unit: 'ms' },
    { figure: 'p50', title: 'p50', unit: 'ms' },
    { figure: 'creep', title: 'drift per run', unit: 'ms' },
    { figure: 'runs', title: 'runs', unit: 'number' },
    { figure: 'expected', title: 'of', unit: 'number' },
  ],
  better: 'less',
  parts: { grid: onGrid },
  measure: (lab) => complete(lab, 'grid', { seconds: Math.max(5, scaled(SECONDS, lab.scale)) }),
};

async function onGrid({ contestant, place, input }: Stage): Promise<Figures> {
  const seconds = requireFigure(input, 'seconds');
  const session = await contestant.open(place);
  const starts: number[] = [];
  await session.work({
    places: 10,
    areQuick: false,
    arrival: 'by the clock',
    hasShortLocks: false,
    onePerTenant: false,
    handle() {
      starts.push(Date.now());
      return sleep(HANDLER_MS);
    },
  });
  // On a whole second, because some contestants have no other grid.
  const firstAt = (Math.floor(Date.now() / 1_000) + 3) * 1_000;
  await session.register([{ id: 'grid', everyMs: EVERY_MS, firstAt }]);
  // The first slots are slow for every contestant: measured from the second slot on.
  const from = firstAt + EVERY_MS / 2;
  await sleep(from + seconds * EVERY_MS - Date.now());
  const judged = starts.filter((at) => at >= from && at < from + seconds * EVERY_MS);
  await session.close();
  return { runs: judged.length, expected: seconds, ...offGrid(judged, firstAt) };
}

/** The distance from the nearest slot, before or after it. */
function offGrid(starts: readonly number[], firstAt: number): Figures {
  const away = starts.map((at) => {
    const late = (at - firstAt) % EVERY_MS;
    return Math.min(late, EVERY_MS - late);
  });
  const [first = 0] = starts;
  const last = starts.at(-1) ?? 0;
  return {
    p50: percentile(away, 0.5),
    p99: percentile(away, 0.99),
    creep: (last - first) / (starts.length - 1) - EVERY_MS,
  };
}
