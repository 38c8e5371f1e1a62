import type { StoreReads } from '../../../core/store/store.ts';
import type { Read } from '../../reads/read.ts';
import { READS, runRead } from '../postgres-reads.ts';
import type { Parts } from './writes.ts';

export function createReads({ db, writes, shared, now }: Parts): StoreReads {
  const read = <T>(begin: () => Read<T>) => writes.tracked(() => db.snapshot((q) => runRead(q, begin())));
  return {
    // No transaction needed: one statement sees one state of the database.
    getPauseOfAll: () => writes.tracked(() => runRead(db, READS.getPauseOfAll())),
    getJob: (jobId, handlers, lateFrom) =>
      writes.tracked(() => runRead(db, READS.getJob({ jobId, handlers, lateFrom }, now()))),
    listJobs: (query) => read(() => READS.listJobs(query, now())),
    countHealth: (input) => read(() => READS.countHealth(input, now())),
    listTags: (query) => read(() => READS.listTags(query)),
    listVersions: (query) => read(() => READS.listVersions(query)),
    getRun: (runId) => read(() => READS.getRun(runId, now())),
    listRuns: (query) => read(() => READS.listRuns(query)),
    listFailures: (query) => read(() => READS.listFailures(query)),
    getLogs: (runId) => read(() => READS.getLogs(runId)),
    listAudit: (query) => read(() => READS.listAudit(query)),
    stats: (input) => read(() => READS.stats(input, now())),
    jobHours: (input) => read(() => READS.jobHours(input, now())),
    runTimeline: (query) => read(() => READS.runTimeline(query)),
    forecastJobs: (input) => read(() => READS.forecastJobs(input)),
    history: async (query) => {
      await writes.tracked(() => shared.counts.write());
      return read(() => READS.history(query));
    },
    getBackfill: (id) => read(() => READS.getBackfill(id)),
    listBackfills: (query) => read(() => READS.listBackfills(query)),
    getBulkCommand: (id) => read(() => READS.getBulkCommand(id)),
    listBulkCommands: (query) => read(() => READS.listBulkCommands(query)),
  };
}
