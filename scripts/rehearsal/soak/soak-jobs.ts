import { insist } from './api.ts';
import type { Site } from './site.ts';

/** A recurring job on a fixed grid, whose slots the soak counts. */
export interface GridJob {
  readonly id: string;
  readonly everyMs: number;
}

interface Group {
  readonly name: string;
  readonly count: number;
  readonly everyMs: number;
  readonly path: string;
  readonly options: Readonly<Record<string, unknown>>;
}

const ENQUEUED_ATTEMPTS = 3;
const PATIENT_ATTEMPTS = 12;
const PATIENT = {
  max_attempts: PATIENT_ATTEMPTS,
  backoff: { initial: '1s', max: '4s', factor: 2, jitter: 0.2 },
};

/**
 * Recurring jobs, which keep 11.5 of the 20 places busy. With the runs by hand (2.1), the enqueued runs (0.5)
 * and the chains (0.6), about 14 places of 20 are busy: 70 %.
 */
const GROUPS: readonly Group[] = [
  { name: 'skip', count: 10, everyMs: 5_000, path: '/work?ms=2500', options: {} },
  { name: 'queue', count: 5, everyMs: 5_000, path: '/work?ms=2500', options: { overlap: 'queue' } },
  { name: 'allow', count: 5, everyMs: 5_000, path: '/work?ms=2500', options: { overlap: 'allow' } },
  { name: 'quick', count: 5, everyMs: 1_000, path: '/work?ms=200', options: { priority: 'high' } },
  { name: 'flaky', count: 2, everyMs: 10_000, path: '/flaky?ms=1000', options: PATIENT },
];

/** Of the requests that handlers send. */
export const REQUEST_TIMEOUT = '6s';
/** Jobs whose description clients edit. */
export const EDITED = 10;
/** Runs by hand of this job have keys: each must succeed. */
export const KEYED = 'keyed';
export const CANCELLED = 'cancelled';
/** How many attempts the run with this key has. */
export const attemptsOf = (key: string) => (key.startsWith(KEYED) ? PATIENT_ATTEMPTS : ENQUEUED_ATTEMPTS);
const CHAINS = 3;

/** Makes the jobs and the alert channel. Returns the jobs whose slots must be covered once. */
export async function createSoakJobs(site: Site, receiver: string): Promise<readonly GridJob[]> {
  const create = (id: string, path: string, options: Readonly<Record<string, unknown>>) => {
    const payload = { url: `${receiver}${path}`, timeout: REQUEST_TIMEOUT };
    const body = { id, name: id, type: 'http_request', payload, ...options };
    return insist(site, { path: '/api/jobs', method: 'POST', body });
  };
  const grid: GridJob[] = [];
  for (const { name, count, everyMs, path, options } of GROUPS) {
    for (let n = 0; n < count; n++) {
      const id = `${name}-${n}`;
      // Slots of a group are spread over the interval, as those of jobs that people made at different times.
      const startAt = new Date(Date.now() + 1_000 + (n * everyMs) / count).toISOString();
      const ping = n === 0 ? { ping_url: `${receiver}/pings/${id}` } : {};
      await create(id, path, {
        interval: `${everyMs}ms`,
        start_at: startAt,
        tags: [`tenant-${n % 4}`],
        ...ping,
        ...options,
      });
      grid.push({ id, everyMs });
    }
  }
  for (let n = 0; n < CHAINS; n++)
    await create(`chain-${n}`, '/work?ms=1000', { after: { job: `skip-${n}`, on: 'finished' } });
  await create(KEYED, '/work?ms=1500', { on_demand: true, overlap: 'allow', max_running: 5, ...PATIENT });
  await create(CANCELLED, '/work?ms=3000', { on_demand: true, overlap: 'allow', max_running: 5 });
  await create('fails', '/fails', { interval: '10s', max_attempts: 1 });
  for (let n = 0; n < EDITED; n++) await create(`edited-${n}`, '/work?ms=100', { interval: '1h' });
  const config = { url: `${receiver}/alerts` };
  const channel = { id: 'ops', kind: 'webhook', config, conditions: ['failed', 'recovered'] };
  await insist(site, { path: '/api/alert-channels', method: 'POST', body: channel });
  return grid;
}
