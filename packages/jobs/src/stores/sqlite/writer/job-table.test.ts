import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createJob } from '../../../core/commands/commands.ts';
import { DEFAULT_BACKOFF } from '../../../core/model/retry.ts';
import type { StoredJob } from '../../../core/transactions/stored-job.ts';
import { type Database, openForWriting } from '../database.ts';
import { migrate } from '../migrate.ts';
import { JobTable } from './job-table.ts';

const ROOM = 10_000;

let db: Database;
let reads: number;

beforeEach(() => {
  const memory = openForWriting(':memory:');
  migrate(memory);
  memory.exec("INSERT INTO job_types (key, type, version) VALUES (1, 'noop', 1)");
  reads = 0;
  db = {
    ...memory,
    statement(sql) {
      if (sql.startsWith('SELECT')) reads += 1;
      return memory.statement(sql);
    },
  };
});

afterEach(() => db.close());

function jobOf(uid: number, { id = `job-${uid}`, payload = '{}' } = {}): StoredJob {
  const outcome = createJob(
    {
      id,
      name: 'Job',
      description: '',
      type: 'noop',
      typeVersion: 1,
      schedule: { kind: 'on_demand' },
      payload,
      overlap: 'skip',
      catchUp: 'once',
      timeoutMs: 1_000,
      maxAttempts: 1,
      backoff: DEFAULT_BACKOFF,
    },
    { uid: String(uid), now: 0 },
  );
  if (!outcome.ok) throw new Error('refused');
  return { job: outcome.decision.job, uid, typeKey: 1, finishedCount: 0, skippedCount: 0 };
}

describe('jobs in memory', () => {
  it('are as many as there is room for, by their texts, and all others are read', () => {
    const jobs = new JobTable(db, ROOM);
    for (let uid = 1; uid <= 5; uid++) jobs.insert(jobOf(uid));
    for (let uid = 1; uid <= 5; uid++) expect(jobs.require(uid).job.id).toBe(`job-${uid}`);
    expect(reads).toBe(0);
    jobs.insert(jobOf(6, { payload: JSON.stringify('x'.repeat(6_000)) }));
    for (let uid = 1; uid <= 6; uid++) expect(jobs.require(uid)).toEqual(jobOf(uid, payloadOf(uid)));
    expect(reads).toBeGreaterThan(0);
  });

  it('are as they were last saved, even if they did not fit in between', () => {
    const jobs = new JobTable(db, ROOM);
    for (let uid = 1; uid <= 30; uid++) {
      jobs.insert(jobOf(uid));
      const known = jobs.require(uid);
      jobs.save(known, { ...known, finishedCount: uid });
    }
    for (let uid = 1; uid <= 30; uid++) {
      expect(jobs.require(uid).finishedCount).toBe(uid);
      expect(jobs.find(`job-${uid}`)?.uid).toBe(uid);
    }
  });

  it('take no more room for being saved again, and none once they are removed', () => {
    const jobs = new JobTable(db, ROOM);
    for (let uid = 1; uid <= 8; uid++) jobs.insert(jobOf(uid));
    for (let times = 1; times <= 20; times++)
      for (let uid = 1; uid <= 8; uid++) {
        const known = jobs.require(uid);
        jobs.save(known, { ...known, finishedCount: times });
      }
    for (let uid = 9; uid <= 30; uid++) {
      jobs.insert(jobOf(uid));
      jobs.remove(uid);
    }
    for (let uid = 1; uid <= 8; uid++) expect(jobs.require(uid).finishedCount).toBe(20);
    expect(reads).toBe(0);
  });

  it('have the id that one deleted before them had, though that one had no room any more', () => {
    const jobs = new JobTable(db, ROOM);
    const gone = jobOf(1, { id: 'a' });
    jobs.insert(gone);
    jobs.save(gone, { ...gone, deletedAt: 1 });
    expect(jobs.find('a')).toBeUndefined();
    jobs.insert(jobOf(2, { id: 'a' }));
    for (let uid = 3; uid <= 30; uid++) {
      jobs.insert(jobOf(uid));
      expect(jobs.find('a')?.uid).toBe(2);
    }
    jobs.require(1);
    expect(jobs.find('a')?.uid).toBe(2);
  });
});

const payloadOf = (uid: number) => (uid === 6 ? { payload: JSON.stringify('x'.repeat(6_000)) } : {});
