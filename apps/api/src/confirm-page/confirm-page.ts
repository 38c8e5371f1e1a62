import { readFileSync } from 'node:fs';
import type { FastifyPluginAsync } from 'fastify';

const FILES = [
  { url: '/confirm-email', file: 'page.html', type: 'text/html; charset=utf-8' },
  { url: '/confirm-email/page.js', file: 'page.js', type: 'text/javascript; charset=utf-8' },
] as const;

/** `/confirm-email`: the page that the link of a confirmation mail opens. */
export const confirmPage: FastifyPluginAsync = async (app) => {
  for (const { url, file, type } of FILES) {
    const content = readFileSync(new URL(file, import.meta.url));
    app.get(url, { schema: { hide: true } }, (_request, reply) => reply.type(type).send(content));
  }
};
