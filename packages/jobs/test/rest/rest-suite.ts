import { describe } from 'vitest';
import type { MakeMount } from './rest-server.ts';
import { access } from './suite/access.ts';
import { alerts } from './suite/alerts.ts';
import { audit } from './suite/audit.ts';
import { backfills } from './suite/backfills.ts';
import { bodies } from './suite/bodies.ts';
import { coalescedReads } from './suite/coalesced-reads.ts';
import { compression } from './suite/compression.ts';
import { eventStreams } from './suite/events.ts';
import { creations } from './suite/jobs/create.ts';
import { edits } from './suite/jobs/edit.ts';
import { jobs } from './suite/jobs/jobs.ts';
import { pauses } from './suite/jobs/pauses.ts';
import { policies } from './suite/jobs/policies.ts';
import { tags } from './suite/jobs/tags.ts';
import { overviews } from './suite/overview.ts';
import { pausesOfAll } from './suite/pause-all.ts';
import { failures } from './suite/runs/failures.ts';
import { recentRuns } from './suite/runs/recent-runs.ts';
import { runExport } from './suite/runs/run-export.ts';
import { runRecords } from './suite/runs/run-records.ts';
import { runSearch } from './suite/runs/run-search.ts';
import { runs } from './suite/runs/runs.ts';
import { scopedRoutes } from './suite/scope/scoped-routes.ts';
import { scopes } from './suite/scope/scopes.ts';
import { tagScopes } from './suite/scope/tag-scopes.ts';
import { workLimits } from './suite/work-limit.ts';

/** The contract of the REST API, on any adapter. */
export function restSuite(makeMount: MakeMount): void {
  // Each topic has an engine of its own.
  describe('access', () => access(makeMount));
  describe('alerts', () => alerts(makeMount));
  describe('audit', () => audit(makeMount));
  describe('backfills', () => backfills(makeMount));
  describe('bodies', () => bodies(makeMount));
  describe('coalesced reads', () => coalescedReads(makeMount));
  describe('compression', () => compression(makeMount));
  describe('creations', () => creations(makeMount));
  describe('edits', () => edits(makeMount));
  describe('event streams', () => eventStreams(makeMount));
  describe('jobs', () => jobs(makeMount));
  describe('overviews', () => overviews(makeMount));
  describe('recent runs', () => recentRuns(makeMount));
  describe('runs', () => runs(makeMount));
  describe('failures', () => failures(makeMount));
  describe('exports of runs', () => runExport(makeMount));
  describe('the search for runs', () => runSearch(makeMount));
  describe('what runs ran with', () => runRecords(makeMount));
  describe('policies', () => policies(makeMount));
  describe('pauses of all jobs', () => pausesOfAll(makeMount));
  describe('pauses', () => pauses(makeMount));
  describe('routes in a scope', () => scopedRoutes(makeMount));
  describe('scopes', () => scopes(makeMount));
  describe('scopes by tags', () => tagScopes(makeMount));
  describe('tags', () => tags(makeMount));
  describe('work limits', () => workLimits(makeMount));
}
