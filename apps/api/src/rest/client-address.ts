import { isIPv6 } from 'node:net';
import { normalizeIP } from '@fastify/rate-limit';

const IPV6_SUBNET = 64;

/** A zone included. A proxy may pass on a header of any length. */
export const LONGEST_ADDRESS = 64;

/** The address of a request, bounded: it is stored with sessions and in the audit log. */
export function clientAddressOf(ip: string): string {
  return withoutPort(ip.slice(0, LONGEST_ADDRESS));
}

/** The address without the port: some proxies add one, and it differs with each connection. */
function withoutPort(address: string): string {
  const [, v6, v4] = /^(?:\[(.+)\](?::\d+)?|([\d.]+):\d+)$/.exec(address) ?? [];
  return v6 ?? v4 ?? address;
}

/**
 * The network of an address: an IPv4 address itself, or the /64 of an IPv6 address, which one customer has.
 */
export function networkOf(address: string): string {
  return normalizeIP(address, IPV6_SUBNET);
}

/** Whether an address is one of this machine alone. */
export function isLoopback(address: string): boolean {
  return isIPv6(address)
    ? address === '::1' || address.startsWith('::ffff:127.')
    : address.startsWith('127.');
}
