import type { BlockList } from 'node:net';
import { inRanges, isRange, rangesOf } from './address-ranges.ts';

/** What an operator allows besides public addresses. */
export interface AllowedAddresses {
  readonly ranges: BlockList;
  /** Host names in lower case. Each address of theirs is allowed. */
  readonly names: ReadonlySet<string>;
}

/** Completes "must be …". */
export const ALLOWED_ADDRESS_RULE =
  'an address, a range or a host name, such as "10.1.2.3", "10.0.0.0/8" or "mail.internal"';

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*$/;

/** Whether a text is an entry of `allow`. */
export function isAllowEntry(entry: string): boolean {
  return isRange(entry) || isHostName(entry.toLowerCase());
}

export function allowedAddresses(entries: readonly string[]): AllowedAddresses {
  return {
    ranges: rangesOf(entries.filter(isRange)),
    names: new Set(entries.filter((entry) => !isRange(entry)).map((entry) => entry.toLowerCase())),
  };
}

export function allowsAddress({ ranges }: AllowedAddresses, address: string): boolean {
  return inRanges(ranges, address);
}

export function allowsName({ names }: AllowedAddresses, host: string): boolean {
  return names.has(host.toLowerCase().replace(/\.$/, ''));
}

/** A URL must take it as it is: `10.0.0` and `0x7f.1` are addresses in a notation of their own. */
function isHostName(text: string): boolean {
  return HOST_NAME.test(text) && URL.parse(`http://${text}`)?.hostname === text;
}
