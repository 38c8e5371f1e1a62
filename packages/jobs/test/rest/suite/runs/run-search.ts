import { afterAll, beforeAll, expect, test } from 'vitest';
import { runPageSchema } from '../../../../src/http/views/runs/run-list.ts';
import { bodyOf, createJob, faultAt, pointersOf, runJob, runThatIs, send } from '../../requests.ts';
import { type MakeMount, type RestServer, startRestServer } from '../../rest-server.ts';

export function runSearch(makeMount: MakeMount): void {
  const page = runPageSchema;
  let server: RestServer;
  let failed: string;
  let cancelled: string;
  let ann: string;
  beforeAll(async () => {
    server = await startRestServer(makeMount);
    await createJob(server, 'greets', {
      payload: { name: 'Bo' },
      on_demand: true,
      overlap: 'allow',
      tags: ['eu'],
    });
    await createJob(server, 'fails', { type: 'fail', on_demand: true });
    await createJob(server, 'waits', { type: 'wait', on_demand: true });
    ann = (await runJob(server, 'greets', { payload: { name: 'Ann: 1' } })).id;
    await runThatIs(server, ann, 'succeeded');
    failed = (await runJob(server, 'fails')).id;
    await runThatIs(server, failed, 'failed');
    cancelled = (await runJob(server, 'waits')).id;
    await send(server, 'POST', `/runs/${cancelled}/cancel`);
    await runThatIs(server, cancelled, 'cancelled');
  });
  afterAll(() => server.close());

  const ids = async (query: string) =>
    bodyOf(await send(server, 'GET', `/runs?${query}`), 200, page).data.map(({ id }) => id);

  test('finds runs of several statuses, by reason, trigger, tag and node', async () => {
    expect(await ids('status=failed&status=cancelled')).toEqual([cancelled, failed]);
    expect(await ids('reason=error&reason=timeout')).toEqual([failed]);
    expect(await ids('trigger=schedule')).toEqual([]);
    expect(await ids('tag=eu&trigger=manual')).toEqual([ann]);
    expect(await ids('node=nobody')).toEqual([]);
  });

  test('finds runs by the text of an error, by fingerprint and by a field of the payload', async () => {
    expect(await ids('error=IT+NEVER')).toEqual([failed]);
    const { fingerprint } = await runThatIs(server, failed, 'failed');
    expect(await ids(`fingerprint=${fingerprint}`)).toEqual([failed]);
    expect(await ids('payload=name:Ann:+1')).toEqual([ann]);
    expect(await ids('payload=name:Ann:+1&payload=days:1')).toEqual([ann]);
    expect(await ids('payload=name:Bo')).toEqual([]);
  });

  test('filters the runs of one job in the same way, and says that the page is complete', async () => {
    const answer = await send(server, 'GET', '/jobs/fails/runs?error=never&reason=error');
    expect(answer.json()).toMatchObject({ data: [{ id: failed }], next_cursor: null, is_partial: false });
  });

  test.each([
    ['status=done', '/status'],
    ['status=failed&status=done', '/status'],
    ['reason=weather', '/reason'],
    ['trigger=hand', '/trigger'],
    ['fingerprint=xyz', '/fingerprint'],
    ['error=', '/error'],
    ['payload=42', '/payload'],
  ])('refuses %s', async (query, pointer) => {
    expect(pointersOf(await send(server, 'GET', `/runs?${query}`))).toEqual([pointer]);
  });

  test('says how a field of the payload is written', async () => {
    expect(faultAt(await send(server, 'GET', '/runs?payload=42'), '/payload')).toContain('customer_id:42');
  });
}
