import { isIPv4 } from 'node:net';

/** Whether SMTP_URL has a password for a mail server on another machine: that one is sent over TLS only. */
export function needsTls(url: string): boolean {
  const { hostname, password, searchParams } = new URL(url);
  // A `service` stands for a host of its own.
  return password !== '' && (!isThisMachine(hostname) || searchParams.has('service'));
}

/** The parameter of SMTP_URL that turns TLS off for such a password, such as `ignoreTLS=true`. */
export function parameterWithoutTls(url: string): string | undefined {
  const { searchParams } = new URL(url);
  if (!needsTls(url)) return undefined;
  const isOn = (name: string) => searchParams.has(name) && searchParams.get(name) !== 'false';
  if (searchParams.get('requireTLS') === 'false') return 'requireTLS=false';
  return ['ignoreTLS', 'opportunisticTLS'].filter(isOn).map((name) => `${name}=true`)[0];
}

function isThisMachine(hostname: string): boolean {
  return (
    hostname === 'localhost' || hostname === '[::1]' || (isIPv4(hostname) && hostname.startsWith('127.'))
  );
}
