import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { OutboundError } from '../outbound-error.ts';
import { mayConnect } from './address-rules.ts';
import { type AllowedAddresses, allowsName } from './allowed-addresses.ts';

/** Answers with the addresses of a host name. Rejects if it has none. */
export type Lookup = (hostname: string) => Promise<readonly string[]>;

/** As other programs of this machine resolve names, with its hosts file. */
export const systemLookup: Lookup = async (hostname) => {
  const found = await lookup(hostname, { all: true, order: 'ipv4first' });
  return found.map(({ address }) => address);
};

interface ResolveDeps {
  readonly lookup: Lookup;
  readonly allowed: AllowedAddresses;
}

/**
 * P27, HTTP requests: the addresses that a request to this URL may connect to. The name is resolved once and
 * the caller connects to these addresses, so that a name that resolves to another one a moment later (DNS
 * rebinding) gains nothing. One address that is not allowed refuses the name.
 */
export async function resolveHost(url: URL, { lookup, allowed }: ResolveDeps): Promise<readonly string[]> {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const addresses = isIP(host) === 0 ? await lookedUp(host, lookup) : [host];
  if (allowsName(allowed, host)) return addresses;
  const refused = addresses.find((address) => !mayConnect(address, allowed));
  if (refused !== undefined) throw refusal(host, refused);
  return addresses;
}

async function lookedUp(host: string, lookup: Lookup): Promise<readonly string[]> {
  const advice = 'Check the name in the URL, and the name servers of this machine.';
  let addresses: readonly string[];
  try {
    addresses = await lookup(host);
  } catch (cause) {
    throw new OutboundError('name_not_resolved', `The name ${host} could not be resolved. ${advice}`, {
      cause,
    });
  }
  if (addresses.length === 0)
    throw new OutboundError('name_not_resolved', `The name ${host} has no address. ${advice}`);
  return addresses;
}

function refusal(host: string, address: string): OutboundError {
  const what = host === address ? `The address ${host}` : `${host} resolves to ${address}, which`;
  const example = `{ allow: ["${host}"] } in code, or OUTBOUND_ALLOW=${host} of GreenVue`;
  const message = `${what} is not public, so no request is sent to it. To allow it, name it or its range in the option \`outbound\`: ${example}.`;
  return new OutboundError('refused_address', message);
}
