// `npm run rehearse -- disk [--only TEXT] [--damages N] [--seed S]`: bad disks below a real GreenVue on SQLite: calls
// that fail while it runs, and files that are damaged while it is stopped. Needs Linux and a C compiler.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { RUNNING_FAULTS, rehearseRunningFault } from './disk/faults-while-running.ts';
import { compileLayer } from './faults/layer.ts';
import { say } from './node.ts';

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: { only: { type: 'string', default: '' } },
});
const FAULT_MS = 4_000;

const folder = mkdtempSync(join(tmpdir(), 'disk-'));
let violations = 0;
try {
  const layer = compileLayer('fail-calls', folder);
  for (const [n, fault] of RUNNING_FAULTS.entries()) {
    if (!fault.title.includes(values.only)) continue;
    const found = await rehearseRunningFault(fault, {
      layer,
      folder: join(folder, String(n)),
      faultMs: FAULT_MS,
    });
    say(`\n${fault.title}: ${found.told} facts told, ${found.failedCalls} calls failed`);
    for (const [refusal, count] of found.refusals) say(`  ${count} × ${refusal}`);
    say(found.ended === undefined ? '  the server ran on' : `  the server ended: ${found.ended}`);
    if (found.recovery !== undefined) say(`  writes again after ${found.recovery}`);
    say(found.refusal === undefined ? '  started again' : `  refused to start: ${found.refusal}`);
    const wrong = [...found.lost.map((fact) => `lost: ${JSON.stringify(fact)}`), ...found.faults];
    violations += wrong.length;
    if (wrong.length > 0) say(`  ${wrong.length} VIOLATIONS: ${wrong.slice(0, 5).join('; ')}`);
  }
  say(`\n${violations} violations`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = violations === 0 ? 0 : 1;
