import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { call } from './api.ts';
import type { Site } from './site.ts';
import type { GridJob } from './soak-jobs.ts';

const runSchema = z.object({
  id: z.string(),
  status: z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled', 'skipped']),
  attempt: z.number(),
  recoveries: z.number(),
  scheduled_for: z.coerce.date().nullable(),
  missed_from: z.coerce.date().nullable(),
  started_at: z.coerce.date().nullable(),
});
const pageSchema = z.object({ data: z.array(runSchema) });
export type SeenRun = z.infer<typeof runSchema>;

/** By job, then by run id. */
export type History = ReadonlyMap<string, ReadonlyMap<string, SeenRun>>;

const EVERY_MS = 15_000;

/** Reads the runs of each job again and again, before they are pruned. The first page has all kept runs. */
export function startHistory(site: Site, jobs: readonly GridJob[]) {
  const history = new Map(jobs.map(({ id }) => [id, new Map<string, SeenRun>()]));
  let isOver = false;
  let turn = 0;
  const read = async (): Promise<boolean> => {
    let isWhole = true;
    for (const [id, runs] of history) {
      const reply = await call(site, turn++, { path: `/api/jobs/${id}/runs?limit=200` });
      if (reply?.status !== 200) isWhole = false;
      else for (const run of pageSchema.parse(reply.body).data) runs.set(run.id, run);
    }
    return isWhole;
  };
  const loop = (async () => {
    for (; !isOver; await delay(EVERY_MS)) await read();
  })();
  return {
    history: history as History,
    /** Reads a last time, also the runs that are live. */
    async stop(): Promise<void> {
      isOver = true;
      await loop;
      while (!(await read())) await delay(500);
    },
  };
}
