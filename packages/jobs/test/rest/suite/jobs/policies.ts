import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { callerSchema } from '../../../../src/http/views/caller.ts';
import { jobSchema } from '../../../../src/http/views/jobs/job.ts';
import { bodyOf, jobBody, problemOf, send } from '../../requests.ts';
import { type MakeMount, type Mount, type RestServer, startRestServer } from '../../rest-server.ts';

/** Bounds on what a caller may make (P39, policies). */
export function policies(makeMount: MakeMount): void {
  let server: RestServer;
  const open: Mount[] = [];
  beforeAll(async () => {
    server = await startRestServer(makeMount);
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((mount) => mount.close()));
  });
  afterAll(() => server.close());

  const mountWith = async (policy: unknown): Promise<Mount> => {
    // Hosts in JavaScript can return anything.
    const authorize = () => ({ id: 'token:7', policy }) as never;
    const mount = await makeMount(server.engine, { authorize });
    open.push(mount);
    return mount;
  };

  test('a request beyond the policy is a 403 that says which bound', async () => {
    const mount = await mountWith({ minInterval: '5m', maxJobs: 1, types: ['greet'], tags: ['eu'] });
    const beyond = jobBody('beyond', { interval: '1m' });
    const problem = problemOf(await send(mount, 'POST', '/jobs', { body: beyond }), 403);
    expect(problem.errors?.map(({ pointer }) => pointer)).toEqual(['/interval', '/tags']);
    expect(problem.detail).toBe(
      'Refused: your policy requires at least 5m between two slots; two slots of this schedule are 1m apart.',
    );
    const within = jobBody('within', { on_demand: true, tags: ['eu'] });
    bodyOf(await send(mount, 'POST', '/jobs', { body: within }), 201, jobSchema);
    const second = jobBody('second', { on_demand: true, tags: ['eu'] });
    problemOf(await send(mount, 'POST', '/jobs', { body: second }), 403);
    problemOf(await send(mount, 'PATCH', '/jobs/within', { body: { tags: ['us'] } }), 403);
    const caller = bodyOf(await send(mount, 'GET', '/me'), 200, callerSchema);
    expect(caller.policy).toEqual({ min_interval: '5m', max_jobs: 1, types: ['greet'], tags: ['eu'] });
  });

  test('a type beyond the policy is neither run nor enqueued', async () => {
    await send(server, 'POST', '/jobs', { body: jobBody('greeting') });
    const mount = await mountWith({ types: ['other'] });
    problemOf(await send(mount, 'POST', '/jobs/greeting/runs', { body: {} }), 403);
    problemOf(await send(mount, 'POST', '/job-types/greet/runs', { body: { payload: {} } }), 403);
    problemOf(await send(mount, 'DELETE', '/jobs/greeting'), 403);
    bodyOf(await send(mount, 'GET', '/jobs/greeting'), 200, jobSchema);
  });

  test('a policy holds for commands on the whole engine, and refuses them only if it bounds the types', async () => {
    const node = (await server.engine.listNodes())[0]?.node;
    const paths = ['/jobs/pause-all', '/jobs/resume-all', `/nodes/${node}/drain`, `/nodes/${node}/resume`];
    const bounded = await mountWith({ types: ['greet'] });
    for (const path of paths)
      expect(problemOf(await send(bounded, 'POST', path), 403).detail).toMatch(/allows jobs of "greet" only/);
    expect(server.engine.pauseOfAll()).toBeUndefined();
    const slow = await mountWith({ minInterval: '5m', maxJobs: 1 });
    for (const path of paths)
      expect([path, (await send(slow, 'POST', path)).statusCode]).toEqual([path, 200]);
  });

  test('a policy that bounds the types refuses changes of alert channels, secrets and calendars', async () => {
    await server.engine.createAlertChannel({ id: 'pager', kind: 'pager' });
    const bounded = await mountWith({ types: ['greet'] });
    const routes = [
      ['POST', '/alert-channels', { id: 'other', kind: 'pager' }],
      ['PATCH', '/alert-channels/pager', { enabled: false }],
      ['DELETE', '/alert-channels/pager', undefined],
      ['POST', '/alert-channels/pager/test', {}],
      ['POST', '/alert-deliveries/1/retry', {}],
      ['PUT', '/secrets/API_KEY', { value: 'hunter2' }],
      ['DELETE', '/secrets/API_KEY', undefined],
      ['POST', '/secrets/reseal', {}],
      ['PUT', '/calendars/weekends', { windows: [{ weekdays: ['sat'] }] }],
      ['DELETE', '/calendars/weekends', undefined],
    ] as const;
    for (const [method, path, body] of routes) {
      const answer = await send(bounded, method, path, body === undefined ? {} : { body });
      expect(problemOf(answer, 403).detail).toMatch(/allows jobs of "greet" only/);
    }
    const channels = await server.engine.listAlertChannels();
    expect(channels.map(({ id, enabled }) => [id, enabled])).toEqual([['pager', undefined]]);
    expect((await send(bounded, 'GET', '/alert-channels')).statusCode).toBe(200);
  });

  test.each([
    ['undefined', undefined],
    ['an interval without a unit', { minInterval: '5' }],
    ['a name of REST', { min_interval: '5m' }],
    ['text', 'strict'],
  ])('a policy that is not valid is a 500, and opens nothing: %s', async (_name, policy) => {
    const mount = await mountWith(policy);
    problemOf(await send(mount, 'POST', '/jobs', { body: jobBody('made') }), 500);
    problemOf(await send(server, 'GET', '/jobs/made'), 404);
  });
}
