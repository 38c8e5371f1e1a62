import { describe, expect, it } from 'vitest';
import type { AlertCondition } from '../../src/core/alerts/alert.ts';
import type { JobDefinition } from '../../src/core/model/job.ts';
import type { ChannelDefinition } from '../../src/core/store/alert-store.ts';
import {
  failed,
  HOUR,
  type MakeStore,
  MINUTE,
  ON_DEMAND,
  type Rig,
  required,
  SECOND,
  SUCCEEDED,
  T0,
  useStore,
} from './rig.ts';

const OPS: ChannelDefinition = { kind: 'webhook', config: '{"url":"https://example.com"}', allJobs: true };

// Promise P24, alerts.
export function alertsContract(makeStore: MakeStore): void {
  describe('alert channels', () => channels(makeStore));
  describe('alerts', () => outbox(makeStore));
  describe('alert messages', () => messages(makeStore));
  describe('conditions that last', () => lasting(makeStore));
}

const toolsOf = (t: Rig) => ({
  channel: async (id: string, more: Partial<ChannelDefinition> = {}) =>
    t.store.changeAlertChannel({ id, command: { kind: 'create', channel: { ...OPS, ...more } } }),
  /** A run of the job that ends like this. */
  end: async (jobId: string, outcome: Parameters<Rig['settle']>[1], writtenAfterMs = 0) => {
    await t.trigger(jobId);
    const { runs } = await t.claim(1);
    const endedAt = t.clock.now();
    t.clock.advance(writtenAfterMs);
    return t.store.settle(
      runs.map(({ id, fence }) => ({
        runId: id,
        fence,
        outcome,
        random: 0.5,
        startedAt: endedAt,
        finishedAt: endedAt,
      })),
    );
  },
  job: (id: string, more: Partial<JobDefinition> = {}) =>
    t.create(id, { schedule: ON_DEMAND, maxAttempts: 1, ...more }),
  told: async () =>
    (await t.store.listAlertDeliveries({ limit: 100 })).rows.map(
      ({ channel, alert }) => `${channel}: ${alert.condition} ${alert.jobId}`,
    ),
  conditions: async () =>
    (await t.store.listAlertDeliveries({ limit: 100 })).rows.map(({ alert }) => alert.condition).reverse(),
  /** Takes the only message that is due. */
  take: async () => {
    const { messages: taken } = await t.store.takeAlertMessages();
    expect(taken).toHaveLength(1);
    return required(taken[0]);
  },
});

function channels(makeStore: MakeStore): void {
  const t = useStore(makeStore);
  const { channel, job } = toolsOf(t);
  const list = async () => (await t.store.listAlertChannels()).map((view) => view.channel);

  it('a channel is created once, changed, and deleted', async () => {
    expect(await channel('ops', { conditions: ['failed'] })).toMatchObject({ kind: 'done' });
    expect(await channel('ops')).toEqual({ kind: 'exists' });
    t.clock.advance(SECOND);
    const change = { conditions: null, allJobs: false };
    const changed = await t.store.changeAlertChannel({ id: 'ops', command: { kind: 'edit', change } });
    const after = { id: 'ops', ...OPS, allJobs: false, createdAt: T0, updatedAt: T0 + SECOND };
    expect(changed).toEqual({ kind: 'done', channel: after });
    expect(await list()).toEqual([after]);
    const turn = (enabled: boolean) =>
      t.store.changeAlertChannel({ id: 'ops', command: { kind: 'edit', change: { enabled } } });
    await turn(false);
    expect(await list()).toMatchObject([{ enabled: false, allJobs: false }]);
    await turn(true);
    expect((await list())[0]?.enabled ?? true).toBe(true);
    expect(await t.store.changeAlertChannel({ id: 'ops', command: { kind: 'delete' } })).toMatchObject({
      kind: 'done',
    });
    expect(await list()).toEqual([]);
    expect(await t.store.changeAlertChannel({ id: 'ops', command: { kind: 'delete' } })).toEqual({
      kind: 'absent',
    });
  });

  it('an edit that does not name the conditions of a channel keeps them', async () => {
    await channel('ops', { conditions: ['failed'] });
    await t.store.changeAlertChannel({ id: 'ops', command: { kind: 'edit', change: { allJobs: false } } });
    expect(await list()).toMatchObject([{ allJobs: false, conditions: ['failed'] }]);
  });

  it('a change of a channel is in the audit log', async () => {
    const audit = { actor: 'ada', action: 'alert_channel.create', change: '{}' };
    await t.store.changeAlertChannel({
      id: 'ops',
      command: { kind: 'create', channel: OPS, by: 'ada' },
      audit,
    });
    expect(await t.store.listAudit({ limit: 5 })).toMatchObject([{ ...audit, target: 'ops', at: T0 }]);
    expect(await list()).toMatchObject([{ createdBy: 'ada' }]);
  });

  it('a channel that jobs name is not deleted', async () => {
    await channel('a_b');
    await job('one', { alerts: ['a_b'] });
    await job('other', { alerts: ['axb'] });
    const remove = () => t.store.changeAlertChannel({ id: 'a_b', command: { kind: 'delete' } });
    expect(await remove()).toEqual({ kind: 'in_use', jobIds: ['one'] });
    await t.done('one', { kind: 'delete' });
    expect(await remove()).toMatchObject({ kind: 'done' });
  });
}

