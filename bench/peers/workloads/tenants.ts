import type { Figures } from '../report/figures.ts';
import { complete, type Stage, scaled, type Workload } from '../workload.ts';
import { drainAll, fill } from './drain.ts';

const TENANTS = 1_000;
const RUNS_OF_EACH = 20;

export const tenants: Workload = {
  name: 'tenants',
  title: 'A limit per tenant',
  what: '20,000 queued runs of 1,000 tenants, at most 1 run of a tenant at a time. A handler ends in the next turn of the event loop. Timed until every run is settled and durable.',
  columns: [
    { figure: 'perSecond', title: 'runs/s', unit: 'each second' },
    { figure: 'cpuSeconds', title: 'CPU, server included', unit: 'seconds' },
    { figure: 'mostAtOnce', title: 'most runs of a tenant at a time', unit: 'number' },
  ],
  better: 'more',
  parts: { fill, drain: drainTenants },
  async measure(lab) {
    const runsOfEach = scaled(RUNS_OF_EACH, lab.scale);
    await complete(lab, 'fill', { jobs: TENANTS, runsOfEach, onePerTenant: 1 });
    return complete(lab, 'drain', { runs: TENANTS * runsOfEach, onePerTenant: 1 });
  },
};

/** Counts the runs of each tenant that are in progress, so that a limit that does not hold is seen. */
async function drainTenants(stage: Stage): Promise<Figures> {
  const inProgress = new Map<number, number>();
  let mostAtOnce = 0;
  const figures = await drainAll(stage, (_slot, tenant = -1) => {
    const atOnce = (inProgress.get(tenant) ?? 0) + 1;
    mostAtOnce = Math.max(mostAtOnce, atOnce);
    inProgress.set(tenant, atOnce);
    return new Promise((end) => {
      setImmediate(() => {
        inProgress.set(tenant, (inProgress.get(tenant) ?? 0) - 1);
        end();
      });
    });
  });
  return { ...figures, mostAtOnce };
}
