import { readFileSync } from 'node:fs';
import type { FastifyPluginAsync } from 'fastify';

const FILES = [
  { url: '/docs', file: 'page.html', type: 'text/html; charset=utf-8' },
  { url: '/docs/page.js', file: 'page.js', type: 'text/javascript; charset=utf-8' },
  { url: '/docs/page.css', file: 'page.css', type: 'text/css; charset=utf-8' },
] as const;

/**
 * `/docs`: a page that shows the OpenAPI document. Three small files of our own: no request leaves, and the
 * CSP holds.
 */
export const docsRoutes: FastifyPluginAsync = async (app) => {
  for (const { url, file, type } of FILES) {
    const content = readFileSync(new URL(file, import.meta.url));
    app.get(url, { schema: { hide: true } }, (_request, reply) => reply.type(type).send(content));
  }
};
