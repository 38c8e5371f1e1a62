import { ALERTS } from '../alert-statements.ts';
import { CALENDARS } from '../calendar-statements.ts';
import { CHECKPOINTS } from '../checkpoint-statements.ts';
import { checkFile, checkTables, type Database, openForReading } from '../database.ts';
import { SECRETS } from '../secret-statements.ts';
import { READS, runRead } from '../sqlite-reads.ts';
import type { ReadMethod, Reply, Request, ThreadData } from './protocol.ts';
import { faultOf, type Handlers, replyTo, type Service, serve } from './thread-service.ts';

serve((data) => createService(data, openForReading(data.file)));

/** Each read uses one snapshot of the database, with every write that was committed before the request. */
function createService(data: ThreadData, db: Database): Service {
  const handlers = handlersOf(data, db);
  return {
    opened: undefined,
    answer: (requests, from) => requests.slice(from, from + 1).map((request) => read(db, handlers, request)),
    close: () => db.close(),
  };
}

function read(db: Database, handlers: Handlers<ReadMethod>, request: Request): Reply {
  try {
    db.exec('BEGIN');
    return replyTo(handlers, request);
  } catch (error) {
    return faultOf(request.id, error);
  } finally {
    if (db.isInTransaction()) db.exec('COMMIT');
  }
}

function handlersOf({ file, isInMemory }: ThreadData, db: Database): Handlers<ReadMethod> {
  return {
    check() {
      checkTables(db);
      // The second connection must not wait for a writer that waits for this transaction.
      db.exec('COMMIT');
      if (!isInMemory) checkFile(file);
    },
    getPauseOfAll: () => runRead(db, READS.getPauseOfAll()),
    getJob: (input, now) => runRead(db, READS.getJob(input, now)),
    listJobs: (input, now) => runRead(db, READS.listJobs(input, now)),
    countHealth: (input, now) => runRead(db, READS.countHealth(input, now)),
    listTags: (query) => runRead(db, READS.listTags(query)),
    listVersions: (query) => runRead(db, READS.listVersions(query)),
    getRun: (runId, now) => runRead(db, READS.getRun(runId, now)),
    listRuns: (query) => runRead(db, READS.listRuns(query)),
    listFailures: (query) => runRead(db, READS.listFailures(query)),
    getLogs: (runId) => runRead(db, READS.getLogs(runId)),
    listAudit: (input) => runRead(db, READS.listAudit(input)),
    stats: (input, now) => runRead(db, READS.stats(input, now)),
    listSecrets: () => runRead(db, SECRETS.listSecrets()),
    findSecrets: (names) => runRead(db, SECRETS.findSecrets(names)),
    listSealed: (query) => runRead(db, SECRETS.listSealed(query)),
    listAlertChannels: () => runRead(db, ALERTS.listAlertChannels()),
    listAlertDeliveries: (query) => runRead(db, ALERTS.listAlertDeliveries(query)),
    jobHours: (input, now) => runRead(db, READS.jobHours(input, now)),
    runTimeline: (query) => runRead(db, READS.runTimeline(query)),
    forecastJobs: (input) => runRead(db, READS.forecastJobs(input)),
    listCalendars: () => runRead(db, CALENDARS.listCalendars()),
    limitWaits: (types, now) => runRead(db, READS.limitWaits(types, now)),
    history: (query) => runRead(db, READS.history(query)),
    getBackfill: (id) => runRead(db, READS.getBackfill(id)),
    listBackfills: (query) => runRead(db, READS.listBackfills(query)),
    getBulkCommand: (id) => runRead(db, READS.getBulkCommand(id)),
    listBulkCommands: (query) => runRead(db, READS.listBulkCommands(query)),
    readCheckpoint: (runId) => runRead(db, CHECKPOINTS.readCheckpoint(runId)),
  };
}
