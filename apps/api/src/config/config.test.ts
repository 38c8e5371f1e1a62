import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { parseConfig } from './config.ts';

const RANDOM = 'WcOAHcpfo0oKd1sE3f8Yk0yNq2VnJ7m4tZb6';

function configOf(env: Record<string, string>) {
  const parsed = parseConfig(env);
  if (!parsed.ok) throw new Error(parsed.faults.join('\n'));
  return parsed.config;
}

function faultsOf(env: Record<string, string>): readonly string[] {
  const parsed = parseConfig(env);
  return parsed.ok ? [] : parsed.faults;
}

test('an empty environment is a whole configuration', () => {
  expect(configOf({})).toMatchObject({
    env: 'development',
    host: '127.0.0.1',
    port: 8080,
    dataDir: resolve('data'),
    shutdownTimeoutMs: 20_000,
    jobs: { concurrency: 10, minIntervalMs: 1_000, maxStallMs: 60_000, threadMemoryMb: 512 },
  });
});

test('an empty variable counts as unset', () => {
  expect(configOf({ PORT: '', HOST: '  ' })).toMatchObject({ port: 8080, host: '127.0.0.1' });
});

test('every fault is named at once, one line each', () => {
  const faults = faultsOf({
    NODE_ENV: 'production',
    PORT: '80800',
    SHUTDOWN_TIMEOUT: '20',
    LOG_LEVEL: 'loud',
    JOBS_CONCURRENCY: '-1',
    JOBS_MIN_INTERVAL: '0s',
    SMTP_URL: 'http://mail',
    MAIL_FROM: 'a@b.c\r\nBcc: d@e.f',
    CORS_ORIGINS: 'https://good.example,https://bad.example/path',
    TRUST_PROXY: '300.1.1.1',
    OUTBOUND_ALLOW: '10.0.0.0/8, http://mail',
    METRICS_TOKEN: 'short',
    ADMIN_EMAIL: 'nobody',
    ADMIN_PASSWORD: 'short',
  });
  const names = faults.map((line) => line.split(' ')[0]);
  expect(names.sort()).toEqual([
    'ADMIN_EMAIL',
    'ADMIN_PASSWORD',
    'CORS_ORIGINS',
    'JOBS_CONCURRENCY',
    'JOBS_MIN_INTERVAL',
    'JWT_SECRET',
    'LOG_LEVEL',
    'MAIL_FROM',
    'METRICS_TOKEN',
    'OUTBOUND_ALLOW',
    'PORT',
    'SHUTDOWN_TIMEOUT',
    'SMTP_URL',
    'TRUST_PROXY',
  ]);
  expect(faults.every((line) => !/[\r\n]/.test(line))).toBe(true);
});

test('a fault says the value and what would be right', () => {
  expect(faultsOf({ PORT: 'http' })).toEqual(['PORT "http" must be a whole number from 0 to 65535.']);
  expect(faultsOf({ JOBS_MAX_STALL: '5' })[0]).toMatch(
    /^JOBS_MAX_STALL "5" is not a duration\. Use Go syntax, such as 30s/,
  );
});

test('a fault never shows a secret', () => {
  const faults = faultsOf({
    JWT_SECRET: 'hunter2',
    ADMIN_PASSWORD: 'hunter2',
    SMTP_URL: 'ftp://me:hunter2@mail',
  });
  expect(faults).toHaveLength(3);
  expect(faults.join()).not.toContain('hunter2');
});

test('an SMTP password goes to another machine over TLS only', () => {
  const faults = (url: string) => faultsOf({ SMTP_URL: url });
  for (const parameter of ['ignoreTLS=true', 'opportunisticTLS=true', 'requireTLS=false']) {
    expect(faults(`smtp://me:hunter2@mail.example.com?${parameter}`)).toEqual([
      `SMTP_URL has ${parameter}, which would send the password unencrypted to another machine. Remove the parameter, or use a mail server on this machine, such as smtp://127.0.0.1:25.`,
    ]);
    expect(faults(`smtp://me:hunter2@127.0.0.1?${parameter}`)).toEqual([]);
    expect(faults(`smtp://mail.example.com?${parameter}`)).toEqual([]);
  }
  for (const url of ['smtp://me:hunter2@mail.example.com', 'smtps://me:hunter2@mail.example.com:465']) {
    expect(faults(url)).toEqual([]);
  }
});

