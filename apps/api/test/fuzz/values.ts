import fc from 'fast-check';
import type { JsonSchema } from './operations.ts';

/** Stands for an existing thing, which is chosen when the request is sent. */
export class FromPool {
  readonly name: string;
  readonly pick: number;
  constructor(name: string, pick: number) {
    this.name = name;
    this.pick = pick;
  }
}

// Without a bias, which would choose the same few things all the time.
const picks = fc.noBias(fc.nat({ max: 1_000_000 }));
const pooled = (name: string) => picks.map((pick) => new FromPool(name, pick));
/** Mostly valid values, and sometimes almost valid ones. */
const nearly = <T>(right: readonly T[], wrong: readonly T[]) =>
  fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...right) },
    { weight: 1, arbitrary: fc.constantFrom(...wrong) },
  );

/** By field or parameter: formats that the schema does not have, or things that must exist. */
const HINTS: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  ...Object.fromEntries(
    [
      'id',
      'token',
      'job_id',
      'backfill_id',
      'calendar_id',
      'bulk_id',
      'channel_id',
      'node_id',
      'run_id',
      'listing_id',
      'user_id',
      'token_id',
      'email',
      'refresh_token',
      'cursor',
    ].map((name) => [name, pooled(name)]),
  ),
  seller_id: pooled('user_id'),
  // The job of a gate or a chain.
  job: pooled('job_id'),
  calendar: fc.record({ id: pooled('calendar_id'), mode: fc.constantFrom('skip', 'move') }),
  password: fc.constant('correct horse battery'),
  current_password: fc.constant('correct horse battery'),
  new_password: fc.constant('another horse battery'),
  type: fc.constantFrom('cleanup_expired_listings', 'send_notifications', 'update_search_index'),
  interval: nearly(['24h', '1h30m', '90s', '1.5h'], ['5 minutes', '2540400h', '100µs', '1d']),
  spread: nearly(['1s', '1m30s'], ['0s', '-5m', '2540400h', '100µs']),
  max_runs: nearly([1, 3, 1_000_000_000], [0, -1, 1.5, 1_000_000_001]),
  max_running: nearly([1, 3, 10_000], [0, -1, 1.5, 10_001]),
  priority: nearly(['high', 'normal', 'low'], ['', 'urgent', 'HIGH']),
  expire_after: nearly(['5m', '1h'], ['-1h', '0s', '9999h']),
  timeout: nearly(['30s', '5m'], ['-1h', '0s', '9999h']),
  initial: nearly(['1s', '10s'], ['2h', 'x']),
  max: nearly(['1m', '1h'], ['1ns']),
  cron: nearly(
    ['0 3 * * *', '*/5 * * * *', '15 0 3 * * SUN', '0 0 29 2 *'],
    ['0 0 31 2 *', '@daily', '60 * * * *'],
  ),
  rrule: nearly(
    [
      'FREQ=DAILY;BYHOUR=9',
      'FREQ=MONTHLY;BYDAY=-1FR;BYHOUR=9',
      'FREQ=YEARLY;BYMONTHDAY=29;BYMONTH=2;BYHOUR=0',
    ],
    ['FREQ=HOURLY', 'FREQ=DAILY;COUNT=3', 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;BYHOUR=9'],
  ),
  timezone: nearly(['UTC', 'Europe/Berlin', 'America/New_York'], ['Mars/Olympus', '+02:00']),
  payload: nearly<object>([{}], [{ days_old: 30 }, { batchSize: 5 }, { fullReindex: true }, { nope: 1 }]),
  template: nearly(['default'], ['welcome', 'listing_expired', 'nope']),
  data: nearly<object>([{ title: 'Hello', message: 'Good morning' }], [{}, { title: 1 }]),
  kind: nearly(['webhook'], ['email', 'nope']),
  config: nearly<object>([{ url: 'https://alerts.example/hook' }], [{}, { url: 1 }]),
  value: nearly(['hunter2'], ['', '\ud800']),
  category: fc.constantFrom('books', 'garden-tools'),
  currency: fc.constantFrom('EUR', 'USD'),
  'if-match': pooled('etag'),
  'if-none-match': fc.constant('*'),
  'last-event-id': fc.constantFrom('x-1', '0'),
};
const TIMES = [
  'run_at',
  'start_at',
  'end_at',
  'until',
  'from',
  'to',
  'due_at',
  'expires_at',
  'created_after',
];

const days = fc.noBias(fc.integer({ min: -20, max: 600 }));
const time = fc.oneof(
  { weight: 9, arbitrary: days.map((at) => new Date(Date.now() + at * 86_400_000).toISOString()) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '9999-12-31T23:59:59.999Z',
      '9999-12-31T23:59:59-23:59',
      '0000-01-01T00:00:00Z',
    ),
  },
);

/**
 * Strings that often break programs: SQL, HTML, paths, templates, and text that UTF-8 or a database cannot
 * hold.
 */
