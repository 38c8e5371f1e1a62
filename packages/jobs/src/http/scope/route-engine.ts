import type { JobsRead } from '../../core/filters/jobs-read.ts';
import type { AlertsApi } from '../../engine/ports/alerts-port.ts';
import type { CalendarsApi } from '../../engine/ports/calendars-port.ts';
import type { BulkApi, Engine } from '../../engine/ports/engine-port.ts';
import type { NodesApi } from '../../engine/ports/nodes-port.ts';
import type { SecretsApi } from '../../engine/ports/secrets-port.ts';
import type { ShownStats } from '../views/stats.ts';

/** What routes use of the engine. A new method also needs a row in `scopedEngine`. */
export interface RouteEngine
  extends Pick<
    Engine,
    | 'createJob'
    | 'putJob'
    | 'patchJob'
    | 'deleteJob'
    | 'getJob'
    | 'listJobs'
    | 'listTags'
    | 'pauseJob'
    | 'resumeJob'
    | 'pauseAll'
    | 'resumeAll'
    | 'pauseOfAll'
    | 'trigger'
    | 'enqueue'
    | 'listJobVersions'
    | 'getJobVersion'
    | 'getRun'
    | 'listRuns'
    | 'listFailures'
    | 'runTimeline'
    | 'getLogs'
    | 'cancelRun'
    | 'retryRun'
    | 'preview'
    | 'forecast'
    | 'backfillJob'
    | 'getBackfill'
    | 'listBackfills'
    | 'cancelBackfill'
    | 'jobTypes'
    | 'limitWaits'
    | 'listAudit'
    | keyof AlertsApi
    | keyof BulkApi
    | keyof CalendarsApi
    | keyof SecretsApi
    | keyof NodesApi
    | 'history'
  > {
  stats(query?: JobsRead): Promise<ShownStats>;
}
