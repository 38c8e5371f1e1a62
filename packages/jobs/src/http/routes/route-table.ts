import { HttpProblem } from '../requests/http-problem.ts';
import type { Route } from '../routing/route.ts';
import { ROUTES } from './routes.ts';

/** The routes of one path. */
interface PathRoutes {
  /** The parts between the slashes; a parameter begins with a colon. */
  readonly segments: readonly string[];
  readonly byMethod: ReadonlyMap<string, Route>;
}

/** A path of the API, with the parameters in it, not yet decoded. */
export interface FoundPath {
  readonly routes: ReadonlyMap<string, Route>;
  readonly params: ReadonlyMap<string, string>;
}

const PATHS: readonly PathRoutes[] = [...Map.groupBy(ROUTES, ({ path }) => path)].map(([path, routes]) => ({
  segments: path.split('/'),
  byMethod: new Map(routes.flatMap((route) => methodsOf(route).map((method) => [method, route] as const))),
}));

/**
 * Finds the routes of a path below the prefix, such as `/jobs/nightly`. Undefined if it has none. A path
 * without parameters, such as `/jobs/bulk`, also has the routes of a job with such an id, for other methods.
 */
export function findPath(path: string): FoundPath | undefined {
  const parts = path.split('/');
  const found = PATHS.flatMap(({ segments, byMethod }) => {
    const params = paramsOf(segments, parts);
    return params === undefined ? [] : [{ routes: byMethod, params }];
  }).sort((one, other) => one.params.size - other.params.size);
  const [first, ...others] = found;
  if (first === undefined || others.length === 0) return first;
  // The first of two routes for a method counts.
  return {
    routes: new Map(found.toReversed().flatMap(({ routes }) => [...routes])),
    params: new Map(found.flatMap(({ params }) => [...params])),
  };
}

/** The route for a method. Throws a 405 if the path has other methods only. */
export function requireMethod({ routes }: FoundPath, method: string): Route {
  const route = routes.get(method);
  if (route !== undefined) return route;
  const allowed = [...routes.keys()].join(', ');
  const detail = `This path supports only ${allowed}.`;
  throw new HttpProblem({ status: 405, detail, allow: allowed });
}

/** Decodes the parameters of a path. Throws a 400 for a malformed escape, such as `%zz`. */
export function decodeParams({ params }: FoundPath): Readonly<Record<string, string>> {
  return Object.fromEntries([...params].map(([name, value]) => [name, decode(value)]));
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    const detail = `The path has a malformed percent escape: ${value.slice(0, LONGEST_SHOWN)}.`;
    throw new HttpProblem({ status: 400, detail }, { cause: error });
  }
}

/** Characters of a refused path that an error message quotes. */
const LONGEST_SHOWN = 100;

function methodsOf({ method, isStream = false }: Route): readonly string[] {
  return method === 'GET' && !isStream ? ['GET', 'HEAD'] : [method];
}

function paramsOf(
  segments: readonly string[],
  parts: readonly string[],
): ReadonlyMap<string, string> | undefined {
  if (segments.length !== parts.length) return undefined;
  const params = new Map<string, string>();
  for (const [at, segment] of segments.entries()) {
    const part = parts[at] ?? '';
    if (segment.startsWith(':') && part !== '') params.set(segment.slice(1), part);
    else if (segment !== part) return undefined;
  }
  return params;
}
