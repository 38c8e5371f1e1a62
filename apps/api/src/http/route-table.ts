import type { FastifyInstance, FastifyRequest } from 'fastify';

/** The methods of each path, to distinguish a wrong method (405) from a wrong path (404). */
export interface RouteTable {
  /** The methods of the request's path; empty if no route has it. */
  methodsAt(request: FastifyRequest): readonly string[];
}

/** Collects the routes of `app`. Call it before they are added. */
export function createRouteTable(app: FastifyInstance): RouteTable {
  const methods = new Map<string, { readonly pattern: RegExp; readonly methods: Set<string> }>();
  app.addHook('onRoute', (route) => {
    // The route for CORS preflights of any path.
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
