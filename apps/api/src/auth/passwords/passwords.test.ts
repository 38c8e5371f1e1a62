import { expect, test } from 'vitest';
import { createPasswordHasher, HasherBusyError, PASSWORD_COST } from './passwords.ts';

const cheap = createPasswordHasher({ memory: 64, passes: 1, parallelism: 1 });

test('a password is verified by its hash, and no other password is', async () => {
  const hash = await cheap.hash('correct horse');
  expect(await cheap.verify('correct horse', hash)).toBe(true);
  expect(await cheap.verify('correct horsf', hash)).toBe(false);
});

test('a hash is Argon2id in PHC format, salted, at or above the minimum of OWASP by default', async () => {
  const hasher = createPasswordHasher();
  const [one, two] = await Promise.all([hasher.hash('same'), hasher.hash('same')]);
  expect(one).toMatch(/^\$argon2id\$v=19\$m=\d+,t=\d+,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  expect(one).not.toBe(two);
  expect(PASSWORD_COST.memory).toBeGreaterThanOrEqual(19_456);
  expect(PASSWORD_COST.passes).toBeGreaterThanOrEqual(2);
});

test('a hash of another cost is verified at its own, and is outdated', async () => {
  const hash = await createPasswordHasher({ memory: 128, passes: 2, parallelism: 1 }).hash('secret');
  expect(await cheap.verify('secret', hash)).toBe(true);
  expect(cheap.isOutdated(hash)).toBe(true);
  expect(cheap.isOutdated(await cheap.hash('secret'))).toBe(false);
});

test('without an account the answer is no', async () => {
  expect(await cheap.verify('anything', undefined)).toBe(false);
});

test('the same letters typed in another composition are the same password', async () => {
  expect(await cheap.verify('caf\u00e9 au lait', await cheap.hash('cafe\u0301 au lait'))).toBe(true);
});

test('a crowd of logins is turned away instead of being queued without bound', async () => {
  const hasher = createPasswordHasher({ memory: 64, passes: 1, parallelism: 1 });
  const outcomes = await Promise.allSettled(Array.from({ length: 100 }, () => hasher.hash('secret')));
  const refused = outcomes.filter(({ status }) => status === 'rejected');
  expect(refused.length).toBeGreaterThan(0);
  expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThanOrEqual(40);
  expect(refused[0]).toMatchObject({ reason: expect.any(HasherBusyError) });
  // The places are free again.
  await expect(hasher.hash('secret')).resolves.toMatch(/^\$argon2id/);
});
