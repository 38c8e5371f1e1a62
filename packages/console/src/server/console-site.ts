import { randomBytes } from 'node:crypto';
import { builtConsole } from '../package-file.ts';
import { type ConsoleFile, type ConsoleFiles, createConsoleFiles, type FileForm } from './console-files.ts';
import { type ConsoleOptions, checkOptions } from './console-options.ts';
import { consolePage } from './console-page.ts';
import { notBuiltPage } from './not-built-page.ts';

/** What the console needs of a GET request. */
export interface ConsoleRequest {
  /** Path and query of the URL, as the client sent them. */
  readonly url: string;
  readonly acceptEncoding: string | undefined;
  readonly ifNoneMatch: string | undefined;
}

export interface ConsoleAnswer {
  readonly status: 200 | 304 | 404 | 503;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer> | undefined;
}

/** The console below a path, without an HTTP server. */
export interface ConsoleSite {
  answer(request: ConsoleRequest): Promise<ConsoleAnswer>;
}

/**
 * The page and the files of the build, for a console whose URL has `prefix`, such as `/admin/jobs`. Any path
 * below it that is no file returns the page, which routes itself. Throws an error of code `invalid`, with
 * `faults`, for bad options.
 */
export function createConsoleSite(prefix: string, options: ConsoleOptions): ConsoleSite {
  const settings = checkOptions(options);
  const built = createConsoleFiles(options.folder ?? builtConsole());
  const depth = segmentsOf(prefix).length;
  return {
    async answer(request) {
      const segments = segmentsOf(request.url.split('?', 1)[0] ?? '');
      const below = segments.slice(depth);
      const name = below.join('/');
      const console = await built();
      const file = console?.files.get(name);
      if (file !== undefined) return fileAnswer(request, file);
      // Else a page of an older build would take the page for a part of its program.
      if (name.startsWith('assets/')) return answerOf(404, TEXT, 'There is no such file in this build.\n');
      const base = baseFrom(segments, below.length);
      return pageAnswer(console, (page, nonce) =>
        consolePage(page, { nonce, config: { base, ...settings } }),
      );
    },
  };
}

/** The parts of a path after each slash: `/admin/jobs/` has three, the last of them empty. */
function segmentsOf(path: string): readonly string[] {
  return path.split('/').slice(1);
}

/**
 * The address of the console, relative to a page `below` segments below it: the page also works behind a
 * proxy that adds or removes a prefix. Some servers remove the slash at the end of the console's own address.
 */
function baseFrom(segments: readonly string[], below: number): string {
  if (below === 0) return `./${segments.at(-1)}/`;
  return below === 1 ? './' : '../'.repeat(below - 1);
}

const TEXT = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
const YEAR_SECONDS = 31_536_000;
const RETRY_SECONDS = '10';
const NONCE_BYTES = 16;

function fileAnswer({ acceptEncoding, ifNoneMatch }: ConsoleRequest, file: ConsoleFile): ConsoleAnswer {
  const [coding, form] = formFor(acceptEncoding, file);
  const headers = {
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cache-control': file.isHashed ? `public, max-age=${YEAR_SECONDS}, immutable` : 'no-cache',
    'x-content-type-options': 'nosniff',
    vary: 'Accept-Encoding',
    etag: form.etag,
  };
  if (isKnown(ifNoneMatch, form)) return { status: 304, headers, body: undefined };
  const encoded = coding === 'identity' ? {} : { 'content-encoding': coding };
  return answerOf(200, { ...headers, ...encoded, 'content-type': file.type }, form.content);
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

function pageAnswer(
  console: ConsoleFiles | undefined,
  write: (page: string, nonce: string) => string,
): ConsoleAnswer {
  const nonce = randomBytes(NONCE_BYTES).toString('base64');
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy(nonce),
    // Another nonce each time.
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  };
  if (console !== undefined) return answerOf(200, headers, write(console.page, nonce));
  return answerOf(503, { ...headers, 'retry-after': RETRY_SECONDS }, notBuiltPage(nonce));
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

function answerOf(
  status: ConsoleAnswer['status'],
  headers: Readonly<Record<string, string>>,
  content: Uint8Array<ArrayBuffer> | string,
): ConsoleAnswer {
  const body = typeof content === 'string' ? Buffer.from(content) : content;
  return { status, headers: { ...headers, 'content-length': String(body.length) }, body };
}
