import { ALERT_CONDITIONS, DELIVERY_STATUSES } from '../../core/alerts/alert.ts';
import { NO_FAULTS } from '../../core/input/fault.ts';
import {
  aFunction,
  flag,
  nullable,
  oneOf,
  type Rule,
  required,
  rule,
  text,
  wholeNumber,
} from '../../core/input/rule.ts';
import { listOf, shape } from '../../core/input/shape.ts';
import { isRecord } from '../../core/objects.ts';
import { httpUrl } from '../../core/watching/watch-rules.ts';
import type {
  AlertChannelInput,
  AlertChannelPatch,
  AlertDeliveryListQuery,
  AlertOptions,
} from '../ports/alerts-port.ts';

const MOST_ROWS = 10_000;
const LARGEST_CONFIG = 16_384;

const isJsonObject = (value: unknown) =>
  isRecord(value) && !Array.isArray(value) && (JSON.stringify(value)?.length ?? 0) <= LARGEST_CONFIG;

const config = rule(isJsonObject, {
  what: 'an object of at most 16 KiB as JSON, such as { url: "https://example.com/alerts" }',
});
const conditions = listOf(
  'a list of conditions, such as ["failed", "recovered"]',
  oneOf(...ALERT_CONDITIONS),
);

/** The id of a channel. The engine checks its characters. */
export const channelIdRule = required(text({ max: 1_000, like: 'ops' }));
/** The id of a delivery. */
export const deliveryIdRule: Rule = rule(
  (value) => typeof value === 'string' && /^[0-9]{1,19}$/.test(value),
  { what: 'the id of a delivery: 1 to 19 digits as text, such as "4711"' },
);

export const channelRules = required(
  shape<AlertChannelInput>(
    'a channel such as { id: "ops", kind: "email", config: { to: "ops@example.com" } }',
    {
      id: channelIdRule,
      kind: required(text({ min: 1, max: 64, like: 'webhook' })),
      config,
      allJobs: flag,
      enabled: flag,
      conditions,
    },
  ),
);

export const channelPatchRules = required(
  shape<AlertChannelPatch>('a change such as { allJobs: false }', {
    config,
    allJobs: flag,
    enabled: flag,
    conditions: nullable(conditions),
  }),
);

export const deliveryQueryRules = shape<AlertDeliveryListQuery>(
  'a query such as { status: "undeliverable" }',
  {
    channel: text({ max: 128 }),
    status: oneOf(...DELIVERY_STATUSES),
    condition: oneOf(...ALERT_CONDITIONS),
    jobId: text({ max: 128 }),
    limit: wholeNumber({ min: 0, max: MOST_ROWS }),
    before: deliveryIdRule,
  },
);

const kind = aFunction('a function async (notice, config, signal) => …');
const kinds = rule(
  (value) => isRecord(value) && Object.values(value).every((one) => kind.faults(one).length === 0),
  {
    what: 'functions by the names of their kinds, such as { pager: async (notice, config, signal) => … }',
  },
);

const isMailServer = (value: unknown) =>
  typeof value === 'string' && ['smtp:', 'smtps:'].includes(URL.parse(value)?.protocol ?? '');
/** Does not show the value, which has a password. */
const smtp: Rule = {
  what: 'a URL such as smtp://user:password@mail.example.com:587, or smtps://',
  faults: (value) => (isMailServer(value) ? NO_FAULTS : [{ pointer: '', detail: `must be ${smtp.what}` }]),
};

/** The option `alerts` of `createJobs`. */
export const alertOptionRules = shape<AlertOptions>(
  'options such as { consoleUrl: "https://example.com/console" }',
  {
    consoleUrl: httpUrl,
    smtp,
    from: text({ min: 3, max: 320, like: 'Jobs <jobs@example.com>' }),
    kinds,
  },
);
