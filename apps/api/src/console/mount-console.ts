import { consolePlugin } from '@greenvue/console/fastify';
import type { FastifyPluginAsync } from 'fastify';

/** `/console`: the console with GreenVue's own sign-in. */
export const mountConsole: FastifyPluginAsync = async (app) => {
  await app.register(consolePlugin, {
    prefix: '/console',
    api: '/api',
    auth: 'password',
    title: 'GreenVue jobs',
    // The rate limit counts a page and its files by address: a page has no token.
    routeConfig: { ownAuthentication: true },
  });
};
