import assert from 'node:assert/strict';
import { z } from 'zod';
import { ask, until } from './node.ts';
import { GRID_MS } from './restore/restore-load.ts';

const SETTLED_MS = 90_000;
const runSchema = z.object({
  id: z.string(),
  status: z.string(),
  scheduled_for: z.coerce.date().nullable(),
  missed_from: z.coerce.date().nullable(),
  started_at: z.coerce.date().nullable(),
});
const pageSchema = z.object({ data: z.array(runSchema), next_cursor: z.string().nullable() });

export type RunRow = z.infer<typeof runSchema>;

export interface Api {
  readonly url: string;
  readonly token: string;
}

/** All runs of a job, newest first. */
export async function allRuns(api: Api, jobId: string): Promise<readonly RunRow[]> {
  const runs: RunRow[] = [];
  for (let cursor = ''; ; ) {
    const path = `/api/jobs/${jobId}/runs?limit=200${cursor}`;
    const { data, next_cursor } = pageSchema.parse(await ask({ ...api, path }));
    runs.push(...data);
    if (next_cursor === null) return runs;
    cursor = `&cursor=${encodeURIComponent(next_cursor)}`;
  }
}

/** All runs of a job, once none waits or runs. */
export async function settledRuns(api: Api, jobId: string): Promise<readonly RunRow[]> {
  return until(`the runs of ${jobId} are done`, SETTLED_MS, async () => {
    const runs = await allRuns(api, jobId);
    return runs.some(({ status }) => status === 'queued' || status === 'running') ? undefined : runs;
  });
}

/** Throws unless exactly one row covers each slot of the job's grid, and the grid continues after `since`. */
export function checkGrid(id: string, runs: readonly RunRow[], since: number): void {
  const rows = runs
    .flatMap(({ scheduled_for: slot, missed_from: from }) =>
      slot === null ? [] : [{ first: Number(from ?? slot), last: Number(slot) }],
    )
    .sort((a, b) => a.last - b.last);
  for (const [n, { first }] of rows.entries()) {
    const previous = rows[n - 1];
    if (previous === undefined) continue;
    const [at, after] = [first, previous.last].map((ms) => new Date(ms).toISOString());
    assert.equal(first, previous.last + GRID_MS, `${id}: the row of ${at} follows the one of ${after}`);
  }
  assert(Number(rows.at(-1)?.last) > since, `${id} has a slot after ${new Date(since).toISOString()}`);
}
