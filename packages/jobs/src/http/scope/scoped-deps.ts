import type { RouteDeps } from '../routing/route.ts';
import { type JobScope, scopeKey } from './job-scope.ts';
import { guardsOf } from './scope-guards.ts';
import { scopedEngine } from './scoped-engine.ts';
import { scopedEvents } from './scoped-events.ts';

/** What a route gets for a caller with a scope: all that it reads and changes is within the scope. */
export function scopedDeps(deps: RouteDeps, scope: JobScope): RouteDeps {
  const { engine, reads, eventStreams, longestParameter } = deps;
  // The keys without a scope begin with a slash.
  const ofScope = scopeKey(scope);
  const newFilter = () => scopedEvents(scope, guardsOf(engine, scope));
  return {
    longestParameter,
    engine: scopedEngine(engine, scope),
    reads: { read: (key, read) => reads.read(`${ofScope} ${key}`, read) },
    eventStreams: { open: (request) => eventStreams.open({ ...request, newFilter }) },
  };
}
