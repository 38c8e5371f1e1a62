import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { compileLayer } from '../faults/layer.ts';
import { createRandom } from '../faults/random.ts';
import { seconds } from '../node.ts';
import { chooseInstants } from './choose-instants.ts';
import { crashedDisk, LOSSES, type Loss } from './crashed-disk.ts';
import { DiskModel } from './disk-model.ts';
import { FACTS_FILE, factsIn } from './facts.ts';
import { judgeDisk, type Verdict } from './judge.ts';
import { recordLoad } from './record-load.ts';
import { readWriteLog } from './write-log.ts';

export interface PowerRehearsal {
  readonly disks: number;
  readonly seed: number;
  /** For each process of the load: the records after which it kills itself; undefined: it stops in order. */
  readonly lives: readonly (number | undefined)[];
  readonly say: (line: string) => void;
}

export interface PowerResult {
  readonly facts: number;
  /** Disks that lost a fact, broke a rule, or were refused: SQLite must open each disk of a power loss. */
  readonly violations: number;
}

/** A start mostly waits for its threads and for runs that become due. */
const AT_ONCE = 4;

/** Records a load, builds disks that a power loss could have left, and judges each of them. */
export async function rehearsePower({ disks, seed, lives, say }: PowerRehearsal): Promise<PowerResult> {
  const folder = mkdtempSync(join(tmpdir(), 'power-'));
  const data = join(folder, 'data');
  const log = join(folder, 'log');
  mkdirSync(data);
  const begun = performance.now();
  const layer = compileLayer('record-writes', folder);
  for (const stopAfter of lives) await recordLoad({ layer, data, log, stopAfter });
  const records = readWriteLog(log);
  const told = factsIn(records);
  const took = () => seconds(performance.now() - begun);
  say(`Seed ${seed}: ${records.length} records, ${told.length} facts told, ${took()}`);

  const random = createRandom(seed);
  const model = new DiskModel(basename(data));
  const instants = chooseInstants({ disks, records, told, random });
  const counts = new Map<string, number>();
  let violations = 0;
  let made = 0;
  let applied = 0;
  const makeDisk = (): CrashedDisk | undefined => {
    const instant = instants[made];
    if (instant === undefined) return undefined;
    for (; applied <= instant; applied += 1) {
      const record = records[applied];
      if (record !== undefined && record.name !== FACTS_FILE) model.apply(record, applied);
    }
    const loss = LOSSES[made % LOSSES.length] ?? 'nothing kept';
    const disk = join(folder, `disk-${made}`);
    mkdirSync(disk);
    for (const [name, bytes] of crashedDisk(model, loss, random)) writeFileSync(join(disk, name), bytes);
    made += 1;
    return { disk, instant, loss };
  };
  const judgeDisks = async (): Promise<void> => {
    for (let next = makeDisk(); next !== undefined; next = makeDisk()) {
      const { disk, instant, loss } = next;
      const facts = told.filter(({ index }) => index <= instant).map(({ fact }) => fact);
      const { refused, faults } = await judgeDisk(disk, records[instant]?.at ?? 0, facts);
      const outcome = outcomeOf({ refused, faults }, disk);
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
      if (refused === undefined && faults.length === 0) {
        rmSync(disk, { recursive: true });
        continue;
      }
      violations += 1;
      say(`${basename(disk)}, record ${instant}, ${loss}: ${[outcome, ...faults.slice(0, 5)].join('; ')}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, judgeDisks));
  for (const [outcome, count] of counts) say(`  ${count} disks ${outcome}`);
  say(`  ${violations} violations, ${took()}`);
  if (violations === 0) rmSync(folder, { recursive: true });
  else say(`  The disks are in ${folder}`);
  return { facts: told.length, violations };
}

interface CrashedDisk {
  readonly disk: string;
  readonly instant: number;
  readonly loss: Loss;
}

function outcomeOf({ refused }: Verdict, disk: string): string {
  return refused === undefined ? 'opened' : `refused (${refused.replaceAll(disk, '…')})`;
}
