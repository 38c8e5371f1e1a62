import { expect, test } from 'vitest';
import { rehearseStore } from '../../../packages/jobs/test/linearizability/rehearse-store.ts';
import { freePort } from '../../../scripts/postgres/server.ts';
import { temporaryFolder } from '../src/testing/test-database.ts';

// The short form of `npm run rehearse -- linearizability`: a real server, clients, and a kill -9.
test('requests of eight clients for one job take effect one after another, also when the server is killed', async () => {
  const shown: string[] = [];
  const nodes = [{ port: await freePort(), env: { DATA_DIR: await temporaryFolder() } }];
  const say = (line: string) => void shown.push(line);
  const result = await rehearseStore({ title: 'short', nodes, rounds: 10, roundsPerKill: 5, seed: 1, say });
  expect(result, shown.join('\n')).toMatchObject({ histories: 10, kills: 2, violations: 0, undecided: 0 });
});
