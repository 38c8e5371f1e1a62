import { randomBytes } from 'node:crypto';
import { CONSOLE_FOLDER, CONSOLE_PATH, consolePage } from '@greenvue/console';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { type ConsoleFile, createConsoleFiles, type FileForm } from './console-files.ts';
import { notBuiltPage } from './not-built-page.ts';

const YEAR_SECONDS = 31_536_000;
const RETRY_SECONDS = 10;
const NONCE_BYTES = 16;
const ASSETS = 'assets/';

// The rate limit counts a page and its files by address: a page has no token.
const route = { schema: { hide: true }, config: { ownAuthentication: true } } as const;

/**
 * `/console`: the page and the files of its build. Any other path below it returns the page, which routes
 * itself. `folder`: a folder other than the build's, for tests.
 */
export function consoleRoutes(folder: string = CONSOLE_FOLDER): FastifyPluginAsync {
  const built = createConsoleFiles(folder);
  return async (app) => {
    app.get(CONSOLE_PATH, route, (_request, reply) => reply.redirect(`${CONSOLE_PATH}/`, 308));
    app.get<{ Params: { '*': string } }>(`${CONSOLE_PATH}/*`, route, async (request, reply) => {
      const name = request.params['*'];
      const console = await built();
      const file = console?.files.get(name);
      if (file !== undefined) return sendFile(request, reply, file);
      // Else a page of an older build would take the page for a part of its program.
      if (name.startsWith(ASSETS)) return reply.callNotFound();
      return sendPage(reply, console?.page);
    });
  };
}

function sendFile(request: FastifyRequest, reply: FastifyReply, file: ConsoleFile): FastifyReply {
  const [coding, form] = formFor(request.headers['accept-encoding'], file);
  reply.headers({
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cache-control': file.isHashed ? `public, max-age=${YEAR_SECONDS}, immutable` : 'no-cache',
    vary: 'Accept-Encoding',
    etag: form.etag,
  });
  if (isKnown(request.headers['if-none-match'], form)) return reply.code(304).send();
  if (coding !== 'identity') reply.header('content-encoding', coding);
  return reply.type(file.type).send(form.content);
}

/** The smallest form that the client takes. */
function formFor(accepted: string | undefined, { forms }: ConsoleFile): readonly [string, FileForm] {
  for (const coding of ['br', 'gzip'] as const) {
    const form = forms[coding];
    if (form !== undefined && takes(accepted, coding)) return [coding, form];
  }
  return ['identity', forms.identity];
}

function takes(accepted = '', coding: string): boolean {
  return accepted.split(',').some((part) => {
    const [name, ...parameters] = part.split(';').map((word) => word.trim().toLowerCase());
    return name === coding && !parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter));
  });
}

function isKnown(header: string | undefined, { etag }: FileForm): boolean {
  const tags = header?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? [];
  return tags.includes(etag) || tags.includes('*');
}

function sendPage(reply: FastifyReply, page: string | undefined): FastifyReply {
  const nonce = randomBytes(NONCE_BYTES).toString('base64');
  reply.type('text/html; charset=utf-8').header('content-security-policy', policy(nonce));
  if (page !== undefined) return reply.send(consolePage(page, nonce));
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