function outbox(makeStore: MakeStore): void {
  const t = useStore(makeStore);
  const { channel, job, end, told, conditions } = toolsOf(t);

  it('the transaction that makes an alert true writes it for each channel that hears of it', async () => {
    await channel('all');
    await channel('named', { allJobs: false });
    await channel('other', { allJobs: false });
    await channel('recoveries', { conditions: ['recovered'] });
    await channel('off', { enabled: false });
    await job('a', { alerts: ['named'] });
    const settled = await end('a', failed('disk full'));
    expect(settled.hasAlerts).toBe(true);
    expect((await told()).sort()).toEqual(['all: failed a', 'named: failed a']);
    const { rows } = await t.store.listAlertDeliveries({ limit: 1, channel: 'all' });
    expect(rows).toMatchObject([
      {
        status: 'pending',
        tries: 0,
        alert: {
          condition: 'failed',
          jobId: 'a',
          jobName: 'Job a',
          at: T0,
          since: T0,
          count: 1,
          error: { name: 'Error', message: 'disk full' },
        },
      },
    ]);
    expect((await end('a', SUCCEEDED)).hasAlerts).toBe(true);
    expect(await told()).toContain('recoveries: recovered a');
  });

  it('an alert is written for an error whose text a database refuses', async () => {
    await channel('ops');
    await job('a');
    await end('a', failed('bad \ud800 and \0 and \\u0000 "quoted"'));
    const { rows } = await t.store.listAlertDeliveries({ limit: 1 });
    expect(rows[0]?.alert.error?.message).toMatch(/^bad . and . and \\u\w{4} "quoted"$/);
  });

  it('without channels, nothing is written', async () => {
    await job('a');
    expect((await end('a', failed())).hasAlerts).toBeUndefined();
    expect(await told()).toEqual([]);
  });

  it('a streak of failures is told at its beginning, and then at most once an hour', async () => {
    await channel('ops');
    await job('a');
    const failAt = async (ms: number) => {
      t.clock.advance(T0 + ms - t.clock.now());
      await end('a', failed());
      return (await conditions()).length;
    };
    expect(await failAt(0)).toBe(1);
    expect(await failAt(MINUTE)).toBe(1);
    expect(await failAt(HOUR - 1)).toBe(1);
    expect(await failAt(HOUR)).toBe(2);
    expect(await failAt(HOUR + MINUTE)).toBe(2);
    expect(await failAt(3 * HOUR)).toBe(3);
    await end('a', SUCCEEDED);
    await end('a', SUCCEEDED);
    expect(await conditions()).toEqual(['failed', 'failed', 'failed', 'recovered']);
  });

  it('a second failure is not told, though each end is written a moment after it', async () => {
    await channel('ops');
    await job('a');
    await end('a', failed(), 20);
    await end('a', failed(), 20);
    expect(await conditions()).toEqual(['failed']);
  });

  it('an attempt that will be retried is not a failed run', async () => {
    await channel('ops');
    await job('a', { maxAttempts: 2 });
    await end('a', failed());
    expect(await conditions()).toEqual([]);
  });

  it('slots that were missed are told with the plan that skips them', async () => {
    await channel('ops');
    await t.create('a', { catchUp: 'skip' });
    t.clock.advance(HOUR);
    expect((await t.plan()).hasAlerts).toBe(true);
    const { rows } = await t.store.listAlertDeliveries({ limit: 5 });
    expect(rows).toMatchObject([{ alert: { condition: 'missed', since: T0 + MINUTE } }]);
    expect(required(rows[0]).alert.count).toBeGreaterThan(50);
  });

  it('so they are with the command that skips them', async () => {
    await channel('ops');
    await t.create('a', { catchUp: 'skip' });
    t.clock.advance(HOUR);
    expect(await t.done('a', { kind: 'pause', cancelLive: false })).toMatchObject({ hasAlerts: true });
    expect(await conditions()).toEqual(['missed']);
    expect(await t.done('a', { kind: 'resume' })).not.toHaveProperty('hasAlerts');
  });

  it('a run that fails because its claims were lost is told with their recovery', async () => {
    await channel('ops');
    await job('a');
    await t.trigger('a');
    const lose = async (n: number) => {
      await t.claimOne(`dead-${n}`);
      const recovered = await t.store.recover({ node: 'node' });
      t.clock.advance(MINUTE);
      return recovered;
    };
    for (let n = 1; n <= 5; n += 1) expect(await lose(n)).not.toHaveProperty('hasAlerts');
    expect(await lose(6)).toMatchObject({ failed: 1, hasAlerts: true });
    expect(await conditions()).toEqual(['failed']);
  });

  it('a list of deliveries has pages and filters', async () => {
    await channel('ops');
    await channel('more');
    for (const id of ['a', 'b']) {
      await job(id);
      await end(id, failed());
    }
    const list = (query: { jobId?: string; channel?: string; condition?: AlertCondition }) =>
      t.store.listAlertDeliveries({ limit: 3, ...query });
    const page = await list({});
    expect(page.rows.map(({ alert }) => alert.jobId)).toEqual(['b', 'b', 'a']);
    const rest = await t.store.listAlertDeliveries({ limit: 3, before: required(page.next).key });
    expect(rest.rows).toHaveLength(1);
    expect((await list({ jobId: 'a', channel: 'ops' })).rows).toHaveLength(1);
    expect((await list({ condition: 'late' })).rows).toEqual([]);
    const { rows } = await t.store.listAlertDeliveries({ limit: 3, status: 'sent' });
    expect(rows).toEqual([]);
  });

  it('old deliveries are pruned', async () => {
    await channel('ops');
    await job('a');
    await end('a', failed());
    t.clock.advance(10 * MINUTE);
    const retention = { finishedPerJob: 9, skippedPerJob: 9, maxAgeMs: 11 * MINUTE, countsMaxAgeMs: HOUR };
    await t.store.prune(retention);
    expect(await conditions()).toEqual(['failed']);
    await t.store.prune({ ...retention, maxAgeMs: MINUTE });
    expect(await conditions()).toEqual([]);
  });
}

