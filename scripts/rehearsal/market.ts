import { z } from 'zod';
import { ask, getRun, type Node, say, trigger, until } from './node.ts';
import { scheduleMails, WAIT_MS } from './steps.ts';

const LISTINGS = 20;
const JOBS = {
  cleanup: 'cleanup_expired_listings',
  mails: 'send_notifications',
  index: 'update_search_index',
};

/** Creates listings for search, jobs, and more mails than are sent during the rehearsal. */
export async function prepareMarket(node: Node, token: string): Promise<void> {
  const { url } = node;
  const account = { email: 'ann@example.com', password: 'correct horse battery' };
  await ask({
    url,
    token: '',
    path: '/api/auth/register',
    method: 'POST',
    body: { ...account, name: 'Ann' },
  });
  const login = await ask({ url, token: '', path: '/api/auth/login', method: 'POST', body: account });
  const { access_token: ann } = z.object({ access_token: z.string() }).parse(login);
  for (let n = 0; n < LISTINGS; n++) {
    const body = {
      title: `Bicycle ${n}`,
      description: 'Runs well.',
      price_cents: 4_000,
      category: 'sports',
      condition: 'good',
    };
    await ask({ url, token: ann, path: '/api/listings', method: 'POST', body });
  }
  for (const [id, type] of Object.entries(JOBS)) {
    await ask({
      url,
      token,
      path: '/api/jobs',
      method: 'POST',
      body: { id, name: id, type, on_demand: true },
    });
  }
  await scheduleMails(node, token);
  for (const id of ['cleanup', 'index']) await succeed(url, token, id);
  say('  cleanup_expired_listings and update_search_index: succeeded');
}

export async function succeed(url: string, token: string, jobId: string): Promise<void> {
  const { id } = await trigger(url, token, jobId);
  await until(`${jobId} has succeeded`, WAIT_MS, async () => {
    const { status } = await getRun(url, token, id);
    return status === 'succeeded' ? true : undefined;
  });
}
