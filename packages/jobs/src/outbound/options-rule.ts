import { rule } from '../core/input/rule.ts';
import { listOf, shape } from '../core/input/shape.ts';
import type { OutboundOptions } from '../core/outbound/outbound.ts';
import { ALLOWED_ADDRESS_RULE, isAllowEntry } from './addresses/allowed-addresses.ts';

const isEntry = (value: unknown) => typeof value === 'string' && isAllowEntry(value);

/** The rule of {@link OutboundOptions}. */
export const outboundRule = shape<OutboundOptions>(
  'options such as { allow: ["10.0.0.0/8", "mail.internal"] }',
  {
    allow: listOf(
      'a list of addresses, ranges and host names, such as ["10.0.0.0/8", "mail.internal"]',
      rule(isEntry, { what: ALLOWED_ADDRESS_RULE }),
    ),
  },
);
