// What it provides.
import '../../packages/jobs/test/postgres/global-setup.ts';
import { afterAll, beforeAll, describe, inject } from 'vitest';
import { type BareDatabase, createBareDatabase } from '../../packages/jobs/test/postgres/test-database.ts';
import { journey } from './journey.ts';

let database: BareDatabase;
beforeAll(async () => {
  database = await createBareDatabase(inject('postgresUrl'), 'example');
});
afterAll(() => database.drop());

describe('worker-and-api', () =>
  journey({
    programs: ['worker-and-api/api.ts', 'worker-and-api/worker.ts'],
    env: async () => ({ DATABASE_URL: database.url }),
    signIn: async (_origin, _name, password) => ({ authorization: `Bearer ${password}` }),
  }));
