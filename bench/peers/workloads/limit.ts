import { writeRowsOnPostgres } from '../limit/postgres.ts';
import { writeRowsOnSqlite } from '../limit/sqlite.ts';
import { tidy } from '../processes/tidy.ts';
import { type Figures, requireFigure } from '../report/figures.ts';
import { complete, type Lab, type Stage, scaled, type Workload } from '../workload.ts';
import { fill, JOBS, RUNS_OF_EACH } from './drain.ts';

export const limit: Workload = {
  name: 'limit',
  title: 'The raw limit',
  what: 'Plain statements without an engine write the same rows as a drain, through the same driver. They write a claim, a row of history, the deletion of the live row, and the counts of job and hour. SQLite: batches of 1,000 runs. PostgreSQL: two connections, each with half of the jobs, in batches of 2,000; then one connection, in batches of 1,000.',
  columns: [
    { figure: 'perSecond', title: 'runs/s', unit: 'each second' },
    { figure: 'onOne', title: 'on one connection', unit: 'each second' },
    { figure: 'kept', title: 'rows of history at the end', unit: 'number' },
  ],
  better: 'more',
  shareOf: 'drain',
  only: ['greenvue-sqlite', 'greenvue-postgres'],
  parts: { fill, write },
  measure: (lab) => (lab.place.kind === 'postgres' ? measureTwice(lab) : measureOnce(lab)),
};

async function measureOnce(lab: Lab): Promise<Figures> {
  const runsOfEach = scaled(RUNS_OF_EACH, lab.scale);
  await complete(lab, 'fill', { jobs: JOBS, runsOfEach });
  return complete(lab, 'write', { runsOfEach, kept: JOBS * runsOfEach, waiting: 0 });
}

/** Half of the jobs on one connection, then the other half on two. */
async function measureTwice(lab: Lab): Promise<Figures> {
  const runsOfEach = scaled(RUNS_OF_EACH, lab.scale);
  const half = JOBS * runsOfEach;
  await complete(lab, 'fill', { jobs: 2 * JOBS, runsOfEach });
  const onOne = await complete(lab, 'write', { runsOfEach, kept: half, waiting: half, connections: 1 });
  await tidy(lab.place);
  const onTwo = await complete(lab, 'write', { runsOfEach, kept: 2 * half, waiting: 0, connections: 2 });
  return { ...onTwo, onOne: requireFigure(onOne, 'perSecond') };
}

async function write({ contestant, place, input }: Stage): Promise<Figures> {
  const seconds = await writeRows(place, input.connections ?? 1);
  const session = await contestant.open(place);
  const { kept, waiting } = await session.count();
  await session.close();
  if (kept !== input.kept || waiting !== input.waiting)
    throw new Error(
      `${kept} rows are written and ${waiting} are left, not ${input.kept} and ${input.waiting}`,
    );
  return { perSecond: (JOBS * requireFigure(input, 'runsOfEach')) / seconds, kept };
}

/** Returns the seconds. */
async function writeRows(place: Stage['place'], connections: number): Promise<number> {
  switch (place.kind) {
    case 'folder':
      return writeRowsOnSqlite(place.folder);
    case 'postgres':
      return writeRowsOnPostgres(place.url, { jobs: JOBS, connections, batch: 1_000 * connections });
    default:
      throw new Error(`this workload does not support ${place.kind}`);
  }
}
