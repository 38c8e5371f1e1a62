import Fastify, { type FastifyInstance, type InjectOptions } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import type { AppDatabase } from '../db/database.ts';
import type { Principal } from '../rest/principal.ts';
import { Problem } from '../rest/problem.ts';
import { openSearchIndex } from '../search/open-index.ts';
import { addUser, openTestDatabase } from '../testing/test-database.ts';
import { createListings } from './listings.ts';
import { listingRoutes } from './routes.ts';

const LAMP = { title: 'Lamp', category: 'home', price_cents: 1_500, condition: 'good' };

describe.each(['sqlite', 'postgres'] as const)('on %s', (dialect) => {
  describe('POST /api/listings', () => {
    it('makes a listing of the signed-in user, and tells where it is', async () => {
      const shop = await openShop();
      const made = await shop.as('ann').post('/api/listings', { ...LAMP, title: '  Lamp ' });
      expect(made.statusCode).toBe(201);
      expect(made.json()).toEqual({
        id: expect.any(String),
        seller_id: shop.ids.ann,
        title: 'Lamp',
        description: '',
        category: 'home',
        price_cents: 1_500,
        currency: 'EUR',
        condition: 'good',
        location: null,
        created_at: '1970-01-12T13:46:40.000Z',
        updated_at: '1970-01-12T13:46:40.000Z',
      });
      const read = await shop.as('nobody').get(String(made.headers.location));
      expect(read.json()).toEqual(made.json());
    });

    it('is for users: not for nobody, nor for an API token', async () => {
      const shop = await openShop();
      expect((await shop.as('nobody').post('/api/listings', LAMP)).statusCode).toBe(401);
      expect((await shop.as('token').post('/api/listings', LAMP)).statusCode).toBe(403);
    });

    it.each([
      ['an unknown field', { ...LAMP, seller_id: 'x' }],
      ['a missing field', { title: 'Lamp' }],
      ['an empty title', { ...LAMP, title: ' ' }],
      ['a line break in the title', { ...LAMP, title: 'a\nb' }],
      ['U+0000', { ...LAMP, description: 'a\0b' }],
      ['a lone surrogate', { ...LAMP, description: 'a\ud800b' }],
      ['a title that is too long', { ...LAMP, title: 'x'.repeat(121) }],
      ['a fraction of a cent', { ...LAMP, price_cents: 1.5 }],
      ['a negative price', { ...LAMP, price_cents: -1 }],
      ['a category of other characters', { ...LAMP, category: 'Home & Garden' }],
      ['an unknown condition', { ...LAMP, condition: 'mint' }],
    ])('refuses %s', async (_what, body) => {
      const shop = await openShop();
      expect((await shop.as('ann').post('/api/listings', body)).statusCode).toBe(422);
      expect((await shop.as('ann').list()).titles).toEqual([]);
    });
  });

  describe('PATCH and DELETE /api/listings/:listing_id', () => {
    it('change what is given and nothing else', async () => {
      const shop = await openShop();
      const path = await shop.offer({ ...LAMP, location: 'Oslo' });
      shop.clock.at += 1_000;
      const patched = await shop.as('ann').patch(path, { price_cents: 900 });
      expect(patched.json()).toMatchObject({
        title: 'Lamp',
        price_cents: 900,
        location: 'Oslo',
        created_at: '1970-01-12T13:46:40.000Z',
        updated_at: '1970-01-12T13:46:41.000Z',
      });
      expect((await shop.as('ann').patch(path, { location: null })).json()).toMatchObject({ location: null });
    });

    it('survive a clock that jumped back', async () => {
      const shop = await openShop();
      const path = await shop.offer();
      shop.clock.at -= 5_000;
      const patched = await shop.as('ann').patch(path, { title: 'Torch' });
      expect(patched.json()).toMatchObject({ title: 'Torch', updated_at: '1970-01-12T13:46:40.000Z' });
    });

    it('are for the seller and for admins', async () => {
      const shop = await openShop();
      const path = await shop.offer();
      for (const [who, status] of [
        ['nobody', 401],
        ['bob', 403],
        ['token', 403],
      ] as const) {
        expect((await shop.as(who).patch(path, { title: 'Mine' })).statusCode).toBe(status);
        expect((await shop.as(who).delete(path)).statusCode).toBe(status);
      }
      expect((await shop.as('admin').patch(path, { title: 'Torch' })).statusCode).toBe(200);
      expect((await shop.as('ann').delete(path)).statusCode).toBe(204);
      expect((await shop.as('nobody').get(path)).statusCode).toBe(404);
    });

    it('do not let an API token pass for the user of the same id', async () => {
      const shop = await openShop();
      const path = await shop.offer();
      const impostor = { id: shop.ids.ann, name: 'x', role: 'user', kind: 'api_token' } as const;
      expect((await shop.asPrincipal(impostor).delete(path)).statusCode).toBe(403);
    });

    it('answer 404 for a listing that is not there', async () => {
      const shop = await openShop();
      expect((await shop.as('ann').patch('/api/listings/none', {})).statusCode).toBe(404);
      expect((await shop.as('ann').delete('/api/listings/none')).statusCode).toBe(404);
      expect((await shop.as('ann').delete('/api/listings/no%20id')).statusCode).toBe(422);
    });

    it('tell search of each change', async () => {
      const shop = await openShop();
      const path = await shop.offer();
      await shop.as('ann').patch(path, { title: 'Torch' });
      await shop.as('ann').delete(path);
      const changes = await shop.database.kysely.selectFrom('search_changes').select('listing_seq').execute();
      expect(changes.map((change) => change.listing_seq)).toEqual([1, 1, 1]);
    });
  });

  describe('GET /api/listings', () => {
    it('lists newest first, and each once over the pages, although some are as old', async () => {
      const shop = await openShop();
      for (const title of ['a', 'b', 'c', 'd', 'e']) {
        await shop.offer({ ...LAMP, title });
        if (title === 'c') shop.clock.at += 1;
      }
      const first = await shop.as('nobody').list('limit=2');
      const second = await shop.as('nobody').list(`limit=2&cursor=${first.next}`);
      const third = await shop.as('nobody').list(`limit=2&cursor=${second.next}`);
      expect([first.titles, second.titles, third.titles]).toEqual([['e', 'd'], ['c', 'b'], ['a']]);
      expect(third.next).toBeNull();
    });

    it('gives no cursor when the last page is full', async () => {
      const shop = await openShop();
      await shop.offer();
      expect((await shop.as('nobody').list('limit=1')).next).toBeNull();
    });

    it.each([
      ['category=home', ['cheap']],
      ['condition=new', ['dear']],
      ['min_price=200', ['dear']],
      ['max_price=199', ['cheap']],
      ['min_price=100&max_price=200', ['dear', 'cheap']],
      ['created_after=1970-01-12T13:46:41.000Z', ['dear']],
      ['created_before=1970-01-12T14:46:41%2B01:00', ['cheap']],
      ['seller_id=nobody', []],
    ])('filters by %s', async (query, expected) => {
      const shop = await openShop();
      await shop.offer({ ...LAMP, title: 'cheap', price_cents: 100 });
      shop.clock.at += 1_000;
      await shop.offer({ ...LAMP, title: 'dear', price_cents: 200, category: 'art', condition: 'new' });
      expect((await shop.as('nobody').list(query)).titles).toEqual(expected);
    });

    it.each([
      'limit=0',
      'limit=201',
      'q=lamp&limit=51',
      'limit=x',
      'min_price=-1',
      'min_price=',
      'q=',
      'q=%00',
      'created_after=today',
      'page=2',
      'category=a&category=b',
    ])('refuses %s', async (query) => {
      const shop = await openShop();
      expect((await shop.as('nobody').get(`/api/listings?${query}`)).statusCode).toBe(422);
    });

    it.each([
      ['no JSON', 'x'],
      ['another shape', Buffer.from('{"a":1}').toString('base64url')],
      ['a cursor of the other order', Buffer.from('["rank",-1.5,1]').toString('base64url')],
    ])('answers 400 to a cursor that is %s', async (_what, cursor) => {
      const shop = await openShop();
      expect((await shop.as('nobody').get(`/api/listings?cursor=${cursor}`)).statusCode).toBe(400);
    });

    it('searches with q: best match first, with a snippet, filtered and paged', async () => {
      const shop = await openShop();
      await shop.offer({ ...LAMP, title: 'Table', description: 'for a <lamp>' });
      await shop.offer({ ...LAMP, title: 'Lamp', description: 'of brass' });
      await shop.offer({ ...LAMP, title: 'Lamp', category: 'art' });
      await shop.index.indexChanges({ signal: new AbortController().signal, progress: () => undefined });
      const first = await shop.as('nobody').list('q=lam&category=home&limit=1');
      const second = await shop.as('nobody').list(`q=lam&category=home&limit=1&cursor=${first.next}`);
      expect(first.data[0]).toMatchObject({ title: 'Lamp', snippet: '<mark>Lamp</mark>' });
      expect(second.data[0]).toMatchObject({ title: 'Table', snippet: 'for a &lt;<mark>lamp</mark>&gt;' });
      expect(second.next).toBeNull();
    });

    it('leaves descriptions to the listing itself, with q and without', async () => {
      const shop = await openShop();
      const path = await shop.offer({ ...LAMP, description: 'of brass' });
      await shop.index.indexChanges({ signal: new AbortController().signal, progress: () => undefined });
      for (const query of ['', 'q=brass'])
        expect((await shop.as('nobody').list(query)).data).toEqual([
          expect.not.objectContaining({ description: expect.anything() }),
        ]);
      expect((await shop.as('nobody').get(path)).json()).toMatchObject({ description: 'of brass' });
    });

    it('never finds a removed listing, even before the index knows', async () => {
      const shop = await openShop();
      const path = await shop.offer();
      await shop.index.indexChanges({ signal: new AbortController().signal, progress: () => undefined });
      expect((await shop.as('nobody').list('q=lamp')).titles).toEqual(['Lamp']);
      await shop.as('ann').delete(path);
      expect((await shop.as('nobody').list('q=lamp')).titles).toEqual([]);
    });
  });

  const pageSchema = z.object({
    data: z.array(z.looseObject({ title: z.string() })),
    next_cursor: z.string().nullable(),
  });

  /** A small app with the routes, three users and an API token, and a clock that stands. */
  async function openShop() {
    const database = await openTestDatabase(dialect);
    const ids = {
      ann: await addUser(database.kysely, 'ann@example.com'),
      bob: await addUser(database.kysely, 'bob@example.com'),
      admin: await addUser(database.kysely, 'admin@example.com'),
    };
    const principals: Readonly<Record<'ann' | 'bob' | 'admin' | 'token' | 'nobody', Principal | undefined>> =
      {
        ann: { id: ids.ann, name: 'ann', role: 'user', kind: 'user' },
        bob: { id: ids.bob, name: 'bob', role: 'operator', kind: 'user' },
        admin: { id: ids.admin, name: 'admin', role: 'admin', kind: 'user' },
        token: { id: 't', name: 't', role: 'operator', kind: 'api_token' },
        nobody: undefined,
      };
    const clock = { at: 1_000_000_000 };
    const index = openSearchIndex(database);
    const { app, sender } = createShopApp(database, index, clock);
    onTestFinished(() => app.close());
    const asPrincipal = (principal: Principal | undefined) =>
      callsOf(app, () => {
        sender.principal = principal;
      });
    const as = (who: keyof typeof principals) => asPrincipal(principals[who]);
    return {
      database,
      index,
      ids,
      clock,
      as,
      asPrincipal,
      offer: async (body: object = LAMP) =>
        String((await as('ann').post('/api/listings', body)).headers.location),
    };
  }

  function createShopApp(
    database: AppDatabase,
    search: ReturnType<typeof openSearchIndex>,
    clock: { readonly at: number },
  ) {
    const app = Fastify();
    const sender: { principal: Principal | undefined } = { principal: undefined };
    app.setValidatorCompiler(validatorCompiler);
    app.setSerializerCompiler(serializerCompiler);
    app.decorateRequest('principal', undefined);
    app.addHook('onRequest', async (request) => {
      request.principal = sender.principal;
    });
    app.setErrorHandler<Error & { validation?: unknown }>((error, _request, reply) => {
      if (error instanceof Problem) return reply.code(error.status).send({ detail: error.detail });
      return reply.code(error.validation === undefined ? 500 : 422).send({ detail: error.message });
    });
    const listings = createListings({ database: database.kysely, clock: { now: () => clock.at } });
    app.register(listingRoutes({ listings, search }));
    return { app, sender };
  }

  function callsOf(app: FastifyInstance, signIn: () => void) {
    const call = (options: InjectOptions) => {
      signIn();
      return app.inject(options);
    };
    return {
      get: (url: string) => call({ method: 'GET', url }),
      delete: (url: string) => call({ method: 'DELETE', url }),
      post: (url: string, payload: object) => call({ method: 'POST', url, payload }),
      patch: (url: string, payload: object) => call({ method: 'PATCH', url, payload }),
      list: async (query = '') => {
        const page = pageSchema.parse((await call({ method: 'GET', url: `/api/listings?${query}` })).json());
        return { data: page.data, titles: page.data.map((listing) => listing.title), next: page.next_cursor };
      },
    };
  }
});
