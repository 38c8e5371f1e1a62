// A process that runs a full reindex, or continues one: reindex-child.ts <ReindexSetup as JSON>. Says `ready`
// when it has started, and the end of the run as JSON.
import { createJobs } from '@greenvue/jobs';
import { postgres } from '@greenvue/jobs/postgres';
import { sqlite } from '@greenvue/jobs/sqlite';
import { updateSearchIndex } from '../../src/jobs/update-search-index.ts';
import { type ReindexData, reindexDeps } from './reindex-deps.ts';

export interface ReindexSetup extends ReindexData {
  readonly jobs: { readonly file: string } | { readonly url: string };
  readonly runId: string | undefined;
}

const { jobs: where, runId, ...data }: ReindexSetup = JSON.parse(process.argv[2] ?? '{}');
const jobs = createJobs({
  store: 'file' in where ? sqlite(where.file) : postgres(where.url),
  types: [updateSearchIndex],
  threadDeps: reindexDeps.with(data),
});
await jobs.start();
const id = runId ?? (await jobs.enqueue(updateSearchIndex, { fullReindex: true })).run.id;
process.stdout.write(`${JSON.stringify({ ready: id })}\n`);
for (;;) {
  const { run } = await jobs.getRun(id);
  if (run.status !== 'queued' && run.status !== 'running') {
    const result = 'result' in run ? run.result : undefined;
    process.stdout.write(`${JSON.stringify({ status: run.status, recoveries: run.recoveries, result })}\n`);
    break;
  }
  await new Promise((resolve) => setTimeout(resolve, 20));
}
await jobs.stop();
