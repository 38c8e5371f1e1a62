import fc from 'fast-check';
import type { Operation, Parameter } from './operations.ts';
import { hostileText, spoilt, valuesOf } from './values.ts';

/** A planned request: ids of existing things are filled in when it is sent. */
export interface Plan {
  readonly operation: Operation;
  /** Follows the document, so a client with a valid token must not get an error for its form. */
  readonly isValid: boolean;
  readonly who: Who;
  readonly path: Readonly<Record<string, unknown>>;
  readonly query: readonly (readonly [string, unknown])[];
  /** Appended to the query unchanged. */
  readonly rawQuery: string;
  readonly headers: readonly (readonly [string, unknown])[];
  readonly body: Body | undefined;
}

export type Who = (typeof ROLES)[number] | (typeof IMPOSTORS)[number];
export const ROLES = ['admin', 'operator', 'user', 'seller', 'nobody'] as const;
export const IMPOSTORS = ['expired', 'forged', 'unsigned', 'foreign key', 'garbage', 'revoked'] as const;

/** A value to send as JSON, or raw bytes; with a media type. */
export interface Body {
  readonly type: string | undefined;
  readonly value?: unknown;
  readonly bytes?: Buffer;
}

/** Requests that the document allows. */
export function validRequests(operation: Operation): fc.Arbitrary<Plan> {
  const of = (place: Parameter['in']) => operation.parameters.filter((one) => one.in === place);
  const some = (place: Parameter['in'], freq: number) =>
    fc
      .tuple(
        ...of(place).map(({ name, required, schema }) => {
          const values = valuesOf(schema, name).map((value) => [name, value] as const);
          return required ? values : fc.option(values, { nil: undefined, freq });
        }),
      )
      .map((pairs) => pairs.filter((pair) => pair !== undefined));
  const body =
    operation.bodySchema === undefined
      ? fc.constant(undefined)
      : fc.record({ type: fc.constantFrom(...operation.bodyTypes), value: valuesOf(operation.bodySchema) });
  return fc.record({
    operation: fc.constant(operation),
    isValid: fc.constant(true),
    who: fc.oneof({ weight: 6, arbitrary: fc.constant('admin' as const) }, fc.constantFrom(...ROLES)),
    path: some('path', 1).map((pairs) => Object.fromEntries(pairs)),
    // Few at a time, because more filters find less.
    query: some('query', 1),
    rawQuery: fc.constant(''),
    headers: some('header', 1),
    body,
  });
}

/** Requests with a fault: in a field, a parameter, the bytes of the body, a header or the credentials. */
export function invalidRequests(operation: Operation): fc.Arbitrary<Plan> {
  const wrongs: readonly ((plan: Plan) => fc.Arbitrary<Plan>)[] = [
    (plan) => fc.constantFrom(...IMPOSTORS).map((who) => ({ ...plan, who })),
    (plan) => strangeHeaders.map((more) => ({ ...plan, headers: [...plan.headers, ...more] })),
    (plan) => strangeQueries.map((rawQuery) => ({ ...plan, rawQuery })),
    (plan) => fc.tuple(hostileText, hostileText).map((pair) => ({ ...plan, query: [...plan.query, pair] })),
    (plan) => strangeBodies.map((body) => ({ ...plan, body })),
    ...(operation.bodySchema === undefined ? [] : [spoiltBody, spoiltBody, spoiltBody]),
    ...operation.parameters.map((parameter) => (plan: Plan) => spoiltParameter(plan, parameter)),
  ];
  return validRequests(operation)
    .chain((plan) => fc.constantFrom(...wrongs).chain((wrong) => wrong(plan)))
    .map((plan) => ({ ...plan, isValid: false }));
}

function spoiltBody(plan: Plan): fc.Arbitrary<Plan> {
  return spoilt(plan.body?.value).map((value) => ({ ...plan, body: { type: 'application/json', value } }));
}

