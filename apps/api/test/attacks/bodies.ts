// Sends bodies with unknown members, from strangers and from an admin: 95,000 members, and as many as the
// limits allow.
import { setTimeout as sleep } from 'node:timers/promises';
import { median, printFigures, row, startTarget, type Target } from './target.ts';

const TIMES = 9;
const MANY = 95_000;
/** As much as fits into 16 KiB, and 10,000 values in all. */
const IN_AUTH_LIMIT = 2_000;
const IN_LIMIT = 9_990;

const keys = (members: number) =>
  `{${Array.from({ length: members }, (_, n) => `"${n.toString(36)}":0`).join(',')}}`;
const inPayload = (members: number) =>
  `{"id":"a","name":"a","type":"update_search_index","on_demand":true,"payload":${keys(members)}}`;
const items = (members: number) => `{"payload":{"a":[${'{},'.repeat(members / 2)}{}]}}`;

const target = await startTarget({ RATE_LIMIT_PER_MINUTE: '100000' });
try {
  const { admin: token } = target;
  for (const [members, ofAuth] of [
    [MANY, MANY],
    [IN_LIMIT, IN_AUTH_LIMIT],
  ] as const) {
    await attack(target, { path: '/api/auth/refresh', body: keys(ofAuth) });
    await attack(target, { path: '/api/auth/logout', body: keys(ofAuth) });
    await attack(target, { path: '/api/jobs', body: keys(members), token });
    await attack(target, { path: '/api/jobs', body: inPayload(members), token });
    await attack(target, { path: '/api/jobs', body: items(members), token });
    await attack(target, { path: '/api/notifications', body: inPayload(members), token });
  }
} finally {
  await target.stop();
}

interface Attack {
  readonly path: string;
  readonly body: string;
  readonly token?: string;
}

async function attack({ ask, watch }: Target, { path, ...options }: Attack): Promise<void> {
  const watched = watch();
  await sleep(200);
  const waits: number[] = [];
  let status = 'cut';
  for (let n = 0; n < TIMES; n += 1) {
    const begin = performance.now();
    const reply = await ask('POST', path, options).catch(() => undefined);
    waits.push(performance.now() - begin);
    status = String(reply?.status ?? 'cut');
  }
  const figures = await watched.stop();
  const size = `${Math.round(options.body.length / 1024)} KiB`;
  row(`POST ${path}, ${size}`, `${status} in ${Math.round(median(waits))} ms (median)`);
  printFigures(figures);
}
