import { checkFile, checkTables } from '../check.ts';
import { type Database, openForReading } from '../database.ts';
import { countHealth } from '../reads/job-health-sql.ts';
import { getJob, listJobs } from '../reads/read-jobs.ts';
import { getLogs, getRun, listRuns } from '../reads/read-runs.ts';
import { jobHours, listAudit, stats } from '../reads/read-stats.ts';
import type { ReadInputs, Reply, Request, ThreadData } from './protocol.ts';
import { faultOf, type Handlers, replyTo, type Service, serve } from './thread-service.ts';

serve((data) => createService(data, openForReading(data.file)));

/**
 * Each read sees one state of the database: all that was committed before it was asked for, and nothing half
 * done.
 */
function createService(data: ThreadData, db: Database): Service {
  const handlers = handlersOf(data, db);
  return {
    opened: undefined,
    answer: (requests, from) => requests.slice(from, from + 1).map((request) => read(db, handlers, request)),
    close: () => db.close(),
  };
}

function read(db: Database, handlers: Handlers<keyof ReadInputs>, request: Request): Reply {
  try {
    db.exec('BEGIN');
    return replyTo(handlers, request);
  } catch (error) {
    return faultOf(request.id, error);
  } finally {
    if (db.isInTransaction()) db.exec('COMMIT');
  }
}

function handlersOf({ file, isInMemory }: ThreadData, db: Database): Handlers<keyof ReadInputs> {
  return {
    check() {
      checkTables(db);
      // The second connection must not wait for a writer that waits for this transaction.
      db.exec('COMMIT');
      if (!isInMemory) checkFile(file);
    },
    getJob: (input, now) => getJob(db, input, now),
    listJobs: (input, now) => listJobs(db, input, now),
    countHealth: (input, now) => countHealth(db, input, now),
    getRun: (runId) => getRun(db, runId),
    listRuns: (query) => listRuns(db, query),
    getLogs: (runId) => getLogs(db, runId),
    listAudit: (input) => listAudit(db, input),
    stats: (input, now) => stats(db, input, now),
    jobHours: (input, now) => jobHours(db, input, now),
  };
}
