import { randomBytes } from 'node:crypto';
import { basename, dirname } from 'node:path';
import fastifyStatic from '@fastify/static';
import { CONSOLE_FOLDER, CONSOLE_PATH, readConsolePage } from '@greenvue/console';
import type { FastifyPluginAsync, FastifyReply } from 'fastify';
import { notBuiltPage } from './not-built-page.ts';

const YEAR_SECONDS = 31_536_000;
const RETRY_SECONDS = 10;
const NONCE_BYTES = 16;

/** A file's name: no folder, no leading dot, and a suffix. */
const FILE = /^(?:assets\/)?[\w-]+(?:\.[\w-]+)+$/;
const ASSETS = 'assets';

// A page and its files are a dozen requests at once, and nothing is gained by guessing them. Nobody is signed in yet.
const route = { schema: { hide: true }, config: { rateLimit: false, ownAuthentication: true } } as const;

/**
 * `/console`: the page, and the files that its build has made. Any other path below gives the page as well, which knows what
 * it stands for. `folder`: another one than the build's, for tests.
 */
export function consoleRoutes(folder: string = CONSOLE_FOLDER): FastifyPluginAsync {
  return async (app) => {
    await app.register(fastifyStatic, {
      serve: false,
      // Beside a file lie its compressed forms.
      preCompressed: true,
      dotfiles: 'ignore',
      index: false,
      cacheControl: false,
      // Not before there is a file: a refusal must not be kept for a year.
      setHeaders: (reply, path) => reply.headers(fileHeaders(path)),
    });
    app.get(CONSOLE_PATH, route, (_request, reply) => reply.redirect(`${CONSOLE_PATH}/`, 308));
    app.get<{ Params: { '*': string } }>(`${CONSOLE_PATH}/*`, route, async (request, reply) => {
      const name = request.params['*'];
      if (FILE.test(name) && name !== 'index.html') return reply.sendFile(name, folder);
      // Else a page of an older build would take the page for a part of its program.
      if (name.startsWith(`${ASSETS}/`)) return reply.callNotFound();
      return sendPage(reply, folder);
    });
  };
}

function fileHeaders(path: string): Readonly<Record<string, string>> {
  const isHashed = basename(dirname(path)) === ASSETS;
  return {
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cache-control': isHashed ? `public, max-age=${YEAR_SECONDS}, immutable` : 'no-cache',
  };
}

async function sendPage(reply: FastifyReply, folder: string): Promise<FastifyReply> {
  const nonce = randomBytes(NONCE_BYTES).toString('base64');
  const page = await readConsolePage(folder, nonce);
  reply.type('text/html; charset=utf-8').header('content-security-policy', policy(nonce));
  if (page !== undefined) return reply.send(page);
  return reply.code(503).header('retry-after', RETRY_SECONDS).send(notBuiltPage(nonce));
}

/** The strictest that works. Mantine writes its theme into a style of its own: that alone has the nonce. */
function policy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "connect-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}
