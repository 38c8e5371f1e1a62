import { readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Random } from '../faults/random.ts';

/** What happens to the files of a server that was killed. */
export interface Damage {
  readonly title: string;
  /** The remaining files show no sign of the loss. `docs/reliability/disks.md` lists such cases. */
  readonly mayBeUnnoticed?: boolean;
  readonly apply: (dataDir: string, random: Random) => void;
}

export function damages(flips: number): readonly Damage[] {
  return [...FILE_DAMAGES, ...Array.from({ length: flips }, () => BIT_FLIPS).flat()];
}

const remove = (...names: readonly string[]): Damage => ({
  title: `${names.join(', ')} removed`,
  apply: (dataDir) => {
    for (const name of names) rmSync(join(dataDir, name));
  },
});
const resize = (name: string, title: string, size: (bytes: number, random: Random) => number): Damage => ({
  title: `${name} ${title}`,
  apply: (dataDir, random) => {
    const file = join(dataDir, name);
    truncateSync(file, size(statSync(file).size, random));
  },
});
const overwrite = (name: string, title: string, bytes: number): Damage => ({
  title: `${name}: ${title}`,
  apply: (dataDir, random) => {
    const file = join(dataDir, name);
    const content = readFileSync(file);
    for (let at = 0; at < Math.min(bytes, content.length); at += 1) content[at] = random.below(256);
    writeFileSync(file, content);
  },
});

const FILE_DAMAGES: readonly Damage[] = [
  remove('jobs.db-wal'),
  remove('app.db-wal'),
  { ...remove('jobs.db-wal', 'jobs.db-shm'), mayBeUnnoticed: true },
  { ...remove('app.db-wal', 'app.db-shm'), mayBeUnnoticed: true },
  remove('jobs.db-shm', 'app.db-shm'),
  remove('jobs.db'),
  remove('app.db'),
  ...['jobs.db-wal', 'app.db-wal', 'jobs.db', 'app.db'].map((name) => resize(name, 'emptied', () => 0)),
  ...['jobs.db-wal', 'app.db-wal'].map((name) =>
    resize(name, 'cut off', (bytes, random) => random.below(bytes)),
  ),
  overwrite('jobs.db', 'header overwritten', 100),
  overwrite('app.db', 'header overwritten', 100),
  overwrite('jobs.db-shm', 'overwritten', 32_768),
  overwrite('app.db-shm', 'overwritten', 32_768),
];

const flip = (name: string, isCopied: boolean): Damage => ({
  title: `${name}: one bit flipped`,
  mayBeUnnoticed: isCopied,
  apply: (dataDir, random) => {
    const file = join(dataDir, name);
    if (isCopied) copyLog(file);
    const content = readFileSync(file);
    const at = random.below(content.length);
    content.writeUInt8(content.readUInt8(at) ^ (1 << random.below(8)), at);
    writeFileSync(file, content);
  },
});

const BIT_FLIPS = [
  flip('jobs.db-wal', false),
  flip('app.db-wal', false),
  flip('jobs.db', true),
  flip('app.db', true),
];

/** Copies the log into the database, as a program that opens and closes it does. */
function copyLog(file: string): void {
  const db = new DatabaseSync(file);
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  db.close();
}
