import { expect, test } from 'vitest';
import { openPayload, type SecretField, sealField, secretNamesIn, shownPayload } from './payload-secrets.ts';
import type { Sealer } from './secret-value.ts';

const TOKEN: SecretField = { path: ['token'], isSealed: true };
const HEADERS: SecretField = { path: ['headers', '*'], isSealed: false };
const sealer: Sealer = {
  seal: (_place, text) => text,
  open: (_place, sealed) => sealed,
  isCurrent: () => true,
};
const keys = { jobId: 'a', sealer, named: new Map([['API_KEY', 'hunter2']]) };

// Promise P40, secrets in payloads.
test('a sealed value is hidden also where no schema says that it is a secret', () => {
  const stored = JSON.stringify({ token: { $sealed: 'x' }, list: [{ $sealed: 'y' }], note: 'n' });
  expect(JSON.parse(shownPayload(stored, []))).toEqual({
    token: '[secret]',
    list: ['[secret]'],
    note: 'n',
  });
});

test('null is no secret: it is stored and shown as it is', () => {
  expect(sealField(null, '/token', keys)).toBeNull();
  expect(shownPayload('{"token":null}', [TOKEN])).toBe('{"token":null}');
});

test('a value that a name stands for is one that the run must not show', () => {
  const headers = { authorization: { $secret: 'API_KEY' }, accept: 'text/plain' };
  expect(openPayload({ headers }, [HEADERS], keys)).toEqual({
    payload: { headers: { authorization: 'hunter2', accept: 'text/plain' } },
    values: ['hunter2'],
  });
});

test('names count only in marked fields, each once', () => {
  const reference = { $secret: 'API_KEY' };
  const payload = {
    token: reference,
    headers: { a: reference, b: { $secret: 'B' } },
    note: { $secret: 'C' },
  };
  expect(secretNamesIn(payload, [TOKEN, HEADERS])).toEqual(['API_KEY', 'B']);
});