function messages(makeStore: MakeStore): void {
  const t = useStore(makeStore);
  const { channel, job, end, take } = toolsOf(t);
  const settle = (message: string, error?: string) =>
    t.store.settleAlertMessage({ channel: 'ops', message, error });
  const failJobs = async (from: number, to: number) => {
    for (let n = from; n < to; n += 1) {
      await job(`j${n}`);
      await end(`j${n}`, failed());
    }
  };

  it('one node at a time sends to a channel, and other channels do not wait', async () => {
    await channel('ops');
    await failJobs(0, 2);
    const first = await take();
    expect(first).toMatchObject({ tries: 0, message: { count: 1, isDigest: false, counts: { failed: 1 } } });
    await channel('more');
    await failJobs(2, 3);
    expect((await take()).channel.id).toBe('more');
    const { messages: none, nextAt } = await t.store.takeAlertMessages();
    expect(none).toEqual([]);
    expect(nextAt).toBeGreaterThan(T0);
    await settle(first.message.id);
    expect((await take()).message.id).not.toBe(first.message.id);
    const { rows } = await t.store.listAlertDeliveries({ limit: 5, status: 'sent' });
    expect(rows).toMatchObject([{ tries: 1, message: first.message.id, settledAt: T0 }]);
    expect(await t.store.listAlertChannels()).toMatchObject([
      { channel: { id: 'more' }, pending: 1 },
      { channel: { id: 'ops' }, pending: 2, undeliverable: 0, lastSentAt: T0 },
    ]);
  });

  it('a message whose node died is sent again with the same id', async () => {
    await channel('ops');
    await failJobs(0, 1);
    const { message } = await take();
    t.clock.advance(29 * SECOND);
    expect((await t.store.takeAlertMessages()).messages).toEqual([]);
    t.clock.advance(SECOND);
    expect((await take()).message).toEqual(message);
  });

  it('more than ten alerts in a minute become one digest, and the channel is quiet until the minute is over', async () => {
    await channel('ops');
    for (let n = 0; n < 4; n += 1) {
      await failJobs(n, n + 1);
      await settle((await take()).message.id);
    }
    await failJobs(4, 14);
    const digest = await take();
    expect(digest.message).toMatchObject({ isDigest: true, count: 10, counts: { failed: 10 } });
    await settle(digest.message.id);
    await failJobs(14, 15);
    const { messages: none, nextAt } = await t.store.takeAlertMessages();
    expect(none).toEqual([]);
    expect(nextAt).toBe(T0 + MINUTE);
    t.clock.advance(MINUTE);
    expect((await take()).message).toMatchObject({ count: 1, isDigest: false });
  });

  it('a message that fails is tried again with the same id for an hour, and is undeliverable then', async () => {
    await channel('ops');
    await failJobs(0, 1);
    const { message } = await take();
    let tries = 1;
    await settle(message.id, 'status 500');
    const first = await t.store.takeAlertMessages();
    expect(first).toEqual({ messages: [], nextAt: T0 + 5 * SECOND });
    while (tries < 100) {
      const [view] = await t.store.listAlertChannels();
      if (view?.undeliverable === 1) break;
      const { nextAt } = await t.store.takeAlertMessages();
      t.clock.advance(required(nextAt) - t.clock.now());
      const again = await take();
      expect(again).toMatchObject({ message: { id: message.id }, tries });
      tries += 1;
      await settle(message.id, 'status 500');
    }
    const minutes = (t.clock.now() - T0) / MINUTE;
    expect(minutes).toBeGreaterThan(55);
    expect(minutes).toBeLessThan(70);
    const { rows } = await t.store.listAlertDeliveries({ limit: 5, status: 'undeliverable' });
    expect(rows).toMatchObject([{ tries, error: 'status 500' }]);
    expect(await t.store.listAlertChannels()).toMatchObject([{ lastError: 'status 500', pending: 0 }]);
    await retryOnce(required(rows[0]).id, message.id);
  });

  const retryOnce = async (id: string, messageId: string) => {
    expect(await t.store.retryAlertDelivery({ id })).toBe('pending');
    expect(await t.store.retryAlertDelivery({ id })).toBe('not_undeliverable');
    expect(await t.store.retryAlertDelivery({ id: '999999' })).toBe('absent');
    expect((await take()).message.id).toBe(messageId);
    await settle(messageId);
    expect((await t.store.listAlertDeliveries({ limit: 5 })).rows).toMatchObject([
      { status: 'sent', tries: 1 },
    ]);
  };

  it('alerts survive a restart', async () => {
    await channel('ops');
    await failJobs(0, 1);
    await t.reopen();
    expect((await take()).message.alerts).toMatchObject([{ jobId: 'j0' }]);
  });

  it('what waits for a channel goes with it', async () => {
    await channel('ops');
    await failJobs(0, 1);
    await t.store.changeAlertChannel({ id: 'ops', command: { kind: 'delete' } });
    expect((await t.store.listAlertDeliveries({ limit: 5 })).rows).toEqual([]);
    expect((await t.store.takeAlertMessages()).messages).toEqual([]);
  });
}

