import { BlockList, isIP } from 'node:net';

/** Addresses and ranges of them, such as `10.0.0.0/8`, `10.1.2.3` or `fd00::/8`. Each must be valid. */
export function rangesOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = '', bits] = range.split('/');
    if (bits === undefined) list.addAddress(network, familyOf(network));
    else list.addSubnet(network, Number(bits), familyOf(network));
  }
  return list;
}

export function inRanges(list: BlockList, address: string): boolean {
  return isIP(address) !== 0 && list.check(address, familyOf(address));
}

export function isRange(text: string): boolean {
  const [network = '', bits, ...rest] = text.split('/');
  const family = isIP(network);
  // An address with a zone, such as `fe80::1%eth0`, is none that a URL can have.
  if (family === 0 || network.includes('%') || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
