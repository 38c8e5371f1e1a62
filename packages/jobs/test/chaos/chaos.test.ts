import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cluster, startCluster } from './cluster.ts';
import { FAULTS } from './faults.ts';
import { createRounds } from './round.ts';
import { SHORT } from './scale.ts';

/** The faults of the short form. `npm run chaos` injects all faults, at a larger scale. */
const NAMES = ['kill', 'terminate', 'restart-immediate', 'freeze-and-cut'];

let folder: string;
let cluster: Cluster;
let rounds: ReturnType<typeof createRounds>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'greenvue-chaos-'));
  cluster = await startCluster(folder, SHORT);
  rounds = createRounds(cluster);
});
afterAll(async () => {
  await cluster?.stop();
  rmSync(folder, { recursive: true, force: true });
});

// Promises P4 to P10.
describe('three nodes under load on one PostgreSQL lose no slot and no run while', () => {
  for (const fault of FAULTS.filter(({ name }) => NAMES.includes(name))) {
    it(fault.title, async () => {
      const { violations, recovery } = await rounds.run(fault);
      expect(violations).toEqual([]);
      if (fault.name === 'kill') expect(recovery.restartsMs.length).toBeGreaterThan(0);
    });
  }
});
