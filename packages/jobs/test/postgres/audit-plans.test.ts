import { expect, inject, onTestFinished, test } from 'vitest';
import { READS } from '../../src/stores/postgres/postgres-reads.ts';
import { createTestDatabase } from './test-database.ts';

test('the newest changes of a job, of a run and by an actor are found by an index', async () => {
  const { rows, drop } = await createTestDatabase(inject('postgresUrl'), 'audit_plans');
  onTestFinished(drop);
  await rows(`INSERT INTO greenvue_jobs.audit (at, actor, action, target, change)
    SELECT n, 'user:' || n % 1000, 'job.edit', 'job-' || n % 1000, '{}' FROM generate_series(1, 50000) AS n`);
  await rows('ANALYZE greenvue_jobs.audit');
  const indexesOf = async (query: object) => {
    const step = READS.listAudit({ limit: 50, ...query }).next();
    if (step.done === true) throw new Error('the read sent no statement');
    const { sql, params } = step.value;
    const plan = await rows<{ readonly 'QUERY PLAN': string }>(`EXPLAIN ${sql}`, params);
    const text = plan.map((row) => row['QUERY PLAN']).join('\n');
    expect(text).not.toContain('Seq Scan on audit');
    return [...text.matchAll(/audit_[a-z]+/g)].map(([name]) => name);
  };
  expect(await indexesOf({ target: 'job-1' })).toEqual(['audit_target']);
  expect(await indexesOf({ actor: 'user:1' })).toEqual(['audit_actor']);
  expect(await indexesOf({ jobId: 'job-1' })).toEqual(['audit_target', 'audit_target']);
  expect(await indexesOf({})).toEqual(['audit_at']);
});
