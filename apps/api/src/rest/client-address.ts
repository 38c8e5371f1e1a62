import { isIPv6 } from 'node:net';
import { normalizeIP } from '@fastify/rate-limit';

const IPV6_SUBNET = 64;

/** Enough for IPv6 with a zone. A header from a proxy can have any length. */
export const LONGEST_ADDRESS = 64;

/** The address of a request, cut to a maximum length for sessions and the audit log. */
export function clientAddressOf(ip: string): string {
  return withoutPort(ip.slice(0, LONGEST_ADDRESS));
}

/** The address without a port. Some proxies send the port, which differs with each connection. */
function withoutPort(address: string): string {
  const [, v6, v4] = /^(?:\[(.+)\](?::\d+)?|([\d.]+):\d+)$/.exec(address) ?? [];
  return v6 ?? v4 ?? address;
}

/**
 * The network of an address: one IPv4 address, or the /64 of an IPv6 address, which belongs to one customer.
 */
export function networkOf(address: string): string {
  return normalizeIP(address, IPV6_SUBNET);
}

/** Whether an address is a loopback address. */
export function isLoopback(address: string): boolean {
  return isIPv6(address)
    ? address === '::1' || address.startsWith('::ffff:127.')
    : address.startsWith('127.');
}
