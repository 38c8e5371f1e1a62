// Guesses and registrations from one address with many tokens; then guesses for one account from many
// networks.
import { setTimeout as sleep } from 'node:timers/promises';
import { flood, row, startTarget, type Target } from './target.ts';

const TOKENS = 10;
const FROM_ONE_ADDRESS = 120;
const NETWORKS = 150;
/** A longer `Retry-After` would lock out the owner. */
const PATIENCE_SECONDS = 60;
const OWNER = { email: 'owner@example.com', password: 'the battery of the owner' };
const KNOWN = '10.9.0.1';
const NEW = '10.9.0.2';

const target = await startTarget({ TRUST_PROXY: 'true' });
try {
  await fromOneAddress(target);
  await atOneAccount(target);
} finally {
  await target.stop();
}

async function fromOneAddress({ ask, admin }: Target): Promise<void> {
  const tokens: string[] = [];
  for (let n = 0; n < TOKENS; n += 1) {
    const { body } = await ask('POST', '/api/tokens', {
      token: admin,
      body: { name: `t${n}`, role: 'user' },
    });
    tokens.push(String(JSON.parse(body).secret ?? JSON.parse(body).token));
  }
  const post = (path: string, address: string, more: object) => (n: number) =>
    ask('POST', path, {
      token: tokens[n % TOKENS] ?? '',
      address,
      body: { email: `a${n}@example.com`, password: 'a guess or an account', ...more },
    });
  const made = await flood(FROM_ONE_ADDRESS, post('/api/auth/register', '10.1.0.1', { name: 'Ann' }));
  row(`${FROM_ONE_ADDRESS} registrations of one address, ${TOKENS} tokens`, made);
  const guessed = await flood(FROM_ONE_ADDRESS, post('/api/auth/login', '10.1.0.2', { password: 'a guess' }));
  row(`${FROM_ONE_ADDRESS} guesses of one address, ${TOKENS} tokens`, guessed);
}

async function atOneAccount(target: Target): Promise<void> {
  const { ask } = target;
  const logIn = (address: string, password = OWNER.password) =>
    ask('POST', '/api/auth/login', { address, body: { email: OWNER.email, password } });
  await ask('POST', '/api/auth/register', { address: KNOWN, body: { ...OWNER, name: 'Ann' } });
  await logIn(KNOWN);
  const guess = (n: number) => logIn(`66.${n >> 8}.0.${n % 256}`, 'a guess');
  row(`guesses at one account from ${NETWORKS} networks`, await flood(NETWORKS, guess));
  let isOver = false;
  const others = (async () => {
    for (let n = 0; !isOver; n = (n + 1) % NETWORKS) {
      await guess(n);
      await sleep(50);
    }
  })();
  for (const [where, address] of [
    ['an address that it signed in from', KNOWN],
    ['a new address', NEW],
  ] as const)
    row(`the owner, from ${where}`, await enter(() => logIn(address)));
  isOver = true;
  await others;
}

async function enter(logIn: () => ReturnType<Target['ask']>): Promise<string> {
  const begin = performance.now();
  for (;;) {
    const { status, retryAfter } = await logIn();
    const seconds = (performance.now() - begin) / 1_000;
    if (status === 200) return `signed in after ${seconds.toFixed(1)} s`;
    if (seconds + retryAfter > PATIENCE_SECONDS) return `locked out: ${status}, told to wait ${retryAfter} s`;
    await sleep(retryAfter * 1_000);
  }
}
