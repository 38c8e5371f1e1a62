import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { RunListQuery } from '../../src/engine/ports/engine-port.ts';
import { exportRoutes } from '../../src/http/routes/runs/export-routes.ts';
import type { RouteDeps } from '../../src/http/routing/route.ts';

const ROWS = 200;

/** An engine with endless pages of runs, each with errors of a realistic size. */
function endlessEngine() {
  const asked: RunListQuery[] = [];
  const error = { attempt: 1, at: 0, reason: 'error', name: 'Error', message: 'x'.repeat(1_000) } as const;
  const run = { id: '1', jobUid: '1', trigger: 'manual', catchUp: false, missed: 0, queuedAt: 0 } as const;
  const failed = {
    ...run,
    status: 'failed',
    attempt: 1,
    recoveries: 0,
    finishedAt: 0,
    errors: [error],
  } as const;
  const rows = Array.from({ length: ROWS }, () => ({ run: failed, jobId: 'a', jobName: 'A', type: 'noop' }));
  const engine = {
    listRuns: async (query: RunListQuery) => {
      asked.push(query);
      return { rows, next: { value: null, key: String(1_000_000 - asked.length) } };
    },
  };
  return { asked, deps: { engine } as unknown as RouteDeps };
}

async function open(deps: RouteDeps): Promise<Readable> {
  const [csv] = exportRoutes;
  const context = { principal: undefined } as never;
  const request = { params: {}, query: {}, headers: {}, body: undefined, url: '/runs.csv', context };
  const { download } = (await csv?.answer(request, deps)) ?? {};
  if (download === undefined) throw new Error('no download');
  return download.content;
}

test('an export reads no further than its client: a slow one makes nothing grow in memory', async () => {
  const { asked, deps } = endlessEngine();
  const content = await open(deps);
  content.read(1);
  // Nothing else reads the stream: whatever would read ahead has had its turns.
  for (let n = 0; n < 20; n++) await delay(0);
  const ahead = asked.length;
  expect(ahead).toBeLessThanOrEqual(3);
  let read = 0;
  for await (const chunk of content) {
    read += 1;
    expect(String(chunk).length).toBeGreaterThan(ROWS * 1_000);
    if (read === 5) break;
  }
  expect(asked.length).toBeLessThanOrEqual(ahead + 6);
  expect(asked[1]?.before).toBe('999999');
  expect(content.destroyed).toBe(true);
});

test('an export that fails before its first line is an error, not half a file', async () => {
  const engine = { listRuns: () => Promise.reject(new Error('the database is away')) };
  await expect(open({ engine } as unknown as RouteDeps)).rejects.toThrow('the database is away');
});
