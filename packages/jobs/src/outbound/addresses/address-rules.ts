import { isIP } from 'node:net';
import { inRanges, rangesOf } from './address-ranges.ts';
import { type AllowedAddresses, allowsAddress } from './allowed-addresses.ts';

/** IANA's special-purpose addresses, and those at which clouds serve their metadata. */
const REFUSED_IPV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  // Link-local, with the metadata of most clouds at 169.254.169.254.
  '169.254.0.0/16',
  // Azure's host agent, which hands out certificates and keys.
  '168.63.129.16/32',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];

/** All public addresses of IPv6 are in this range. */
const PUBLIC_IPV6 = '2000::/3';

/** Of the public range: tunnels, which lead to any IPv4 address, and addresses for documentation. */
const REFUSED_IPV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

const refused = rangesOf([...REFUSED_IPV4, ...REFUSED_IPV6]);
const publicIpv6 = rangesOf([PUBLIC_IPV6]);

/**
 * P27, HTTP requests: whether a request may go to an address. Without a rule that allows it, only public
 * ones.
 */
export function mayConnect(address: string, allowed: AllowedAddresses): boolean {
  const judged = embeddedIpv4(address) ?? address;
  return isPublic(judged) || allowsAddress(allowed, judged);
}

function isPublic(address: string): boolean {
  if (isIP(address) === 6 && !inRanges(publicIpv6, address)) return false;
  return isIP(address) !== 0 && !inRanges(refused, address);
}

/**
 * The IPv4 address that an IPv6 address stands for: `::ffff:127.0.0.1` (mapped), or that of a NAT64 gateway.
 */
function embeddedIpv4(address: string): string | undefined {
  if (isIP(address) !== 6) return undefined;
  // In the one form in which a URL shows it, such as `::ffff:7f00:1`.
  const canonical = URL.parse(`http://[${address}]`)?.hostname.slice(1, -1);
  const groups = canonical?.match(/^(?:::ffff|64:ff9b:):([0-9a-f]{1,4}):([0-9a-f]{1,4})$/);
  if (!groups) return undefined;
  const [high = 0, low = 0] = groups.slice(1).map((group) => Number.parseInt(group, 16));
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
