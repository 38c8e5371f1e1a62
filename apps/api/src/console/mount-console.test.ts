import { expect, test } from 'vitest';
import { createTestApp } from '../testing/test-app.ts';

test('in the whole app its policy takes the place of the usual one, and it has a rate limit of its own', async () => {
  const { ask } = await createTestApp({ RATE_LIMIT_PER_MINUTE: '6' });
  const other = { url: '/console/', remoteAddress: '10.0.0.9' };
  for (let n = 0; n < 30; n += 1) expect([200, 503]).toContain((await ask(other)).status);
  expect((await ask(other)).status).toBe(429);
  expect((await ask({ ...other, url: '/api/listings' })).status).toBe(200);
  for (let n = 0; n < 3; n += 1) {
    const answer = await ask({ url: '/console/', headers: { authorization: 'Bearer stale' } });
    expect([200, 503]).toContain(answer.status);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; /);
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
  }
  expect((await ask({ url: '/console/assets/none-Ab12.js' })).status).toBe(404);
});
