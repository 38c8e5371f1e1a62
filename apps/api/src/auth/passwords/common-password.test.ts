import { expect, test } from 'vitest';
import { createTestApp, PASSWORD } from '../../testing/test-app.ts';
import { isCommonPassword } from './common-password.ts';

test.each([
  'qwertyuiop',
  'Password123',
  '1q2w3e4r5t',
  'manchester',
  'Dragon-2026!',
  '1234-monkey',
  'GreenVue2026',
  'ab12ab12ab12',
  'aaaaaaaaaaaa',
  'P@ssword123',
  'P@$$w0rd2026!',
  '$unsh1ne-2026',
  'Password1234567890',
  'qwerty12345',
  '1234567890ab',
  '0987654321',
  '1qaz2wsx3edc',
  'qwertzuiop#1',
  'AZERTYuiop99',
  'abcdefghijkl',
  'zyxwvutsrqpo',
  '!@#$%^&*()',
  'aaaaaaaaaa1!',
])('%s is a common password', (password) => {
  expect(isCommonPassword(password)).toBe(true);
});

test.each([
  PASSWORD,
  'dragon monkey shadow',
  'dragon8271936450271',
  'fA7$kq0-Zr',
  'ünïcödé ist schön',
  'rstlne-quiet-42-lamp',
  '4 horses & 3 defects',
  'x7#qwe-Lm2_0vTz',
])('%s is no common password', (password) => {
  expect(isCommonPassword(password)).toBe(false);
});

test('a body full of marks is judged at once: accounts refuse such a length anyway', () => {
  const start = performance.now();
  expect(isCommonPassword('!'.repeat(1_000_000))).toBe(false);
  expect(performance.now() - start).toBeLessThan(1_000);
});

test('an account is neither made with a common password nor changed to one, and the answer says what to do', async () => {
  const app = await createTestApp();
  const { access_token: token } = await app.signUp('ann@example.com');
  const refused = (pointer: string) => ({
    status: 422,
    body: { errors: [{ pointer, detail: expect.stringMatching(/attackers try: use several words/) }] },
  });
  const payload = { email: 'bob@example.com', name: 'Bob', password: 'Password123' };
  expect(await app.ask({ method: 'POST', url: '/api/auth/register', payload })).toMatchObject(
    refused('/password'),
  );
  const change = { current_password: PASSWORD, new_password: 'Password123' };
  expect(await app.ask({ method: 'POST', url: '/api/auth/password', payload: change, token })).toMatchObject(
    refused('/new_password'),
  );
  const reset = { token: 'x', new_password: 'Password123' };
  expect(
    await app.ask({ method: 'POST', url: '/api/auth/password-reset/confirm', payload: reset }),
  ).toMatchObject(refused('/new_password'));
});
