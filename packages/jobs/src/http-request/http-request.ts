import { defineJobType } from '../core/job-types/define-job-type.ts';
import type { JobContext, JobType } from '../core/job-types/job-type.ts';
import { PermanentError } from '../core/model/errors.ts';
import { judgeHttpAnswer } from '../core/outbound/http-answer.ts';
import type { OutboundRequest, OutboundResponse } from '../core/outbound/outbound.ts';
import { parseWholeMs } from '../core/time/duration.ts';
import { OutboundError } from '../outbound/outbound-error.ts';
import {
  DEFAULT_REQUEST_TIMEOUT,
  DEFAULT_RESPONSE_BYTES,
  type HttpRequestPayload,
  requestPayload,
} from './request-payload.ts';

/** The result of a run of `http_request`. */
export interface HttpRequestResult {
  readonly status: number;
  readonly duration_ms: number;
  /** The first 2,000 characters of the answer. */
  readonly excerpt: string;
  /** Whether the answer was longer than `max_response_bytes`. */
  readonly truncated: boolean;
}

const EXCERPT_CHARACTERS = 2_000;
const EXCERPT_OF_ERROR = 300;

/**
 * The job type `http_request`: calls an HTTP address, and succeeds if the status of the answer is expected
 * (P27, HTTP requests). Only an admin can make such a job or change its payload. Add it to the types of
 * `createJobs`:
 *
 *     createJobs({ store, types: [httpRequest()], outbound: { allow: ['10.0.0.0/8'] } });
 */
export function httpRequest(): JobType<
  unknown,
  'http_request',
  HttpRequestPayload,
  HttpRequestResult,
  'inline'
> {
  return defineJobType({
    type: 'http_request',
    description: 'Calls an HTTP address',
    payload: requestPayload,
    // None: an operator could send requests, and whatever the headers contain, to an address of their own.
    operatorsMaySet: [],
    timeout: '5m',
    run: callAddress,
  });
}

async function callAddress(ctx: JobContext<HttpRequestPayload>): Promise<HttpRequestResult> {
  const { method = 'GET', url, expect_status: expected } = ctx.payload;
  const { origin } = new URL(url);
  const answer = await ctx.outbound.request(requestOf(ctx)).catch(rethrow);
  const { status, isTruncated } = answer;
  const duration_ms = Math.round(answer.durationMs);
  ctx.log.info(`${method} ${origin}: ${status} after ${duration_ms} ms`);
  const verdict = judgeHttpAnswer(status, expected === undefined ? undefined : [expected].flat());
  if (verdict === 'expected')
    return { status, duration_ms, excerpt: excerptOf(answer, EXCERPT_CHARACTERS), truncated: isTruncated };
  const message = `${method} ${origin} answered ${status}; ${expectedText(expected)} expected. ${answerText(answer)}`;
  if (verdict === 'permanent') throw new PermanentError(message);
  throw Object.assign(new Error(message), { name: 'HttpStatusError' });
}

function requestOf({ payload, run, traceparent }: JobContext<HttpRequestPayload>): OutboundRequest {
  const { url, method = 'GET', headers = {}, body, timeout, max_response_bytes: maxResponseBytes } = payload;
  const ms = parseWholeMs(timeout ?? DEFAULT_REQUEST_TIMEOUT);
  if (!ms.ok) throw new Error(`The timeout ${ms.detail}.`);
  const named = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  const own = Object.entries({
    'idempotency-key': run.id,
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(body === undefined || typeof body === 'string' ? {} : { 'content-type': 'application/json' }),
  }).filter(([name]) => !named.has(name));
  return {
    url,
    method,
    headers: { ...Object.fromEntries(own), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    timeoutMs: ms.value,
    maxResponseBytes: maxResponseBytes ?? DEFAULT_RESPONSE_BYTES,
  };
}

/** A retry can't mend an address that is refused. */
function rethrow(error: unknown): never {
  if (error instanceof OutboundError && error.isPermanent)
    throw new PermanentError(error.message, { cause: error });
  throw error;
}

function expectedText(expected: HttpRequestPayload['expect_status']): string {
  if (expected === undefined) return '200 to 299 was';
  const statuses = [expected].flat();
  return `${statuses.join(' or ')} ${statuses.length === 1 ? 'was' : 'were'}`;
}

function answerText(answer: OutboundResponse): string {
  const excerpt = excerptOf(answer, EXCERPT_OF_ERROR);
  return excerpt === '' ? 'The answer has no body.' : `The answer begins: ${excerpt}`;
}

/** The beginning of the body as text that each database can store. */
function excerptOf({ body }: OutboundResponse, characters: number): string {
  // A character has at most four bytes.
  const text = new TextDecoder().decode(body.subarray(0, characters * 4));
  return text.slice(0, characters).toWellFormed().replaceAll('\0', '\ufffd');
}