test('production needs a JWT_SECRET, and no other environment does', () => {
  expect(faultsOf({ NODE_ENV: 'production' })).toEqual([expect.stringMatching(/^JWT_SECRET is not set/)]);
  expect(faultsOf({ NODE_ENV: 'production', JWT_SECRET: RANDOM })).toEqual([]);
  expect(faultsOf({ NODE_ENV: 'test' })).toEqual([]);
});

test('on PostgreSQL, production may set SECRETS_KEY instead; without either, the error names both', () => {
  const production = { NODE_ENV: 'production', DATABASE_URL: 'postgres://db/greenvue' };
  expect(faultsOf({ ...production, SECRETS_KEY: RANDOM })).toEqual([]);
  expect(configOf({ ...production, SECRETS_KEY: `${RANDOM}, ${RANDOM}2` }).secretsKeys).toEqual([
    RANDOM,
    `${RANDOM}2`,
  ]);
  expect(faultsOf(production)).toEqual([
    expect.stringMatching(/^JWT_SECRET is not set: .*openssl rand -base64 48.* SECRETS_KEY /),
  ]);
  expect(faultsOf({ NODE_ENV: 'production', SECRETS_KEY: RANDOM })).toHaveLength(1);
  expect(faultsOf({ SECRETS_KEY: `${RANDOM},hunter2` })).toEqual([
    expect.stringMatching(/^SECRETS_KEY is too short: each key must have at least 32 characters/),
  ]);
});

test.each([
  ['x'.repeat(48), 'has only 1 different characters'],
  ['abcabcabcabcabcabcabcabcabcabcabcabc', 'has only 3 different characters'],
  ['Xk3vQ9ZpXk3vQ9ZpXk3vQ9ZpXk3vQ9Zp', 'repeats the same text'],
  ['0123456789abcdef0123456789abcdef', 'consists of sequences'],
  ['abcdefghijklmnopqrstuvwxyz123456', 'consists of sequences'],
  ['0123456789abcdefghijklmnopqrstuv', 'consists of sequences'],
  ['ZYXWVUTSRQPONMLKJIHGFEDCBA987654', 'consists of sequences'],
  ['change-me-change-me-change-me-please', 'well-known words'],
  ['my-super-secret-jwt-token-for-greenvue', 'well-known words'],
  ['your-256-bit-secret-goes-here-please', 'well-known words'],
])('production refuses the secret %s, without showing it', (secret, why) => {
  const line = new RegExp(`^JWT_SECRET .*${why}.*openssl rand -base64 48$`);
  const faults = faultsOf({ NODE_ENV: 'production', JWT_SECRET: secret });
  expect(faults).toEqual([expect.stringMatching(line)]);
  expect(faults.join()).not.toContain(secret);
  expect(faultsOf({ JWT_SECRET: secret })).toEqual([]);
});

test('production takes secrets that are made at random', () => {
  const unlucky = ['4ca8b83ca35852608102020f23caa9489133b236c0966141', '1f40b5d2a3e94071b5820d4c91f2036a'];
  for (const secret of unlucky)
    expect(faultsOf({ NODE_ENV: 'production', JWT_SECRET: secret }), secret).toEqual([]);
  for (const [encoding, bytes] of [
    ['base64', 24],
    ['base64url', 24],
    ['hex', 24],
    ['hex', 16],
  ] as const) {
    for (let n = 0; n < 500; n += 1) {
      const secret = randomBytes(bytes).toString(encoding);
      expect(faultsOf({ NODE_ENV: 'production', JWT_SECRET: secret }), secret).toEqual([]);
    }
  }
});

test('DATABASE_URL takes GreenVue to PostgreSQL, past a pooler where DATABASE_DIRECT_URL says', () => {
  const url = 'postgres://me:p%40ss@pooler:6432/greenvue';
  const directUrl = 'postgresql://me:p%40ss@db/greenvue?sslmode=require';
  expect(configOf({}).postgres).toBeUndefined();
  expect(configOf({ DATABASE_URL: url }).postgres).toEqual({ url, directUrl: url });
  expect(configOf({ DATABASE_URL: url, DATABASE_DIRECT_URL: directUrl }).postgres).toEqual({
    url,
    directUrl,
  });
});

