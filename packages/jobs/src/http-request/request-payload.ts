import { type Fault, NO_FAULTS } from '../core/input/fault.ts';
import { duration, oneOf, type Rule, required, rule, text, wholeNumber } from '../core/input/rule.ts';
import { below, listOf, shape } from '../core/input/shape.ts';
import type { PayloadSchema } from '../core/job-types/payload-schema.ts';
import { isRecord } from '../core/objects.ts';
import { OUTBOUND_METHODS, type OutboundMethod } from '../core/outbound/outbound.ts';
import { parseWholeMs } from '../core/time/duration.ts';
import { headerFault, urlFault } from '../outbound/request-rules.ts';

/** The payload of the job type `http_request`. */
export interface HttpRequestPayload {
  readonly url: string;
  /** Default `GET`. */
  readonly method?: OutboundMethod;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text as it is; an object or a list as JSON. */
  readonly body?: string | Readonly<Record<string, unknown>> | readonly unknown[];
  /** Go duration of the whole request; default `30s`. */
  readonly timeout?: string;
  /** The statuses of a success; default: each of 2xx. */
  readonly expect_status?: number | readonly number[];
  /** The answer is read up to here; default 1 MiB. */
  readonly max_response_bytes?: number;
}

const LONGEST_URL = 2_000;
const LONGEST_HEADER = 8_000;
const MOST_HEADERS = 50;
const MOST_STATUSES = 20;
const MOST_RESPONSE_BYTES = 10_485_760;
export const DEFAULT_RESPONSE_BYTES = 1_048_576;
export const DEFAULT_REQUEST_TIMEOUT = '30s';

/** A rule of a value that a function checks further. The function says what is wrong. */
function checked(of: Rule, faultOf: (value: string) => string | undefined): Rule {
  return {
    ...of,
    faults: (value) => {
      const faults = of.faults(value);
      if (faults.length > 0 || typeof value !== 'string') return faults;
      const detail = faultOf(value);
      return detail === undefined ? NO_FAULTS : [{ pointer: '', detail }];
    },
  };
}

function timeoutFault(given: string): string | undefined {
  const ms = parseWholeMs(given);
  if (!ms.ok) return ms.detail;
  return ms.value > 0 ? undefined : `must be above 0, such as "30s"; got ${JSON.stringify(given)}`;
}

const anObject = rule((value) => isRecord(value) && !Array.isArray(value), {
  what: 'an object such as { "x-api-key": "…" }',
});

/** Its faults show no value: one may be a password. */
const headers: Rule = {
  what: anObject.what,
  faults: (value) => {
    const faults = anObject.faults(value);
    if (faults.length > 0 || !isRecord(value)) return faults;
    if (Object.keys(value).length > MOST_HEADERS)
      return [{ pointer: '', detail: `must have at most ${MOST_HEADERS} headers` }];
    return Object.entries(value).flatMap(([name, header]) => headerFaults(name, header));
  },
};

function headerFaults(name: string, header: unknown): readonly Fault[] {
  const detail =
    typeof header === 'string' && header.length <= LONGEST_HEADER
      ? headerFault(name, header)
      : `must be text of at most ${LONGEST_HEADER} characters`;
  return detail === undefined ? NO_FAULTS : [below(name, { pointer: '', detail })];
}

const status = wholeNumber({ min: 100, max: 599 });
const statuses = listOf('a list of statuses, such as [200, 204]', status);
const expectStatus: Rule = {
  what: 'a status or a list of them, such as [200, 204]',
  faults: (value) => {
    if (!Array.isArray(value)) return status.faults(value);
    if (value.length > 0 && value.length <= MOST_STATUSES) return statuses.faults(value);
    return [{ pointer: '', detail: `must have 1 to ${MOST_STATUSES} statuses, such as [200, 204]` }];
  },
};

const rules = shape<HttpRequestPayload>('an HTTP request such as { "url": "https://example.com" }', {
  url: required(checked(text({ min: 1, max: LONGEST_URL, like: 'https://example.com/path' }), urlFault)),
  method: oneOf(...OUTBOUND_METHODS),
  headers,
  body: rule((value) => typeof value === 'string' || isRecord(value) || Array.isArray(value), {
    what: 'text, an object or a list',
  }),
  timeout: checked(duration, timeoutFault),
  expect_status: expectStatus,
  max_response_bytes: wholeNumber({ min: 0, max: MOST_RESPONSE_BYTES }, ' of bytes'),
});

const JSON_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['url'],
  properties: {
    method: { enum: [...OUTBOUND_METHODS], default: 'GET' },
    url: {
      type: 'string',
      format: 'uri',
      maxLength: LONGEST_URL,
      description: 'The address. It must be public, unless OUTBOUND_ALLOW names it',
    },
    headers: {
      type: 'object',
      additionalProperties: { type: 'string', secret: 'by_name' },
      description:
        'Each run adds Idempotency-Key (the id of the run) and traceparent. A value may name a secret: { "$secret": "NAME" }',
    },
    body: {
      anyOf: [{ type: 'string' }, { type: 'object' }, { type: 'array' }],
      description: 'Text is sent as it is, an object or a list as JSON',
    },
    timeout: {
      type: 'string',
      default: DEFAULT_REQUEST_TIMEOUT,
      maxLength: 100,
      description: 'Of the whole request, such as 30s',
    },
    expect_status: {
      anyOf: [
        { type: 'integer', minimum: 100, maximum: 599 },
        { type: 'array', items: { type: 'integer', minimum: 100, maximum: 599 } },
      ],
      description: 'Statuses that are a success, such as [200, 404]. Without it: 200 to 299',
    },
    max_response_bytes: {
      type: 'integer',
      minimum: 0,
      maximum: MOST_RESPONSE_BYTES,
      default: DEFAULT_RESPONSE_BYTES,
      description: 'The answer is read up to here, and the rest is not',
    },
  },
};

/** Without a schema library, so that programs with any of them can have the type. */
export const requestPayload: PayloadSchema<HttpRequestPayload, HttpRequestPayload> = {
  '~standard': {
    version: 1,
    vendor: '@greenvue/jobs',
    jsonSchema: { input: () => structuredClone(JSON_SCHEMA) },
    validate: (value) => {
      const faults = rules.faults(value);
      // The rules have checked each field.
      if (faults.length === 0) return { value: value as HttpRequestPayload };
      return { issues: faults.map(({ pointer, detail }) => ({ message: detail, path: stepsOf(pointer) })) };
    },
  },
};

function stepsOf(pointer: string): readonly string[] {
  const [, ...steps] = pointer.split('/');
  return steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}
