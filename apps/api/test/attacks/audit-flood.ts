// Measures how much failed sign-ins for one account add to the audit log and to the log, from many networks
// and from one.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { flood, row, startTarget, type Target } from './target.ts';

const SIGN_INS = 5_000;
const NETWORKS = 20;
/** Waits until the last lines are written. */
const SETTLE_MS = 1_000;

const target = await startTarget({ TRUST_PROXY: 'true', LOG_LEVEL: 'info' });
try {
  await attack(target, `${NETWORKS} networks`, (n) => `66.${(n % NETWORKS) >> 8}.0.${(n % NETWORKS) % 256}`);
  await attack(target, 'one address', () => '10.1.0.1');
} finally {
  await target.stop();
}

async function attack(at: Target, from: string, address: (n: number) => string): Promise<void> {
  const before = { rows: auditRows(at), bytes: at.logged() };
  const begin = performance.now();
  const answers = await flood(SIGN_INS, (n) =>
    at.ask('POST', '/api/auth/login', {
      address: address(n),
      body: { email: 'ann@example.com', password: 'a guess' },
    }),
  );
  const seconds = (performance.now() - begin) / 1_000;
  await sleep(SETTLE_MS);
  row(`${SIGN_INS} sign-ins from ${from}`, `${answers}, in ${Math.round(seconds)} s`);
  row('rows of the audit log', `${auditRows(at) - before.rows}`);
  row('bytes of the log', `${at.logged() - before.bytes}`);
}

function auditRows({ dataDir }: Target): number {
  const database = new DatabaseSync(join(dataDir, 'app.db'), { readOnly: true });
  try {
    return Number(database.prepare('SELECT count(*) AS rows FROM audit').get()?.rows);
  } finally {
    database.close();
  }
}
