import { NO_FAULTS } from '../../core/input/fault.ts';
import { type Rule, required, rule, text } from '../../core/input/rule.ts';
import { shape } from '../../core/input/shape.ts';
import { SECRET_NAME, SECRET_NAME_RULE } from '../../core/secrets/secret-value.ts';

const LONGEST_SECRET = 16_384;

/** The name of a secret. */
export const secretNameRule = required(
  rule((value) => typeof value === 'string' && SECRET_NAME.test(value), { what: SECRET_NAME_RULE }),
);

const isValue = (value: unknown) =>
  typeof value === 'string' &&
  value !== '' &&
  Buffer.byteLength(value) <= LONGEST_SECRET &&
  value.isWellFormed();

/** Its faults do not show the value. */
const value: Rule = {
  what: 'a text of 1 byte to 16 KiB',
  faults: (given) => (isValue(given) ? NO_FAULTS : [{ pointer: '', detail: `must be ${value.what}` }]),
};

export const secretValueRule = required(value);

export const resealRules = shape<{ readonly after?: string }>('{ after }', { after: text({ max: 200 }) });
