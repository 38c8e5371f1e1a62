import { expect, it } from 'vitest';
import { mayConnect } from './address-rules.ts';
import { allowedAddresses, isAllowEntry } from './allowed-addresses.ts';

// P27, HTTP requests

it.each([
  ['0.0.0.0', '0.255.255.255'],
  ['10.0.0.0', '10.255.255.255'],
  ['100.64.0.0', '100.127.255.255'],
  ['127.0.0.0', '127.255.255.255'],
  ['169.254.0.0', '169.254.255.255'],
  ['168.63.129.16', '168.63.129.16'],
  ['172.16.0.0', '172.31.255.255'],
  ['192.0.0.0', '192.0.0.255'],
  ['192.168.0.0', '192.168.255.255'],
  ['198.18.0.0', '198.19.255.255'],
  ['224.0.0.0', '255.255.255.255'],
])('the range from %s to %s is not public, also written as IPv6', (first, last) => {
  for (const address of [first, last])
    for (const text of [address, `::ffff:${address}`, `64:ff9b::${address}`])
      expect(mayConnect(text, allowedAddresses([])), text).toBe(false);
});

it.each([
  '::',
  '::1',
  '::127.0.0.1',
  '::ffff:0:127.0.0.1',
  '64:ff9b:1::1',
  '100::1',
  '2001::1',
  '2001:db8::1',
  '2002:7f00:1::',
  '3fff::1',
  'fc00::1',
  'fd00:ec2::254',
  'fe80::1',
  'fe80::1%eth0',
  'fec0::1',
  'ff02::1',
  'not an address',
])('%s is not public', (address) => expect(mayConnect(address, allowedAddresses([]))).toBe(false));

it.each([
  '1.1.1.1',
  '9.255.255.255',
  '100.63.255.255',
  '100.128.0.0',
  '172.15.0.1',
  '172.32.0.1',
  '223.255.255.255',
  '2606:4700::1111',
  '::ffff:1.1.1.1',
  '64:ff9b::1.1.1.1',
])('%s is public', (address) => expect(mayConnect(address, allowedAddresses([]))).toBe(true));

it('a range and an address allow what is in them, in each notation', () => {
  const allowed = allowedAddresses(['10.1.0.0/16', '192.168.1.9', 'fd00::/8', 'mail.internal']);
  for (const address of ['10.1.2.3', '::ffff:10.1.2.3', '192.168.1.9', 'fd12::1'])
    expect(mayConnect(address, allowed), address).toBe(true);
  for (const address of ['10.2.0.1', '192.168.1.8', 'fe80::1', '127.0.0.1'])
    expect(mayConnect(address, allowed), address).toBe(false);
});

it.each(['10.0.0.0/8', '10.1.2.3', 'fd00::/8', '::1', 'mail.internal', 'Localhost', 'a_b'])(
  'allow takes %s',
  (entry) => expect(isAllowEntry(entry)).toBe(true),
);

it.each([
  '',
  '10.0.0.0/33',
  '10.0.0/8',
  '10.0.0.0/8/8',
  'fd00::/129',
  'fe80::1%eth0',
  '0x7f.1',
  '2130706433',
  'http://a',
  'a:80',
  '*.internal',
  'a b',
])('allow refuses "%s"', (entry) => expect(isAllowEntry(entry)).toBe(false));
