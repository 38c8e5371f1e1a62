// `npm run rehearse -- power [--disks N] [--seed S]`: the disks that a power loss can leave of a SQLite store under
// load, each opened by a real engine. Needs Linux and a C compiler.
import { parseArgs } from 'node:util';
import { say } from './node.ts';
import { rehearsePower } from './power/rehearse-power.ts';

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: { disks: { type: 'string', default: '1200' }, seed: { type: 'string', default: '1' } },
});
/** Records after which a process kills itself. The last process stops in order. */
const lives = [4_000, 4_000, undefined];
const { violations } = await rehearsePower({
  disks: Number(values.disks),
  seed: Number(values.seed),
  lives,
  say,
});
process.exitCode = violations === 0 ? 0 : 1;