function lasting(makeStore: MakeStore): void {
  const t = useStore(makeStore);
  const { channel, job, told } = toolsOf(t);
  const late = (jobId: string) => ({ jobId, condition: 'late', since: T0, reason: 'overdue' }) as const;
  const NONE = { failing: [], states: [] };

  it('a condition that lasts is told once, and then that the job has recovered', async () => {
    await channel('ops');
    await job('a');
    await job('b');
    await t.store.tellTimedStates({ ...NONE, states: [late('a'), late('gone')] });
    await t.store.tellTimedStates({ ...NONE, states: [late('a')] });
    expect(await told()).toEqual(['ops: late a']);
    // Other jobs, about which this look says nothing.
    await t.store.tellTimedStates({ ...NONE, after: 'a' });
    await t.store.tellTimedStates({ ...NONE, to: 'Z' });
    expect(await told()).toEqual(['ops: late a']);
    await t.store.tellTimedStates({ ...NONE, to: 'a' });
    await t.store.tellTimedStates(NONE);
    expect(await told()).toEqual(['ops: recovered a', 'ops: late a']);
    await t.store.tellTimedStates({ ...NONE, states: [late('a')] });
    expect(await told()).toHaveLength(3);
  });

  it('a job that was paused, was deleted or fails has not recovered', async () => {
    await channel('ops');
    for (const id of ['a', 'b', 'c']) await job(id);
    await t.store.tellTimedStates({ ...NONE, states: ['a', 'b', 'c'].map(late) });
    await t.done('a', { kind: 'pause', cancelLive: false });
    await t.done('b', { kind: 'delete' });
    await t.store.tellTimedStates({ failing: ['c'], states: [] });
    expect((await told()).filter((text) => text.includes('recovered'))).toEqual([]);
  });

  it('one node at a time looks for conditions', async () => {
    const take = () => t.store.takeAlertWatch({ ms: 10 * SECOND });
    expect(await take()).toBe(true);
    expect(await take()).toBe(false);
    t.clock.advance(10 * SECOND);
    expect(await take()).toBe(true);
  });
}
