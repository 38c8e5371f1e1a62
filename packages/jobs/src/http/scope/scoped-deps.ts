import type { RouteDeps } from '../routing/route.ts';
import { type JobScope, jobsOf } from './job-scope.ts';
import { guardsOf } from './scope-guards.ts';
import { scopedEngine } from './scoped-engine.ts';
import { scopedEvents } from './scoped-events.ts';

/** What a route gets for a caller with a scope: all that it reads and changes is within the scope. */
export function scopedDeps(deps: RouteDeps, scope: JobScope): RouteDeps {
  const { engine, reads, eventStreams, longestParameter } = deps;
  const { idPrefix, anyTag } = jobsOf(scope);
  // A list, so that no scope is the beginning of another one. The keys without a scope begin with a slash.
  const ofScope = JSON.stringify([idPrefix, anyTag]);
  const newFilter = () => scopedEvents(scope, guardsOf(engine, scope));
  return {
    longestParameter,
    engine: scopedEngine(engine, scope),
    reads: { read: (key, read) => reads.read(`${ofScope} ${key}`, read) },
    eventStreams: { open: (request) => eventStreams.open({ ...request, newFilter }) },
  };
}
