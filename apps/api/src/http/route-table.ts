import type { FastifyInstance, FastifyRequest } from 'fastify';

/** Knows which methods each path has, so that a wrong method is told from a wrong path. */
export interface RouteTable {
  /** The methods at the request's path; empty when there is nothing at it. */
  methodsAt(request: FastifyRequest): readonly string[];
}

/** Must be made before the routes are. */
export function createRouteTable(app: FastifyInstance): RouteTable {
  const methods = new Map<string, { readonly pattern: RegExp; readonly methods: Set<string> }>();
  app.addHook('onRoute', (route) => {
    // Only answers preflights, of any path.
    if (route.url === '*') return;
    const entry = methods.get(route.url) ?? { pattern: patternOf(route.url), methods: new Set<string>() };
    for (const method of [route.method].flat()) entry.methods.add(method);
    methods.set(route.url, entry);
  });
  return {
    methodsAt: (request) => {
      const path = request.url.split('?', 1)[0] ?? '';
      const matching = [...methods.values()].filter(({ pattern }) => pattern.test(path));
      return [...new Set(matching.flatMap((entry) => [...entry.methods]))].sort();
    },
  };
}

function patternOf(url: string): RegExp {
  const parts = url.split('/').map((part) => {
    if (part === '*') return '.*';
    return part.startsWith(':') ? '[^/]+' : RegExp.escape(part);
  });
  return new RegExp(`^${parts.join('/')}$`);
}
