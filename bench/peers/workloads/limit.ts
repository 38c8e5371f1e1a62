import { writeRowsOnPostgres } from '../limit/postgres.ts';
import { writeRowsOnSqlite } from '../limit/sqlite.ts';
import { complete, type Figures, requireFigure, type Stage, scaled, type Workload } from '../workload.ts';
import { fill, JOBS, RUNS_OF_EACH } from './drain.ts';

export const limit: Workload = {
  name: 'limit',
  title: 'The raw limit',
  what: 'The rows that a drain writes, into the same tables, with nothing around them: plain statements in batches of 1,000 through the same driver, on one connection. A claim, a row of history, the live row gone, and the counts of job and hour.',
  columns: [
    { figure: 'perSecond', title: 'runs/s', unit: 'each second' },
    { figure: 'kept', title: 'rows of history at the end', unit: 'number' },
  ],
  better: 'more',
  shareOf: 'drain',
  only: ['greenvue-sqlite', 'greenvue-postgres'],
  parts: { fill, write },
  async measure(lab) {
    const runsOfEach = scaled(RUNS_OF_EACH, lab.scale);
    await complete(lab, 'fill', { jobs: JOBS, runsOfEach });
    return complete(lab, 'write', { runs: JOBS * runsOfEach });
  },
};

async function write({ contestant, place, input }: Stage): Promise<Figures> {
  const runs = requireFigure(input, 'runs');
  const seconds = await writeRows(place);
  const session = await contestant.open(place);
  const { waiting, kept } = await session.count();
  await session.close();
  if (waiting !== 0 || kept !== runs)
    throw new Error(`${kept} of ${runs} rows were written, ${waiting} are left`);
  return { perSecond: runs / seconds, kept };
}

/** Tells the seconds that it took. */
async function writeRows(place: Stage['place']): Promise<number> {
  switch (place.kind) {
    case 'folder':
      return writeRowsOnSqlite(place.folder);
    case 'postgres':
      return writeRowsOnPostgres(place.url);
    default:
      throw new Error(`no rows are written in ${place.kind}`);
  }
}