export const hostileText = fc.oneof(
  fc.constantFrom(
    "' OR 1=1 --",
    "'; DROP TABLE users; --",
    '" UNION SELECT * FROM jobs --',
    '<script>alert(1)</script>',
    '<%= process.env %>',
    '{{7*7}}#{7*7}',
    '../../etc/passwd',
    '%2e%2e%2f',
    'a\r\nSet-Cookie: x=1',
    'a\0b',
    '\ud800',
    'x\udfff',
    '\u202egnp.exe',
    'ﬀ İ ß e\u0301 👩‍👩‍👧',
    '__proto__',
    'constructor',
    'toString',
    'NaN',
    '-0',
    '1e999',
    '9223372036854775808',
    '*',
    '%',
    '_',
    '"',
    'NEAR(',
    '',
    ' ',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
);

const hostileValue = fc.oneof(
  hostileText,
  fc.constantFrom(null, true, 0, -1, 1.5, 2 ** 53, -(2 ** 63), 1e308, [], {}, [[]], { a: {} }),
  fc.integer({ min: 100, max: 300_000 }).map((length) => 'x'.repeat(length)),
  fc.integer({ min: 2, max: 80 }).map((depth) => deep(depth)),
  fc.jsonValue(),
);

function deep(depth: number): unknown {
  let value: unknown = {};
  for (let at = 0; at < depth; at += 1) value = at % 2 === 0 ? [value] : { a: value };
  return value;
}

/** Values that match a schema; the server should accept most of them. */
export function valuesOf(schema: JsonSchema, name = ''): fc.Arbitrary<unknown> {
  const plain = plainValuesOf(schema);
  const hint = HINTS[name] ?? (TIMES.includes(name) ? time : undefined);
  return hint === undefined
    ? plain
    : fc.oneof({ weight: 14, arbitrary: hint }, { weight: 1, arbitrary: plain });
}

function plainValuesOf(schema: JsonSchema): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map((one) => plainValuesOf(one)));
  if (Array.isArray(schema.type)) {
    return fc.oneof(...schema.type.map((type: string) => plainValuesOf({ ...schema, type })));
  }
  switch (schema.type) {
    case 'object':
      return objects(schema);
    case 'array':
      return fc.array(plainValuesOf(schema.items ?? {}), { maxLength: 3 });
    case 'string':
      return strings(schema);
    case 'integer':
      return fc.integer({
        min: Math.max(schema.minimum ?? 0, -(2 ** 31)),
        max: Math.min(schema.maximum ?? 99, 2 ** 31 - 1),
      });
    case 'number':
      return fc.double({ min: schema.minimum ?? -1e6, max: schema.maximum ?? 1e6, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function objects({ properties = {}, required = [] }: JsonSchema): fc.Arbitrary<unknown> {
  const fields = Object.entries(properties).map(([key, field]) => {
    const values = valuesOf(field, key);
    return [key, required.includes(key) ? values : fc.option(values, { nil: undefined, freq: 2 })];
  });
  return fc.tuple(fc.record(Object.fromEntries(fields)), picks).map(([made, pick]) => {
    const left = pick % 9 === 0 ? [] : leftOut(made, pick);
    return Object.fromEntries(
      Object.entries(made).filter(([key, value]) => value !== undefined && !left.includes(key)),
    );
  });
}

const KINDS = ['interval', 'cron', 'rrule', 'run_at', 'on_demand', 'after'] as const;
const COMPANIONS: Readonly<Record<string, readonly string[]>> = {
  interval: ['interval_mode', 'start_at', 'end_at', 'max_runs', 'spread', 'only_if', 'calendar'],
  cron: ['timezone', 'start_at', 'end_at', 'max_runs', 'spread', 'only_if', 'calendar'],
  rrule: ['timezone', 'start_at', 'end_at', 'max_runs', 'spread', 'only_if', 'calendar'],
  run_at: ['only_if', 'calendar'],
  after: ['end_at', 'max_runs', 'only_if', 'calendar'],
};

/** Fields that one kind of schedule must not have, which a schema cannot express. */
function leftOut(made: object, pick: number): readonly string[] {
  const kinds = KINDS.filter((kind) => Reflect.get(made, kind) !== undefined);
  const kind = kinds[pick % kinds.length];
  if (kind === undefined) return [];
  const kept = COMPANIONS[kind] ?? [];
  return [...KINDS.filter((other) => other !== kind), ...Object.values(COMPANIONS).flat()].filter(
    (name) => !kept.includes(name),
  );
}

function strings({ format, pattern, minLength = 0, maxLength = 40 }: JsonSchema): fc.Arbitrary<string> {
  if (format === 'email') return fc.emailAddress();
  if (format === 'date-time') return time;
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  const bounds = { minLength, maxLength: Math.min(maxLength, minLength + 60) };
  return fc.oneof(
    fc.string({ unit: 'grapheme-ascii', ...bounds }),
    fc.string({ unit: 'grapheme', ...bounds }),
  );
}

/** A value with one change that makes it invalid. */
export function spoilt(value: unknown): fc.Arbitrary<unknown> {
  if (typeof value !== 'object' || value === null || value instanceof FromPool) return hostileValue;
  const keys = Object.keys(value);
  const added = fc.tuple(fc.oneof(hostileText, fc.constant('nope')), hostileValue);
  const withMore = added.map(([key, more]) => withOwn(value, key, more));
  if (keys.length === 0) return fc.oneof(withMore, hostileValue);
  const key = fc.constantFrom(...keys);
  return fc.oneof(
    {
      weight: 4,
      arbitrary: key.chain((at) => spoilt(Reflect.get(value, at)).map((bad) => withOwn(value, at, bad))),
    },
    { weight: 2, arbitrary: withMore },
    {
      weight: 2,
      arbitrary: key.map((at) => Object.fromEntries(Object.entries(value).filter(([k]) => k !== at))),
    },
    { weight: 1, arbitrary: hostileValue },
  );
}

/** Includes `__proto__`, which an assignment would not create. */
function withOwn(value: object, key: string, more: unknown): object {
  const copy = Object.fromEntries(Object.entries(value));
  return Object.defineProperty(copy, key, {
    value: more,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}
