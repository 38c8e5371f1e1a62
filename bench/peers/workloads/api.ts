import { once } from 'node:events';
import { createServer } from 'node:http';
import { fixedRate, saturated } from '../../support/load.ts';
import { sleep } from '../../support/measure.ts';
import type { Figures } from '../report/figures.ts';
import { complete, type Stage, type Workload } from '../workload.ts';
import { fill, PLACES } from './drain.ts';

const PER_SECOND = 1_000;
const SECONDS = 5;
/** Some claim for a long time before they start the first run. */
const START_MS = 180_000;
const RUNS_OF_EACH = 500;

export const api: Workload = {
  name: 'api',
  title: 'Requests beside a drain',
  what: '`GET /ping` of a bare HTTP server in the process that runs the jobs: at a fixed 1,000 requests/s, idle and during a drain, each timed from the instant when it was due; then as fast as 20 connections can ("saturated").',
  columns: [
    { figure: 'busyP99', title: 'during a drain, p99', unit: 'ms' },
    { figure: 'busyP50', title: 'p50', unit: 'ms' },
    { figure: 'idleP99', title: 'idle, p99', unit: 'ms' },
    { figure: 'idleP50', title: 'p50', unit: 'ms' },
    { figure: 'busyRuns', title: 'runs/s meanwhile', unit: 'each second', isPlotted: true },
    { figure: 'kept', title: 'saturated: share of requests kept', unit: 'share', isPlotted: true },
    { figure: 'saturatedRuns', title: 'runs/s meanwhile', unit: 'each second' },
    { figure: 'failed', title: 'failed requests', unit: 'number' },
  ],
  better: 'less',
  parts: { fill, serve },
  async measure(lab) {
    const seconds = SECONDS * lab.scale;
    // Enough for both loads at its highest rate.
    const runs = lab.contestant.pace.drains * 2.2 * seconds;
    const jobs = Math.ceil(runs / RUNS_OF_EACH);
    await complete(lab, 'fill', { jobs, runsOfEach: RUNS_OF_EACH });
    const server = lab.start('serve', {});
    const url = `http://127.0.0.1:${await server.said('listening')}`;
    try {
      return await besides(url, { seconds, runs: jobs * RUNS_OF_EACH });
    } finally {
      await server.kill();
    }
  },
};

async function besides(
  url: string,
  { seconds, runs }: { readonly seconds: number; readonly runs: number },
): Promise<Figures> {
  const ping = `${url}/ping`;
  const handled = async (): Promise<number> => Number(await (await fetch(`${url}/handled`)).text());
  const rateOf = async (load: () => Promise<unknown>): Promise<number> => {
    const before = await handled();
    const begin = performance.now();
    await load();
    return ((await handled()) - before) / ((performance.now() - begin) / 1_000);
  };
  const fixed = () => fixedRate(ping, { perSecond: PER_SECOND, seconds });
  await fixed();
  const idle = await fixed();
  const idleMost = await saturated(ping, seconds);
  await fetch(`${url}/work`);
  const deadline = performance.now() + START_MS;
  while ((await handled()) === 0 && performance.now() < deadline) await sleep(20);
  // Until it runs at full speed.
  await sleep(100 * seconds);
  let busy = idle;
  const busyRuns = await rateOf(async () => {
    busy = await fixed();
  });
  let most = idleMost;
  const saturatedRuns = await rateOf(async () => {
    most = await saturated(ping, seconds);
  });
  if ((await handled()) >= runs) throw new Error(`${runs} runs were too few: nothing was left to drain`);
  return {
    idleP50: idle.p50,
    idleP99: idle.p99,
    busyP50: busy.p50,
    busyP99: busy.p99,
    busyRuns,
    kept: most.requests.average / idleMost.requests.average,
    saturatedRuns,
    failed: idle.failed + busy.failed + most.non2xx + most.errors,
  };
}

async function serve({ contestant, place, say }: Stage): Promise<Figures> {
  const session = await contestant.open(place);
  let handled = 0;
  const work = () =>
    session.work({
      places: PLACES,
      areQuick: true,
      arrival: 'queued',
      hasShortLocks: false,
      onePerTenant: false,
      handle() {
        handled++;
        return undefined;
      },
    });
  const server = createServer(async (request, response) => {
    if (request.url === '/work') await work();
    response.end(request.url === '/handled' ? String(handled) : 'pong');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  say('listening', typeof address === 'object' && address !== null ? address.port : 0);
  await once(server, 'close');
  return {};
}
