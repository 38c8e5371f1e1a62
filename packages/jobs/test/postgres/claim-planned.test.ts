import { expect, inject, it, onTestFinished } from 'vitest';
import { createPostgresStore } from '../../src/stores/postgres/store.ts';
import { createFakeClock } from '../../src/testing/fake-clock.ts';
import { definitionOf, MINUTE, T0, TYPES } from '../store-contract/rig.ts';
import { createTestDatabase } from './test-database.ts';

/** Counts the updates of live runs while a plan takes a due slot and claims its run. */
async function updatesOfAPlan({ claimPlanned }: { readonly claimPlanned: boolean }): Promise<number> {
  const database = await createTestDatabase(inject('postgresUrl'), 'planned');
  onTestFinished(() => database.drop());
  const clock = createFakeClock(T0);
  const shortcuts = { claimPlanned };
  const store = createPostgresStore({ url: database.url, clock, ownClock: true, shortcuts });
  await store.open();
  try {
    await store.insertJob({ definition: definitionOf('a') });
    await database.rows(COUNT_UPDATES);
    clock.advance(MINUTE + 5);
    const claim = { node: 'here', types: TYPES, places: 1, prefetch: 0 };
    const { queued, claimed } = await store.plan({ types: TYPES, limit: 10, claim });
    expect(claimed?.runs.map(({ id }) => id)).toEqual(queued.map(({ id }) => id));
    return (await database.rows('SELECT FROM updates')).length;
  } finally {
    await store.close();
  }
}

const COUNT_UPDATES = `CREATE TABLE updates ();
  CREATE FUNCTION note_update() RETURNS trigger LANGUAGE plpgsql
    AS 'BEGIN INSERT INTO public.updates DEFAULT VALUES; RETURN NEW; END';
  CREATE TRIGGER note_update BEFORE UPDATE ON greenvue_jobs.live_runs FOR EACH ROW EXECUTE FUNCTION note_update()`;

it('a plan inserts its runs as claimed', async () => {
  expect(await updatesOfAPlan({ claimPlanned: true })).toBe(0);
});

it('without this shortcut a plan claims its runs after it has inserted them', async () => {
  expect(await updatesOfAPlan({ claimPlanned: false })).toBe(1);
});