test.each([
  'mysql://me:hunter2@db/greenvue',
  'me:hunter2@db/greenvue',
  'postgres://me:hunter2@db',
  'postgres://me:hunter2@db/',
  'postgres://me:hunter2/1@db/greenvue',
  'postgres://me:hunter2%@db/greenvue',
])('%s is refused in one clear line that shows no password', (url) => {
  for (const name of ['DATABASE_URL', 'DATABASE_DIRECT_URL']) {
    const faults = faultsOf({ DATABASE_URL: 'postgres://db/greenvue', [name]: url });
    expect(faults).toEqual([expect.stringMatching(new RegExp(`^${name} must be a URL such as postgres://`))]);
    expect(faults[0]).not.toContain('hunter2');
  }
});

test('DATABASE_DIRECT_URL alone is refused', () => {
  expect(faultsOf({ DATABASE_DIRECT_URL: 'postgres://db/greenvue' })).toEqual([
    expect.stringMatching(/^DATABASE_DIRECT_URL is set without DATABASE_URL/),
  ]);
});

test('durations are read as Go writes them', () => {
  expect(configOf({ SHUTDOWN_TIMEOUT: '1m1.5s', JOBS_RETENTION_AGE: '1h' })).toMatchObject({
    shutdownTimeoutMs: 61_500,
    jobs: { retention: { ageMs: 3_600_000 } },
  });
});

test('proxies are trusted by yes or no, by number and by network', () => {
  expect(configOf({ TRUST_PROXY: 'true' }).trustProxy).toBe(true);
  expect(configOf({ TRUST_PROXY: '2' }).trustProxy).toBe(2);
  expect(configOf({ TRUST_PROXY: 'loopback, 10.0.0.0/8' }).trustProxy).toEqual(['loopback', '10.0.0.0/8']);
  for (const network of ['0.0.0.0/0', '10.0.0.0/33', '::/0', '::/129'])
    expect(faultsOf({ TRUST_PROXY: network })[0]).toContain('TRUST_PROXY');
});

test('a misspelt variable is warned of with the nearest name that is known', () => {
  const { warnings } = parseConfig({ JOBS_CONCURENCY: '5', RATE_LIMIT_PER_MINUT: '5', HOME: '/', JOBS: '1' });
  expect(warnings).toEqual([
    'JOBS_CONCURENCY is not a known variable and has no effect. Did you mean JOBS_CONCURRENCY?',
    'RATE_LIMIT_PER_MINUT is not a known variable and has no effect. Did you mean RATE_LIMIT_PER_MINUTE?',
  ]);
});

// P27, HTTP requests
test('OUTBOUND_ALLOW has addresses, ranges and names', () => {
  expect(configOf({}).jobs.outboundAllow).toEqual([]);
  const set = configOf({ OUTBOUND_ALLOW: '10.0.0.0/8, fd00::1 ,mail.internal' });
  expect(set.jobs.outboundAllow).toEqual(['10.0.0.0/8', 'fd00::1', 'mail.internal']);
  expect(faultsOf({ OUTBOUND_ALLOW: '*.internal' })).toEqual([
    'OUTBOUND_ALLOW "*.internal" has "*.internal", which is no address, range or host name. Write addresses such as 10.1.2.3, ranges such as 10.0.0.0/8 and names such as mail.internal, separated by commas.',
  ]);
});

// P26, pings
test('HEARTBEAT_URL is an address, which no fault shows', () => {
  expect(configOf({}).jobs.heartbeatUrl).toBeUndefined();
  expect(configOf({ HEARTBEAT_URL: 'https://hc-ping.com/a' }).jobs.heartbeatUrl).toBe(
    'https://hc-ping.com/a',
  );
  expect(faultsOf({ HEARTBEAT_URL: 'hc-ping.com/secret' })).toEqual([
    'HEARTBEAT_URL must be an address that begins with https:// or http://, such as https://hc-ping.com/….',
  ]);
});
