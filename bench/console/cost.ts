import type { Browser } from 'playwright-core';
import { megabytes, row, sleep } from '../support/measure.ts';
import { type Instance, keepRunning } from './instance.ts';
import { openClients } from './open-clients.ts';
import { JOBS, OVERVIEW, openWindow, type Place, signIn, visit } from './page.ts';

/** The server's work per second. */
interface Cost {
  /** The share of one core. */
  readonly cpu: number;
  /** The same for a separate database server. */
  readonly databaseCpu: number;
  readonly requests: number;
  readonly reads: number;
  readonly rss: number;
  readonly routes: Readonly<Record<string, number>>;
}

/** Opens clients of the server, and returns a function that closes them. */
type Open = () => Promise<() => Promise<void>>;

const SETTLE_MS = 4_000;
const SECONDS = 15;
const RUNS_A_SECOND = 100;
const MANY = 50;

/** What open consoles cost an idle and a busy server, compared with the server alone. */
export async function measureCost(browser: Browser, instance: Instance, size: string): Promise<void> {
  const measureAll = async (how: string, places: readonly Place[]) => {
    const alone = await costOf(instance, async () => async () => undefined);
    show(`no console, ${how}, ${size}`, alone);
    for (const place of places) {
      const lookers: readonly (readonly [string, Open])[] = [
        ['one in Chromium', () => openPage(browser, instance, place)],
        ['one stand-in', () => openClients(instance, place, 1)],
        [`${MANY} stand-ins`, () => openClients(instance, place, MANY)],
      ];
      for (const [who, open] of lookers) {
        show(`${who} on ${place.name}, ${how}, ${size}`, await costOf(instance, open), alone);
      }
    }
  };
  await measureAll('idle', [OVERVIEW]);
  const end = await keepRunning(instance, RUNS_A_SECOND);
  await measureAll(`${RUNS_A_SECOND} runs/s`, [OVERVIEW, JOBS]);
  await end();
}

async function costOf(instance: Instance, open: Open): Promise<Cost> {
  const close = await open();
  await sleep(SETTLE_MS);
  const before = await instance.counts();
  await sleep(SECONDS * 1_000);
  const after = await instance.counts();
  await close();
  const seconds = (after.at - before.at) / 1_000;
  const routes = Object.fromEntries(
    Object.entries(after.answers)
      .filter(([name]) => name.startsWith('/api/'))
      .map(([name, n]) => [name.slice('/api/'.length), (n - (before.answers[name] ?? 0)) / seconds]),
  );
  return {
    cpu: (after.cpuMs - before.cpuMs) / 1_000 / seconds,
    databaseCpu: (after.databaseCpuMs - before.databaseCpuMs) / 1_000 / seconds,
    requests: Object.values(routes).reduce((sum, n) => sum + n, 0),
    reads: (after.reads - before.reads) / seconds,
    rss: after.rss,
    routes,
  };
}

/** `alone`: the cost without consoles. */
function show(what: string, cost: Cost, alone: Cost = cost): void {
  const { cpu, databaseCpu, requests, reads, rss, routes } = cost;
  const more = Math.max(0, cpu + databaseCpu - alone.cpu - alone.databaseCpu) * 60;
  const database = databaseCpu === 0 ? '' : ` and ${percent(databaseCpu)} in the database's server`;
  const byRoute = Object.entries(routes)
    .filter(([, n]) => n >= 0.05)
    .map(([name, n]) => `${name} ${n.toFixed(1)}`);
  row(
    what,
    `CPU ${percent(cpu)} of a core${database}${alone === cost ? '' : `: ${more.toFixed(1)} s a minute more`}`,
    `${requests.toFixed(1)} requests/s${byRoute.length === 0 ? '' : `: ${byRoute.join(', ')}`}`,
    `${reads.toFixed(1)} reads/s of the store; ${megabytes(rss)}`,
  );
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

async function openPage(browser: Browser, instance: Instance, place: Place): Promise<() => Promise<void>> {
  const window = await openWindow(browser, await signIn(browser, instance));
  await visit(await window.newPage(), instance, place);
  return () => window.close();
}
