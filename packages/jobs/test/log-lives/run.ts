import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { liveOnce } from './life.ts';

const { values } = parseArgs({
  options: {
    /** How many lives. */
    lives: { type: 'string', default: '2000' },
    /** The seed of the first one. */
    seed: { type: 'string', default: '1' },
  },
});

const sum = { states: 0, damaged: 0, refused: 0, faults: 0 };
const first = Number(values.seed);
for (let seed = first; seed < first + Number(values.lives); seed += 1) {
  const folder = mkdtempSync(join(tmpdir(), 'log-lives-'));
  try {
    const { states, damaged, refused, faults } = liveOnce(folder, seed);
    sum.states += states;
    sum.damaged += damaged;
    sum.refused += refused;
    sum.faults += faults.length;
    for (const fault of faults) console.log(fault);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
console.log(
  `${values.lives} lives: ${sum.states} sound states, ${sum.damaged} damaged ones (${sum.refused} refused), ${sum.faults} faults`,
);
process.exitCode = sum.faults === 0 ? 0 : 1;
