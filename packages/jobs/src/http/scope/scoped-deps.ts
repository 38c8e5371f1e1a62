import type { RouteDeps } from '../routing/route.ts';
import type { JobScope } from './job-scope.ts';
import { scopedEngine } from './scoped-engine.ts';

/** What a route gets for a caller with a scope: all that it reads and changes is within the scope. */
export function scopedDeps(deps: RouteDeps, scope: JobScope): RouteDeps {
  const { engine, reads, eventStreams, longestParameter } = deps;
  const { idPrefix } = scope;
  return {
    longestParameter,
    engine: scopedEngine(engine, scope),
    // A prefix has no space, and the other keys begin with a slash.
    reads: { read: (key, read) => reads.read(`${idPrefix} ${key}`, read) },
    eventStreams: { open: (request) => eventStreams.open({ ...request, idPrefix }) },
  };
}