function spoiltParameter(plan: Plan, { in: place, name }: Parameter): fc.Arbitrary<Plan> {
  switch (place) {
    case 'path':
      return fc
        .oneof(hostileText, strangeSegments)
        .map((value) => ({ ...plan, path: { ...plan.path, [name]: value } }));
    case 'query':
      return fc.tuple(hostileText, fc.boolean()).map(([value, twice]) => ({
        ...plan,
        query: [...plan.query, [name, value], ...(twice ? [[name, value] as const] : [])],
      }));
    case 'header':
      return strangeTags.map((value) => ({ ...plan, headers: [...plan.headers, [name, value]] }));
    default:
      return place satisfies never;
  }
}

/** A path segment that is sent unchanged. */
export class RawSegment {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const strangeSegments = fc
  .constantFrom(
    '%00',
    '%ff',
    '%zz',
    '%',
    '%2e%2e',
    '..',
    '.',
    '%2f',
    '%c0%af',
    '%ed%a0%80',
    'x'.repeat(9_000),
  )
  .map((text) => new RawSegment(text));

const strangeTags = fc.constantFrom(
  '"',
  'x',
  '*',
  'W/"1.1"',
  '""',
  '"1.1", "2.2"',
  '"a" "b"',
  ',',
  'x'.repeat(3_000),
);

const strangeQueries = fc.constantFrom(
  'a[b]=1',
  'limit[]=1',
  '__proto__=1',
  '__proto__[x]=1',
  'constructor.prototype=1',
  'limit=%00',
  'cursor=%ff',
  'limit=%zz',
  'cursor=WzEsMl0',
  'cursor=W10',
  'cursor=WyJ4Il0',
  '&&&&',
  '?',
  '=',
  'a'.repeat(8_000),
);

const strangeHeaders = fc.constantFrom<readonly (readonly [string, string])[]>(
  [['content-type', 'text/xml']],
  [['content-encoding', 'gzip']],
  [['accept', 'application/x-nothing']],
  [
    ['authorization', 'Basic YTpi'],
    ['authorization', 'Bearer x'],
  ],
  [
    ['if-match', '"a"'],
    ['if-match', '"b"'],
  ],
  [
    ['x-forwarded-for', "1'; DROP TABLE x"],
    ['x-forwarded-host', '<b>'],
  ],
  [['host', 'evil.example']],
  [['range', 'bytes=0-']],
  [['transfer-encoding', 'chunked']],
  [['x-http-method-override', 'DELETE']],
  [['cookie', '__proto__=1']],
  [['origin', 'https://evil.example']],
  [['expect', '100-continue']],
);

const bytes = (text: string) => Buffer.from(text);

const strangeBodies: fc.Arbitrary<Body> = fc
  .record({
    type: fc.constantFrom(
      'application/json',
      'application/json; charset=utf-8',
      'application/json; charset=utf-16',
      'application/json;;;',
      'application/merge-patch+json',
      'application/problem+json',
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data',
      'x',
      undefined,
    ),
    bytes: fc.oneof(
      fc.constantFrom(
        bytes(''),
        bytes(' '),
        bytes('{'),
        bytes('{"a":'),
        bytes('nul'),
        bytes('null'),
        bytes('[]'),
        bytes('""'),
        bytes('0'),
        bytes('\ufeff{}'),
        bytes('{"a":1,"a":2}'),
        bytes('{"n":1e999}'),
        bytes('{"max_attempts":1e999,"price_cents":-1e999}'),
        bytes('{"__proto__":{"role":"admin"}}'),
        bytes('{"constructor":{"prototype":{"role":"admin"}}}'),
        bytes('{"a":"\\ud800"}'),
        bytes('a=b&c=d'),
        bytes('['.repeat(200_000)),
        bytes('{"a":'.repeat(100_000)),
        bytes(`[${'0,'.repeat(200_000)}0]`),
        bytes(`{${Array.from({ length: 20_000 }, (_, at) => `"k${at}":0`).join()}}`),
        bytes(`"${'x'.repeat(1_048_600)}"`),
        Buffer.from([0x22, 0xff, 0xfe, 0x22]),
        Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]),
        Buffer.from([0x1f, 0x8b, 0x08, 0x00]),
        Buffer.from([0x00]),
      ),
      fc.uint8Array({ maxLength: 30 }).map((array) => Buffer.from(array)),
    ),
  })
  .map(({ type, bytes: body }) => ({ type, bytes: body }));
