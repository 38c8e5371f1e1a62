// `npm run rehearse -- power [--disks N] [--seed S]`: the disks that a power loss can leave of a SQLite store under
// load, each opened by a real engine. Needs Linux and a C compiler.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compileLayer } from './faults/layer.ts';
import { createRandom } from './faults/random.ts';
import { say, seconds } from './node.ts';
import { crashedDisk, LOSSES } from './power/crashed-disk.ts';
import { DiskModel } from './power/disk-model.ts';
import { FACTS_FILE, factsIn } from './power/facts.ts';
import { judgeDisk } from './power/judge.ts';
import { readWriteLog } from './power/write-log.ts';

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: { disks: { type: 'string', default: '1200' }, seed: { type: 'string', default: '1' } },
});
const disks = Number(values.disks);
const seed = Number(values.seed);
/** Records after which a process kills itself. The last process stops in order. */
const LIVES = [4_000, 4_000, undefined];
const LAST_LIFE_MS = 4_000;

const folder = mkdtempSync(join(tmpdir(), 'power-'));
const data = join(folder, 'data');
const log = join(folder, 'log');
mkdirSync(data);
const begun = performance.now();
const layer = compileLayer('record-writes', folder);
for (const stopAfter of LIVES) await live(stopAfter);
const records = readWriteLog(log);
const told = factsIn(records);
say(
  `Seed ${seed}: ${records.length} records, ${told.length} facts told, ${seconds(performance.now() - begun)}`,
);

const random = createRandom(seed);
const model = new DiskModel(basename(data));
const instants = Array.from({ length: disks }, () => random.below(records.length)).sort((a, b) => a - b);
const counts = new Map<string, number>();
let next = 0;
let wrong = 0;
for (const [n, instant] of instants.entries()) {
  for (; next <= instant; next += 1) {
    const record = records[next];
    if (record !== undefined && record.name !== FACTS_FILE) model.apply(record, next);
  }
  const loss = LOSSES[n % LOSSES.length] ?? 'nothing kept';
  const disk = join(folder, `disk-${n}`);
  mkdirSync(disk);
  for (const [name, bytes] of crashedDisk(model, loss, random)) writeFileSync(join(disk, name), bytes);
  const facts = told.filter(({ index }) => index <= instant).map(({ fact }) => fact);
  const { refused, faults } = await judgeDisk(disk, records[instant]?.at ?? 0, facts);
  const outcome = refused === undefined ? 'opened' : `refused (${refused.replaceAll(disk, '…')})`;
  counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  if (refused !== undefined || faults.length > 0) {
    wrong += 1;
    say(`disk ${n}, record ${instant}, ${loss}: ${[outcome, ...faults.slice(0, 5)].join('; ')}`);
  } else rmSync(disk, { recursive: true });
}
for (const [outcome, count] of counts) say(`  ${count} disks ${outcome}`);
say(`  ${wrong} violations, ${seconds(performance.now() - begun)}`);
if (wrong === 0) rmSync(folder, { recursive: true });
else say(`  The disks are in ${folder}`);
process.exitCode = wrong === 0 ? 0 : 1;

async function live(stopAfter: number | undefined): Promise<void> {
  const env = {
    ...process.env,
    ...layer,
    RECORD_DIR: data,
    RECORD_FILE: log,
    RECORD_STOP_AFTER: String(stopAfter ?? 0),
  };
  const child = spawn(process.execPath, [fileURLToPath(new URL('./power/load.ts', import.meta.url)), data], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const timer = stopAfter === undefined ? setTimeout(() => child.kill('SIGTERM'), LAST_LIFE_MS) : undefined;
  const [code, signal] = await once(child, 'exit');
  clearTimeout(timer);
  if (code !== 0 && signal !== 'SIGKILL') throw new Error(`The load ended with ${code ?? signal}.`);
}
