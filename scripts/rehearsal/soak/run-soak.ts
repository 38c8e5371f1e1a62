import { setTimeout as delay } from 'node:timers/promises';
import { brokenInvariants, NEEDS_HISTORY } from '../invariants.ts';
import type { StoreName } from '../load/server.ts';
import { type Env, say } from '../node.ts';
import { type ClientRecord, startClients } from './clients.ts';
import { type Fault, planFaults } from './faults.ts';
import type { Window } from './history-rules.ts';
import { inflict } from './inflict.ts';
import { type SoakReceiver, startSoakReceiver } from './receiver.ts';
import { startHistory } from './run-history.ts';
import { startSamples } from './samples.ts';
import { startSite } from './site.ts';
import { createSoakJobs } from './soak-jobs.ts';
import type { SoakResult } from './soak-verdicts.ts';

export interface SoakPlan {
  readonly store: StoreName;
  readonly minutes: number;
  readonly seed: number;
  /** For the servers, besides those of the soak. */
  readonly settings: Env;
}

const WARM_UP_SHARE = 1 / 3;
/** Jobs with a slot each 5 s reach their retention after 6 minutes, and pruning looks once a minute. */
const LEAST_WARM_UP_MS = 7.5 * 60_000;
const DONE_MS = 120_000;

/** Soaks the servers of one store, and returns what it saw. */
export async function runSoak({ store, minutes, seed, settings }: SoakPlan): Promise<SoakResult> {
  const receiver = await startSoakReceiver();
  const site = await startSite(store, settings);
  try {
    const jobs = await createSoakJobs(site, receiver.url);
    const startedAt = Date.now();
    const warmUpMs = Math.max(minutes * 60_000 * WARM_UP_SHARE, LEAST_WARM_UP_MS);
    const samples = startSamples(site, site.urls.length - 1);
    const history = startHistory(site, jobs);
    const clients = startClients(site, receiver.url, seed);
    const faults: (Fault & Window)[] = [];
    for (const fault of planFaults({ store, seed, minutes, warmUpMs })) {
      await delay(Math.max(startedAt + fault.atMs - Date.now(), 0));
      const from = Date.now();
      await inflict(site, receiver, fault);
      faults.push({ ...fault, from, to: Date.now() });
      say(
        `  ${store} ${minuteText(from - startedAt)}: ${fault.name}, node ${fault.node}, ${Date.now() - from} ms`,
      );
    }
    await delay(Math.max(startedAt + minutes * 60_000 - Date.now(), 0));
    const endedAt = Date.now();
    await samples.stop();
    await clients.stop();
    await untilDone(clients.record(), receiver);
    await history.stop();
    const { databaseUrl } = site;
    const invariants = databaseUrl === undefined ? [] : await brokenInvariants(databaseUrl, [NEEDS_HISTORY]);
    return {
      store,
      startedAt,
      endedAt,
      warmUpMs,
      samples: samples.samples,
      faults,
      jobs,
      history: history.history,
      arrivals: receiver.runs,
      record: clients.record(),
      invariants,
      nodes: site.urls.length,
    };
  } finally {
    await site.stop();
    receiver.close();
  }
}

/** Waits until each acknowledged run has succeeded, or for two minutes: the verdicts then name the others. */
async function untilDone({ acknowledged }: ClientRecord, { runs }: SoakReceiver): Promise<void> {
  const isDone = (id: string) => (runs.get(id)?.succeeded ?? 0) > 0;
  for (const end = Date.now() + DONE_MS; Date.now() < end; await delay(500))
    if ([...acknowledged.values()].every(isDone)) return;
}

const minuteText = (ms: number): string => `${(ms / 60_000).toFixed(1)} min`;
