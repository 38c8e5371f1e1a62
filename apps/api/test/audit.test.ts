import { expect, test } from 'vitest';
import { PASSWORD } from '../src/testing/test-app.ts';
import { startTestServer } from '../src/testing/test-server.ts';

interface AuditPage {
  readonly data: readonly { readonly id: string; readonly actor: string; readonly action: string }[];
  readonly next_cursor: string | null;
}

test('one actor is followed through changes of GreenVue and of the jobs alike, page by page', async () => {
  const { url } = await startTestServer({ ADMIN_PASSWORD: PASSWORD });
  const ask = async (method: string, path: string, token?: string, body?: object) => {
    const headers = {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const answer = await fetch(`${url}/api${path}`, { method, headers, body: JSON.stringify(body) ?? null });
    expect(answer.ok, `${method} ${path}`).toBe(true);
    return JSON.parse(await answer.text());
  };
  const credentials = { email: 'admin@greenvue.local', password: PASSWORD };
  const { access_token: admin, user } = await ask('POST', '/auth/login', undefined, credentials);
  const other = await ask('POST', '/tokens', admin, { name: 'other', role: 'admin' });
  const job = { name: 'Job', type: 'send_notifications', on_demand: true };
  await ask('POST', '/jobs', admin, { id: 'mine', ...job });
  await ask('POST', '/jobs', other.secret, { id: 'theirs', ...job });
  await ask('POST', '/tokens', admin, { name: 'second', role: 'user' });
  await ask('PATCH', '/jobs/theirs', admin, { name: 'New' });

  const list = async (actor: string): Promise<AuditPage['data']> => {
    const rows = [];
    let cursor = '';
    do {
      const page: AuditPage = await ask('GET', `/audit?limit=1&actor=${actor}${cursor}`, admin);
      rows.push(...page.data);
      cursor = page.next_cursor === null ? '' : `&cursor=${page.next_cursor}`;
    } while (cursor !== '');
    return rows;
  };
  const mine = await list(`user:${user.id}`);
  expect(mine.map(({ action }) => action)).toEqual([
    'job.edit',
    'token.make',
    'job.create',
    'token.make',
    'sign_in',
  ]);
  expect(new Set(mine.map(({ actor }) => actor))).toEqual(new Set([`user:${user.id}`]));
  expect((await list(`token:${other.id}`)).map(({ action }) => action)).toEqual(['job.create']);
  expect(await list('user:nobody')).toEqual([]);
});
