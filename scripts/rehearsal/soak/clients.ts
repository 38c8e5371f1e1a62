import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { createRandom, type Random } from '../faults/random.ts';
import { call, type Reply } from './api.ts';
import { watchEvents } from './event-reader.ts';
import type { Site } from './site.ts';
import { CANCELLED, EDITED, KEYED, REQUEST_TIMEOUT } from './soak-jobs.ts';

/** What the clients know at the end. */
export interface ClientRecord {
  /** The run that each key got. */
  readonly acknowledged: ReadonlyMap<string, string>;
  /** Keys whose second request got another run. */
  readonly twice: readonly string[];
  /** Requests without an answer, or with one that a client does not expect; by `Date.now()`. */
  readonly errors: readonly { readonly at: number; readonly what: string }[];
  readonly requests: number;
  /** Requests that add a row which the server keeps on purpose: audit, keys, versions of jobs. */
  readonly kept: number;
}

const runSchema = z.object({ id: z.string() });
const EVENT_STREAMS = 6;
/** A request sends its key again this often: the first answer may have been lost. */
const REPEATS = 0.1;

/** Uses a site as people and programs do, until `stop`. Requests go to the nodes in turn. */
export function startClients(site: Site, receiver: string, seed: number) {
  const acknowledged = new Map<string, string>();
  const twice: string[] = [];
  const errors: { at: number; what: string }[] = [];
  const counts = { requests: 0, kept: 0 };
  let isOver = false;

  const send = async (path: string, method = 'GET', body?: object): Promise<Reply | undefined> => {
    counts.requests += 1;
    if (method !== 'GET') counts.kept += 1;
    const at = Date.now();
    const reply = await call(site, counts.requests, {
      path,
      method,
      ...(body === undefined ? {} : { body }),
    });
    if (reply === undefined || (reply.status >= 400 && reply.status !== 409 && reply.status !== 412))
      errors.push({ at, what: `${method} ${path.split('?')[0]}: ${reply?.status ?? 'no answer'}` });
    return reply;
  };

  /** Sends a request with a key until an answer comes, as a careful program does. */
  const sendWithKey = async (path: string, key: string, payload: object | undefined): Promise<void> => {
    for (let n = 0; n < 100; n++) {
      const body = { dedupe_key: key, ...(payload === undefined ? {} : { payload }) };
      const reply = await send(path, 'POST', body);
      if (reply?.status === 202) {
        const { id } = runSchema.parse(reply.body);
        const first = acknowledged.get(key);
        if (first !== undefined && first !== id) twice.push(key);
        acknowledged.set(key, first ?? id);
        return;
      }
      await delay(300);
    }
  };

  const loops: readonly ((random: Random, n: number) => Promise<void>)[] = [
    every(1_000, async (random, n) => {
      const key = `keyed-${random.chance(REPEATS) ? Math.max(n - 1, 0) : n}`;
      await sendWithKey(`/api/jobs/${KEYED}/runs`, key, undefined);
    }),
    every(2_000, async (random, n) => {
      const headers = { 'x-tenant': `tenant-${random.below(4)}` };
      const payload = { url: `${receiver}/work?ms=1000`, headers, timeout: REQUEST_TIMEOUT };
      await sendWithKey('/api/job-types/http_request/runs', `enqueued-${n}`, payload);
    }),
    every(5_000, async () => {
      const reply = await send(`/api/jobs/${CANCELLED}/runs`, 'POST', {});
      await delay(500);
      const run = runSchema.safeParse(reply?.body);
      if (run.success) await send(`/api/runs/${run.data.id}/cancel`, 'POST');
    }),
    every(4_000, async (random, n) => {
      const path = `/api/jobs/edited-${random.below(EDITED)}`;
      if (random.chance(0.8)) await send(path, 'PATCH', { description: `Edit ${n}` });
      else await send(`${path}/${random.chance(0.5) ? 'pause' : 'resume'}`, 'POST', {});
    }),
    every(700, async (random) => {
      const lists = [
        '/api/jobs?limit=50&recent_runs=5',
        '/api/jobs?health=unhealthy',
        '/api/runs?limit=50',
        '/api/runs?status=failed&limit=50',
        '/api/job-stats',
        '/api/run-failures',
        '/api/jobs/skip-0/runs?limit=50',
        '/api/job-audit?limit=50',
        '/api/alert-deliveries',
      ];
      await send(lists[random.below(lists.length)] ?? '/api/jobs');
    }),
    ...Array.from({ length: EVENT_STREAMS }, (_, n) => (random: Random) => {
      return watchEvents(site, n, { random, isOver: () => isOver });
    }),
  ];

  function every(ms: number, work: (random: Random, n: number) => Promise<void>) {
    return async (random: Random) => {
      for (let n = 0; !isOver; n++) {
        const from = Date.now();
        await work(random, n);
        await delay(Math.max(ms - (Date.now() - from), 1));
      }
    };
  }

  const running = loops.map((loop, n) => loop(createRandom(seed * 1_000 + n), n));
  return {
    record: (): ClientRecord => ({ acknowledged, twice, errors, ...counts }),
    async stop(): Promise<void> {
      isOver = true;
      await Promise.all(running);
    },
  };
}
