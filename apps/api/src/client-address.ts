import { normalizeIP } from '@fastify/rate-limit';

const IPV6_SUBNET = 64;

/** The address without a port: some proxies tell it as well, and it differs with each connection. */
export function withoutPort(address: string): string {
  const [, v6, v4] = /^(?:\[(.+)\](?::\d+)?|([\d.]+):\d+)$/.exec(address) ?? [];
  return v6 ?? v4 ?? address;
}

/** Whom an address belongs to: one IPv4 address, or the /64 of an IPv6 address, all of which one customer has. */
export function networkOf(address: string): string {
  return normalizeIP(address, IPV6_SUBNET);
}
