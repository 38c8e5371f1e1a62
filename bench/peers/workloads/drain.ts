import { sleep } from '../../support/measure.ts';
import type { Contestant, Handle, Session } from '../contestant.ts';
import { tidy } from '../processes/tidy.ts';
import { startCost } from '../report/cost.ts';
import { type Figures, requireFigure } from '../report/figures.ts';
import { complete, type Stage, scaled, type Workload } from '../workload.ts';

export const JOBS = 100;
export const RUNS_OF_EACH = 500;
/** Places in every workload whose handlers do nothing. */
export const PLACES = 100;

export const drain: Workload = {
  name: 'drain',
  title: 'Drain',
  what: '50,000 queued runs of 100 on-demand jobs, whose handlers only count. Timed until every run is settled and durable.',
  columns: [
    { figure: 'perSecond', title: 'runs/s', unit: 'each second' },
    { figure: 'cpuSeconds', title: 'CPU, server included', unit: 'seconds' },
    { figure: 'kept', title: 'rows of history at the end', unit: 'number' },
  ],
  better: 'more',
  parts: { fill, drain: (stage) => drainAll(stage, () => undefined) },
  async measure(lab) {
    const runsOfEach = scaled(RUNS_OF_EACH, lab.scale);
    await complete(lab, 'fill', { jobs: JOBS, runsOfEach });
    return complete(lab, 'drain', { runs: JOBS * runsOfEach });
  },
};

export async function fill({ contestant, place, input }: Stage): Promise<Figures> {
  const session = await contestant.open(place);
  await session.queue({
    jobs: requireFigure(input, 'jobs'),
    runsOfEach: requireFigure(input, 'runsOfEach'),
    hasShortLocks: input.hasShortLocks === 1,
    onePerTenant: input.onePerTenant === 1,
  });
  await session.close();
  await tidy(place);
  return {};
}

export async function drainAll({ contestant, place, input }: Stage, run: Handle): Promise<Figures> {
  const runs = requireFigure(input, 'runs');
  const session = await contestant.open(place);
  const handled = Promise.withResolvers<void>();
  let done = 0;
  let begin = 0;
  const cost = startCost(place);
  await session.work({
    places: PLACES,
    areQuick: true,
    arrival: 'queued',
    hasShortLocks: false,
    onePerTenant: input.onePerTenant === 1,
    handle(slot, tenant) {
      if (begin === 0) begin = performance.now();
      if (++done === runs) handled.resolve();
      return run(slot, tenant);
    },
  });
  await handled.promise;
  const kept = await settled(session, contestant, runs);
  const seconds = (performance.now() - begin) / 1_000;
  const cpuSeconds = cost();
  await session.close();
  if (done !== runs) throw new Error(`${done} handlers were called for ${runs} runs`);
  return { perSecond: runs / seconds, cpuSeconds, kept };
}

/** Waits until no run waits, which is later than the last handler's end. Returns how many runs are kept. */
export async function settled(session: Session, { keepsHistory }: Contestant, runs: number): Promise<number> {
  for (;;) {
    const { waiting, kept } = await session.count();
    if (waiting === 0 && (!keepsHistory || kept === runs)) return kept;
    await sleep(5);
  }
}
