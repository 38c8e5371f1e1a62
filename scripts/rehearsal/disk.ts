// `npm run rehearse -- disk [--only TEXT] [--flips N] [--seed S]`: bad disks below a real GreenVue on SQLite: calls
// that fail while it runs, and files that are damaged while it is stopped. Needs Linux and a C compiler.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { damages } from './disk/damage-while-stopped.ts';
import { RUNNING_FAULTS, rehearseRunningFault } from './disk/faults-while-running.ts';
import type { StartVerdict } from './disk/judge-start.ts';
import { rehearseDamages } from './disk/rehearse-damages.ts';
import { compileLayer } from './faults/layer.ts';
import { createRandom } from './faults/random.ts';
import { say } from './node.ts';

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    only: { type: 'string', default: '' },
    flips: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
  },
});
const FAULT_MS = 4_000;
const isAsked = ({ title }: { readonly title: string }) => title.includes(values.only);

const folder = mkdtempSync(join(tmpdir(), 'disk-'));
let violations = 0;
try {
  const layer = compileLayer('fail-calls', folder);
  for (const [n, fault] of RUNNING_FAULTS.filter(isAsked).entries()) {
    const run = join(folder, String(n));
    const found = await rehearseRunningFault(fault, { layer, folder: run, faultMs: FAULT_MS });
    say(`\n${fault.title}: ${found.told} facts told, ${found.failedCalls} calls failed`);
    for (const [refusal, count] of found.refusals) say(`  ${count} × ${refusal}`);
    say(found.ended === undefined ? '  the server ran on' : `  the server ended: ${found.ended}`);
    if (found.recovery !== undefined) say(`  writes again after ${found.recovery}`);
    tellStart(found);
  }
  await rehearseDamages({
    damages: damages(Number(values.flips)).filter(isAsked),
    folder,
    random: createRandom(Number(values.seed)),
    tell({ title, mayBeUnnoticed }, verdict) {
      say(`\nstopped, ${title}`);
      const isUnnoticed = mayBeUnnoticed === true && verdict.refusal === undefined;
      if (isUnnoticed && verdict.lost.length > 0) say(`  unnoticed: ${JSON.stringify(verdict.lost)}`);
      tellStart(isUnnoticed ? { ...verdict, lost: [] } : verdict);
    },
  });
  say(`\n${violations} violations`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = violations === 0 ? 0 : 1;

function tellStart({ refusal, lost, faults }: StartVerdict): void {
  say(refusal === undefined ? '  started again' : `  refused to start: ${refusal}`);
  const wrong = [...lost.map((fact) => `lost: ${JSON.stringify(fact)}`), ...faults];
  violations += wrong.length;
  if (wrong.length > 0) say(`  ${wrong.length} VIOLATIONS: ${wrong.slice(0, 5).join('; ')}`);
}
