import { expect, test } from 'vitest';
import { damages } from '../../../scripts/rehearsal/disk/damage-while-stopped.ts';
import {
  RUNNING_FAULTS,
  rehearseRunningFault,
} from '../../../scripts/rehearsal/disk/faults-while-running.ts';
import { rehearseDamages } from '../../../scripts/rehearsal/disk/rehearse-damages.ts';
import { canCompileLayers, compileLayer } from '../../../scripts/rehearsal/faults/layer.ts';
import { createRandom } from '../../../scripts/rehearsal/faults/random.ts';
import { temporaryFolder } from '../src/testing/test-database.ts';

// The short form of `npm run rehearse -- disk`.
test.runIf(canCompileLayers())(
  'while each write fails, the API answers 503; then it works again, and nothing acknowledged is lost',
  async () => {
    const folder = await temporaryFolder();
    const layer = compileLayer('fail-calls', folder);
    const fault = RUNNING_FAULTS.find(({ title }) => title.startsWith('write error, 100'));
    if (fault === undefined) throw new Error('the fault has another name');
    const found = await rehearseRunningFault(fault, { layer, folder, faultMs: 1_000 });
    expect(found.failedCalls).toBeGreaterThan(0);
    expect(found).toMatchObject({ ended: undefined, refusal: undefined, lost: [], faults: [] });
  },
  120_000,
);

test('a server that was killed refuses to start without the writes of a damaged log', async () => {
  const chosen = damages(1).filter(({ title }) => /^jobs\.db-wal(: one bit| removed)/.test(title));
  const verdicts = new Map<string, unknown>();
  await rehearseDamages({
    damages: chosen,
    folder: await temporaryFolder(),
    random: createRandom(1),
    tell: ({ title }, verdict) => verdicts.set(title, verdict),
  });
  const refused = { refusal: expect.stringContaining('has lost acknowledged writes'), lost: [], faults: [] };
  expect(Object.fromEntries(verdicts)).toEqual({
    'jobs.db-wal removed': refused,
    'jobs.db-wal: one bit flipped': refused,
  });
}, 120_000);
