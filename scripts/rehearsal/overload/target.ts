import { z } from 'zod';
import type { Receiver } from '../load/processes.ts';
import type { LoadedServer } from '../load/server.ts';
import { ask } from '../node.ts';

/** The server under load, with all that the phases need. */
export interface Target {
  readonly server: LoadedServer;
  readonly receiver: Receiver;
  /** Of the probe; no load uses it. */
  readonly token: string;
  /** Of the loads: each has its own rate limit and its own event streams. */
  readonly tokens: readonly string[];
  readonly seconds: number;
}

/** One run takes this long in the receiver, and so in its place. */
export const WORK_MS = 100;
/** Jobs that loads read and edit. */
export const EDITED_JOBS = 100;
export const TIMES = 10;

export async function createJob(
  { server, receiver, token }: Pick<Target, 'server' | 'receiver' | 'token'>,
  { path, ...job }: { readonly id: string; readonly path: string } & Readonly<Record<string, unknown>>,
): Promise<void> {
  const payload = { url: `${receiver.url}${path}` };
  const body = { name: job.id, type: 'http_request', max_attempts: 1, payload, ...job };
  await ask({ url: server.url, token, path: '/api/jobs', method: 'POST', body });
}

const madeToken = z.object({ secret: z.string() });

/** Makes tokens of admins. */
export async function makeTokens(url: string, token: string, count: number): Promise<readonly string[]> {
  const tokens: string[] = [];
  for (let n = 0; n < count; n++) {
    const body = { name: `load ${n}`, role: 'admin' };
    tokens.push(madeToken.parse(await ask({ url, token, path: '/api/tokens', method: 'POST', body })).secret);
  }
  return tokens;
}

/** The jobs that probes and loads use. */
export async function createJobs(target: Pick<Target, 'server' | 'receiver' | 'token'>): Promise<void> {
  const onDemand = { on_demand: true };
  await createJob(target, { id: 'probe', path: '/work?ms=0', ...onDemand });
  await createJob(target, { id: 'urgent', path: '/work?ms=0', ...onDemand, priority: 'high' });
  const work = { ...onDemand, overlap: 'allow', path: `/work?ms=${WORK_MS}` };
  await createJob(target, { id: 'work', ...work });
  await createJob(target, { id: 'expiring', ...work, expire_after: '5s' });
  for (let n = 0; n < EDITED_JOBS; n++) {
    await createJob(target, { id: `edited-${n}`, path: '/work?ms=0', ...onDemand });
  }
}

/** Makes jobs with a slot at each second, for a while. Returns when the first slots are due. */
export async function createRecurringJobs(
  target: Target,
  { count, seconds, name }: { readonly count: number; readonly seconds: number; readonly name: string },
): Promise<number> {
  const from = Date.now() + 2_000 + count * 8;
  const times = {
    start_at: new Date(from).toISOString(),
    end_at: new Date(from + seconds * 1_000).toISOString(),
  };
  const rest = Array.from({ length: count }, (_, n) => n);
  const create = async () => {
    for (let n = rest.pop(); n !== undefined; n = rest.pop()) {
      const id = `${name}-${n}`;
      await createJob(target, {
        id,
        path: `/work?ms=${WORK_MS}`,
        interval: '1s',
        ...times,
        expire_after: '5s',
      });
    }
  };
  await Promise.all(Array.from({ length: 8 }, create));
  if (Date.now() > from) throw new Error('The jobs were made too late: the machine is too busy to rehearse.');
  return from;
}
