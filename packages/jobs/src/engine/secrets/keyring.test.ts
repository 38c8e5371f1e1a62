import { expect, test } from 'vitest';
import { openField, sealField } from '../../core/secrets/payload-secrets.ts';
import { placeOfChannel, placeOfSecret, SecretError } from '../../core/secrets/secret-value.ts';
import { createKeyring, keyIdOf } from './keyring.ts';

const KEY = 'the newest key of these tests is long';
const OLD_KEY = 'the older key of these tests is long';

// Promise P40, secrets in payloads.
test('a text opens in its place alone, and each sealing differs', () => {
  const ring = createKeyring([KEY]);
  const sealed = ring.seal('here', 'hunter2');
  expect(sealed).not.toContain(Buffer.from('hunter2').toString('base64url'));
  expect(ring.seal('here', 'hunter2')).not.toBe(sealed);
  expect(ring.open('here', sealed)).toBe('hunter2');
  expect(() => ring.open('there', sealed)).toThrow(SecretError);
});

test('a text that was changed, cut off or made up is refused, without it in the message', () => {
  const ring = createKeyring([KEY]);
  const sealed = ring.seal('here', 'hunter2');
  for (let at = 0; at < sealed.length; at += 5) {
    const other = sealed[at] === 'A' ? 'B' : 'A';
    expect(() => ring.open('here', sealed.slice(0, at) + other + sealed.slice(at + 1))).toThrow(SecretError);
    expect(() => ring.open('here', sealed.slice(0, at))).toThrow(SecretError);
  }
  for (const made of ['', '1.', `1.${ring.ids[0]}.`, `2${sealed.slice(1)}`, 'hunter2'])
    expect(() => ring.open('here', made)).toThrow(/^can't be opened: [^{]*$/);
});

test('the first key seals, each key opens, and a missing one is named by its id', () => {
  const old = createKeyring([OLD_KEY]);
  const sealed = old.seal('here', 'hunter2');
  const both = createKeyring([KEY, OLD_KEY]);
  expect(both.open('here', sealed)).toBe('hunter2');
  expect([both.isCurrent(sealed), both.isCurrent(both.seal('here', 'x'))]).toEqual([false, true]);
  expect([keyIdOf(sealed), both.ids[1]]).toEqual([old.ids[0], old.ids[0]]);
  expect(() => createKeyring([KEY]).open('here', sealed)).toThrow(`the key ${old.ids[0]}`);
  expect(() => createKeyring([]).seal('here', 'x')).toThrow('SECRETS_KEY');
});

test('a field opens in its own job and place alone, and a secret or a channel under its own id alone', () => {
  const sealer = createKeyring([KEY]);
  const at = (jobId: string) => ({ jobId, sealer, named: new Map<string, string>() });
  const sealed = sealField('hunter2', '/token', at('a'));
  expect(openField(sealed, '/token', at('a'))).toBe('hunter2');
  expect(() => openField(sealed, '/token', at('b'))).toThrow(SecretError);
  expect(() => openField(sealed, '/note', at('a'))).toThrow(SecretError);
  for (const placeOf of [placeOfSecret, placeOfChannel])
    expect(() => sealer.open(placeOf('b'), sealer.seal(placeOf('a'), 'hunter2'))).toThrow(SecretError);
  expect(() => sealer.open(placeOfChannel('a'), sealer.seal(placeOfSecret('a'), 'hunter2'))).toThrow(
    SecretError,
  );
});
