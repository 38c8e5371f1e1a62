import type { WorkloadName } from '../contestant.ts';
import { type Figures, requireFigure } from '../report/figures.ts';
import { complete, type Stage, scaled, type Workload } from '../workload.ts';

const DAY_MS = 86_400_000;

export const register10k = registering('register-10k', 10_000);
export const register100k = registering('register-100k', 100_000);

function registering(name: WorkloadName, jobs: number): Workload {
  const count = jobs.toLocaleString('en');
  return {
    name,
    title: `Registering ${count} jobs`,
    what: `${count} recurring jobs, registered one by one through the library, 500 requests at a time. None is due yet.`,
    columns: [
      { figure: 'seconds', title: 'time', unit: 'seconds' },
      { figure: 'perSecond', title: 'jobs/s', unit: 'each second' },
    ],
    better: 'less',
    parts: { register },
    measure: (lab) => complete(lab, 'register', { jobs: scaled(jobs, lab.scale) }),
  };
}

async function register({ contestant, place, input }: Stage): Promise<Figures> {
  const jobs = requireFigure(input, 'jobs');
  const session = await contestant.open(place);
  const firstAt = Date.now() + DAY_MS;
  const asked = Array.from({ length: jobs }, (_, n) => ({ id: `job-${n}`, everyMs: DAY_MS, firstAt }));
  // Connects and migrates.
  await session.register([{ id: 'first', everyMs: DAY_MS, firstAt }]);
  const begin = performance.now();
  await session.register(asked);
  const seconds = (performance.now() - begin) / 1_000;
  await session.close();
  return { seconds, perSecond: jobs / seconds };
}
