// Searches for as many terms as fit, in the listings that are slowest to compare: one search, then twelve at
// the same time.
import { setTimeout as sleep } from 'node:timers/promises';
import { printFigures, row, startTarget, type Target } from './target.ts';

const LISTINGS = 200;
const AT_ONCE = 12;
const DESCRIPTION = 5_000;
const LONGEST_QUERY = 200;

/** Each character is a word, and so a term. */
const MANY_TERMS = Array.from({ length: LONGEST_QUERY / 2 }, (_, n) => String.fromCodePoint(0x4e00 + n));
/** Each term starts at many places of a word with one repeated letter. */
const REPEATED_TERMS = Array.from({ length: 10 }, (_, n) => 'c'.repeat(n + 2));

/** Fills a description before the terms, as often as it fits. */
const LISTINGS_OF = [
  { what: 'words that match none of the terms', unit: 'q ', terms: MANY_TERMS },
  {
    what: 'one word of marks',
    unit: `a${'\u0301'.repeat(2_350)}${'\u0323'.repeat(2_350)} `,
    terms: MANY_TERMS,
  },
  { what: 'terms many times within words', unit: `b${'c'.repeat(198)} `, terms: REPEATED_TERMS },
] as const;

for (const { what, unit, terms } of LISTINGS_OF) {
  const target = await startTarget({ RATE_LIMIT_PER_MINUTE: '100000' });
  try {
    process.stdout.write(`listings of ${what}\n`);
    await attack(target, unit, terms.join(' '));
  } finally {
    await target.stop();
  }
}

async function attack(target: Target, unit: string, query: string): Promise<void> {
  await fill(target, unit, query);
  for (const times of [1, AT_ONCE]) {
    const watch = target.watch();
    await sleep(500);
    const begin = performance.now();
    const replies = await Promise.all(Array.from({ length: times }, () => search(target, query)));
    const ms = performance.now() - begin;
    const figures = await watch.stop();
    row(`${times} search${times === 1 ? '' : 'es'}: answered`, replies.map(({ status }) => status).join(' '));
    row('all of them took', `${Math.round(ms)} ms`);
    printFigures(figures);
  }
}

/** Another server may have a lower limit for a page of hits. */
async function search({ ask }: Target, query: string) {
  const at = `/api/listings?q=${encodeURIComponent(query)}`;
  const reply = await ask('GET', `${at}&limit=200`);
  return reply.status === 422 ? ask('GET', `${at}&limit=50`) : reply;
}

/** Creates listings that end with each term of a query once, after as many repetitions of `unit` as fit. */
async function fill({ ask, admin }: Target, unit: string, query: string): Promise<void> {
  const description = `${unit.repeat((DESCRIPTION - query.length - 1) / unit.length)} ${query}`;
  const body = { title: 'Lamp', category: 'home', price_cents: 1, condition: 'good', description };
  for (let n = 0; n < LISTINGS; n += 1) {
    const { status } = await ask('POST', '/api/listings', { token: admin, body });
    if (status !== 201) throw new Error(`creating a listing returned ${status}`);
  }
  await runJob({ ask, admin }, 'update_search_index', { fullReindex: true });
}

async function runJob({ ask, admin: token }: Pick<Target, 'ask' | 'admin'>, type: string, payload: object) {
  await ask('POST', '/api/jobs', { token, body: { id: type, name: type, type, on_demand: true, payload } });
  const { body } = await ask('POST', `/api/jobs/${type}/runs`, { token });
  const run: unknown = JSON.parse(body).id;
  for (;;) {
    const { status } = JSON.parse((await ask('GET', `/api/runs/${run}`, { token })).body);
    if (status === 'succeeded') return;
    if (status !== 'queued' && status !== 'running') throw new Error(`${type} ended ${status}`);
    await sleep(50);
  }
}
