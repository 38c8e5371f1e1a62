import { expect, it } from 'vitest';
import { definitionOf, failed, ON_DEMAND, settlement } from '../store-contract/rig.ts';
import { createRaces } from './races.ts';

const races = await createRaces();

const makeChannel = (id: string) => {
  const channel = { kind: 'webhook', config: '{}', allJobs: true };
  return races.store.changeAlertChannel({ id, command: { kind: 'create', channel } });
};

// Promise P24, alerts.
it('a look for alerts leaves out a channel that another node is looking at, and says when to look again', async () => {
  const { store, other } = races;
  await makeChannel('free');
  await makeChannel('held');
  const definition = definitionOf('a', { schedule: ON_DEMAND, maxAttempts: 1 });
  await store.insertJob({ definition });
  await races.trigger();
  const { runs } = await races.claim(1);
  // The look of the other node began before the alert was written, so it does not see the alert.
  await other.query("BEGIN; SELECT FROM greenvue_jobs.alert_channels WHERE id = 'held' FOR UPDATE");
  await store.settle(runs.map((run) => settlement(run, failed(), Date.now())));
  const channelsOf = async () => {
    const { messages, nextAt } = await store.takeAlertMessages();
    return { ids: messages.map(({ channel }) => channel.id), nextAt };
  };
  const first = await channelsOf();
  expect(first.ids).toEqual(['free']);
  expect(Number(first.nextAt) - store.now()).toBeLessThan(1_000);
  await other.query('COMMIT');
  expect((await channelsOf()).ids).toEqual(['held']);
});
