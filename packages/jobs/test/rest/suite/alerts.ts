import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { pageSchema } from '../../../src/http/fields/page.ts';
import {
  alertChannelSchema,
  alertDeliverySchema,
  alertTestSchema,
  savedAlertChannelSchema,
} from '../../../src/http/views/alert.ts';
import { bodyOf, createJob, faultAt, pointersOf, problemOf, runJob, runThatIs, send } from '../requests.ts';
import { type MakeMount, type Mount, type RestServer, startRestServer } from '../rest-server.ts';

const channels = z.object({ data: z.array(alertChannelSchema.strict()) });
const deliveries = pageSchema(alertDeliverySchema.strict());

// Promise P24, alerts.
export function alerts(makeMount: MakeMount): void {
  let server: RestServer;
  beforeAll(async () => {
    server = await startRestServer(makeMount);
  });
  afterAll(() => server.close());

  const create = (id: string, more: Readonly<Record<string, unknown>> = {}) =>
    send(server, 'POST', '/alert-channels', { body: { id, kind: 'pager', ...more } });
  const failJob = async (id: string) => {
    await createJob(server, id, { type: 'fail', on_demand: true });
    await runThatIs(server, (await runJob(server, id)).id, 'failed');
  };
  const told = async (query: string) =>
    bodyOf(await send(server, 'GET', `/alert-deliveries${query}`), 200, deliveries).data;

  test('a channel is created, shown without its secrets, changed and deleted', async () => {
    const config = { url: 'https://hooks.example.com/hidden-part?token=x' };
    const created = await create('hook', { kind: 'webhook', config, conditions: ['failed'] });
    const { secret, ...channel } = bodyOf(created, 201, savedAlertChannelSchema);
    expect(created.headers.location).toBe('/api/alert-channels/hook');
    expect(secret).toMatch(/^whsec_/);
    expect(channel).toMatchObject({
      config: { url: 'https://hooks.example.com/[hidden]', secret: '[secret]' },
      all_jobs: true,
      conditions: ['failed'],
      pending: 0,
      last_sent_at: null,
    });
    const got = await send(server, 'GET', '/alert-channels/hook');
    expect(bodyOf(got, 200, alertChannelSchema)).toEqual(channel);
    for (const answer of [created, got]) expect(answer.body).not.toContain('hidden-part');
    const change = { all_jobs: false, conditions: null };
    const patched = await send(server, 'PATCH', '/alert-channels/hook', { body: change });
    expect(bodyOf(patched, 200, savedAlertChannelSchema)).toMatchObject({ ...change, secret: null });
    const { data } = bodyOf(await send(server, 'GET', '/alert-channels'), 200, channels);
    expect(data.map(({ id }) => id)).toEqual(['hook']);
    expect((await send(server, 'DELETE', '/alert-channels/hook')).statusCode).toBe(204);
    problemOf(await send(server, 'GET', '/alert-channels/hook'), 404);
    const audit = await server.engine.listAudit({ target: 'hook' });
    expect(audit.map(({ action }) => action)).toEqual([
      'alert_channel.delete',
      'alert_channel.edit',
      'alert_channel.create',
    ]);
    expect(JSON.stringify(audit)).not.toContain('hidden-part');
  });

  test('bad input says what is wrong', async () => {
    expect(faultAt(await create('x', { kind: 'pigeon' }), '/kind')).toBe(
      'must be one of "email", "webhook", "slack", "pager"; got "pigeon"',
    );
    expect(pointersOf(await create('x', { kind: 'webhook' }))).toEqual(['/config/url']);
    const config = { url: 'ftp://a', secret: 'whsec_abc', urll: 1 };
    expect(pointersOf(await create('x', { kind: 'webhook', config }))).toEqual([
      '/config/url',
      '/config/secret',
      '/config/urll',
    ]);
    expect(
      faultAt(await create('x', { kind: 'email', config: { to: 'ops@example.com' } }), '/config'),
    ).toContain('no mail server');
    expect(pointersOf(await create('a b'))).toEqual(['/id']);
    // Only the library has this bound. Its error names a function, which no client knows.
    const large = await create('x', { kind: 'webhook', config: { url: 'x'.repeat(20_000) } });
    expect(problemOf(large, 422).detail).toBe('The request POST /alert-channels is not valid.');
    expect(faultAt(large, '/config')).toContain('must be an object of at most 16 KiB as JSON');
    expect(pointersOf(await create('x', { conditions: ['sad'] }))).toEqual(['/conditions/0']);
    await create('twice');
    problemOf(await create('twice'), 409);
    problemOf(await send(server, 'PATCH', '/alert-channels/none', { body: {} }), 404);
    problemOf(await send(server, 'POST', '/alert-channels/none/test'), 404);
    problemOf(await send(server, 'DELETE', '/alert-channels/none'), 404);
    problemOf(await send(server, 'POST', '/alert-deliveries/4711/retry'), 404);
    expect((await send(server, 'DELETE', '/alert-channels/twice')).statusCode).toBe(204);
  });

  test('a job names only channels that exist, and a channel that a job names stays', async () => {
    await create('named', { all_jobs: false });
    const body = { id: 'naming', name: 'Naming', type: 'greet', on_demand: true };
    const wrong = await send(server, 'POST', '/jobs', { body: { ...body, alerts: ['nammed'] } });
    expect(faultAt(wrong, '/alerts/0')).toContain('Did you mean "named"?');
    await createJob(server, 'naming', { on_demand: true, alerts: ['named'] });
    expect(
      pointersOf(await send(server, 'PATCH', '/jobs/naming', { body: { alerts: ['named', 'x'] } })),
    ).toEqual(['/alerts/1']);
    expect(problemOf(await send(server, 'DELETE', '/alert-channels/named'), 409).detail).toContain(
      '"naming"',
    );
    await send(server, 'PATCH', '/jobs/naming', { body: { alerts: [], name: 'No longer' } });
    expect((await send(server, 'DELETE', '/alert-channels/named')).statusCode).toBe(204);
  });

  test('what was sent is listed, newest first, by page and filter', async () => {
    await create('pager');
    await failJob('broken');
    await failJob('worse');
    await expect.poll(async () => (await told('?status=sent')).length).toBe(2);
    const first = bodyOf(await send(server, 'GET', '/alert-deliveries?limit=1'), 200, deliveries);
    expect(first.data).toMatchObject([
      {
        channel: 'pager',
        condition: 'failed',
        job_id: 'worse',
        job_name: 'Job worse',
        count: 1,
        error: { name: 'PermanentError', message: 'it never works' },
        status: 'sent',
        tries: 1,
        due_at: null,
      },
    ]);
    expect(first.data[0]?.run_id).toMatch(/^\d+$/);
    expect((await told(`?limit=1&cursor=${first.next_cursor}`)).map(({ job_id }) => job_id)).toEqual([
      'broken',
    ]);
    expect((await told('?job_id=broken')).length).toBe(1);
    expect(await told('?condition=late')).toEqual([]);
    expect(pointersOf(await send(server, 'GET', '/alert-deliveries?status=lost'))).toEqual(['/status']);
    const { message } = first.data[0] ?? {};
    expect(message).toMatch(/^alert_\d+_\d+$/);
    problemOf(await send(server, 'POST', `/alert-deliveries/${first.data[0]?.id}/retry`), 409);
  });

  test('a sample shows whether a channel works', async () => {
    const ask = async (id: string) =>
      bodyOf(await send(server, 'POST', `/alert-channels/${id}/test`), 200, alertTestSchema);
    expect(await ask('pager')).toMatchObject({ delivered: true, error: null });
    await create('broken', { config: { fail: 'nobody is at home' }, all_jobs: false });
    expect(await ask('broken')).toMatchObject({ delivered: false, error: 'nobody is at home' });
    const shown = bodyOf(await send(server, 'GET', '/alert-channels/broken'), 200, alertChannelSchema);
    expect(shown.config).toEqual({ fail: '[hidden]' });
  });

  test('a caller with a scope has no channels: they are of all jobs', async () => {
    const scoped: Mount = await makeMount(server.engine, {
      authorize: () => ({ id: 'user:acme', scope: { idPrefix: 'acme-' } }),
    });
    const routes = [
      ['GET', '/alert-channels'],
      ['POST', '/alert-channels'],
      ['GET', '/alert-channels/pager'],
      ['PATCH', '/alert-channels/pager'],
      ['DELETE', '/alert-channels/pager'],
      ['POST', '/alert-channels/pager/test'],
      ['GET', '/alert-deliveries'],
      ['POST', '/alert-deliveries/1/retry'],
    ] as const;
    for (const [method, url] of routes) {
      const body = url === '/alert-channels' ? { id: 'acme-x', kind: 'pager' } : {};
      const answer = await send(scoped, method, url, method === 'GET' ? {} : { body });
      expect(problemOf(answer, 403).detail).toContain('Alert channels are of all jobs');
    }
    await scoped.close();
  });

  test('only admins may see channels and alerts', async () => {
    const operator = await makeMount(server.engine, {
      authorize: (_, need) => {
        if (need === 'admin') throw Object.assign(new Error('Only admins may do this.'), { statusCode: 403 });
        return { id: 'user:op' };
      },
    });
    for (const url of ['/alert-channels', '/alert-deliveries'])
      problemOf(await send(operator, 'GET', url), 403);
    await operator.close();
  });
}
