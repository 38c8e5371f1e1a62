import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { sqlite } from './sqlite.ts';
import { READS } from './sqlite-reads.ts';

test.each([
  ['of a job or run', { target: 'a' }, ['SEARCH audit USING INDEX audit_target (target=?)']],
  ['by an actor', { actor: 'user:1' }, ['SEARCH audit USING INDEX audit_actor (actor=?)']],
  [
    'of a job with its runs',
    { jobId: 'a' },
    ['SEARCH audit USING INDEX audit_target (target=?)', 'SEARCH audit USING INDEX audit_target (target=?)'],
  ],
  ['of everything', {}, ['SCAN audit USING INDEX audit_at']],
])('the newest changes %s are found by an index', async (_of, query, expected) => {
  const folder = mkdtempSync(join(tmpdir(), 'greenvue-plans-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'jobs.db');
  const store = sqlite(file);
  await store.open();
  await store.close();
  const db = new DatabaseSync(file);
  onTestFinished(() => db.close());
  const step = READS.listAudit({ limit: 50, ...query }).next();
  if (step.done === true) throw new Error('the read sent no statement');
  const { sql, params } = step.value;
  const plan = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...params);
  const ofAudit = plan.map(({ detail }) => String(detail)).filter((detail) => / audit /.test(detail));
  expect(ofAudit).toEqual(expected);
});
