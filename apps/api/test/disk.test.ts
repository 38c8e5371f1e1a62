import { expect, test } from 'vitest';
import { damages } from '../../../scripts/rehearsal/disk/damage-while-stopped.ts';
import {
  RUNNING_FAULTS,
  rehearseRunningFault,
} from '../../../scripts/rehearsal/disk/faults-while-running.ts';
import type { StartVerdict } from '../../../scripts/rehearsal/disk/judge-start.ts';
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

test('a server that was killed starts with all acknowledged writes, or refuses a log that is damaged or gone', async () => {
  const chosen = damages(1).filter(({ title }) => /^jobs\.db-wal(: one bit| removed)/.test(title));
  const verdicts: (StartVerdict & { readonly title: string })[] = [];
  await rehearseDamages({
    damages: chosen,
    folder: await temporaryFolder(),
    random: createRandom(1),
    tell: ({ title }, verdict) => verdicts.push({ title, ...verdict }),
  });
  // A bit of a frame that the database has already, or of an earlier log, is not needed.
  expect(
    verdicts.flatMap(({ lost, faults }) => [...lost, ...faults]),
    JSON.stringify(verdicts),
  ).toEqual([]);
  expect(verdicts).toHaveLength(2);
}, 120_000);
