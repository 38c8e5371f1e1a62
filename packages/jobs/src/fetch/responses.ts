import { Readable } from 'node:stream';
import { chooseEncoding, compressBody } from '../http/bodies/compress-body.ts';
import { jsonText } from '../http/bodies/json-text.ts';
import { problemJson } from '../http/index.ts';
import { NOT_STORED, type ProblemAnswer, problemHeaders } from '../http/requests/http-problem.ts';
import type { RouteAnswer } from '../http/routing/route.ts';

export interface AnswerOptions {
  /** The path of the API. */
  readonly prefix?: string | undefined;
  /** Next.js removes `Content-Encoding` and compresses responses itself. Its requests have `nextUrl`. */
  readonly compress?: boolean | undefined;
}

/** The response to a request that its route has answered. */
export async function answerResponse(
  request: Request,
  { status, headers: own, location, body, events, download }: RouteAnswer,
  { prefix = '', compress = !('nextUrl' in request) }: AnswerOptions,
): Promise<Response> {
  const headers = new Headers({ ...NOT_STORED, ...own });
  if (location !== undefined) headers.set('location', `${prefix}${location}`);
  if (events !== undefined) {
    headers.set('content-type', 'text/event-stream');
    return new Response(streamFor(request, events), { status, headers });
  }
  if (download !== undefined) {
    headers.set('content-type', download.type);
    return new Response(streamFor(request, download.content), { status, headers });
  }
  if (body === undefined) return new Response(null, { status, headers });
  const acceptEncoding = compress ? (request.headers.get('accept-encoding') ?? undefined) : undefined;
  const { encoding, varies } = chooseEncoding(body, acceptEncoding);
  const content = encoding === undefined ? jsonText(body) : await compressBody(body, encoding);
  if (encoding !== undefined) headers.set('content-encoding', encoding);
  if (varies) headers.set('vary', 'accept-encoding');
  headers.set('content-type', 'application/json; charset=utf-8');
  headers.set('content-length', String(Buffer.byteLength(content)));
  return new Response(request.method === 'HEAD' ? null : content, { status, headers });
}

/** A stream that reads its source on demand, and closes it when the client disconnects. */
function streamFor({ signal }: Request, source: Readable) {
  const close = () => source.destroy();
  if (signal.aborted) close();
  signal.addEventListener('abort', close, { once: true });
  source.once('close', () => signal.removeEventListener('abort', close));
  return Readable.toWeb(source);
}

/** An error response: `application/problem+json` (RFC 9457). `instance`: the id of the request. */
export function problemResponse(answer: ProblemAnswer, instance: string): Response {
  const body = Buffer.from(JSON.stringify(problemJson(answer, instance)));
  const headers = { ...problemHeaders(answer), 'content-length': String(body.length) };
  return new Response(body, { status: answer.status, headers });
}
