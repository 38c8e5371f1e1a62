import { existsSync, readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { findLogDamage } from '../../src/stores/sqlite/file/log-damage.ts';
import { randomFrom } from '../linearizability/random-from.ts';

const ENDS = ['', '-wal', '-shm'];
const PAGE_BYTES = [512, 1_024, 4_096, 16_384, 65_536];
const STEPS = 12;

/** What the checks of a life have found. */
export interface LifeReport {
  readonly states: number;
  readonly damaged: number;
  readonly refused: number;
  readonly faults: readonly string[];
}

/**
 * One life of a database: random commands, checkpoints, second connections, ends and kills. After each step, a start on
 * a copy of the files must be allowed. If damage of the copy loses a committed fact, the start must be refused.
 */
export function liveOnce(folder: string, seed: number): LifeReport {
  const life = new Life(folder, seed);
  try {
    return life.run();
  } finally {
    life.close();
  }
}

class Life {
  readonly #folder: string;
  readonly #seed: number;
  readonly #random: () => number;
  readonly #report = { states: 0, damaged: 0, refused: 0, faults: [] as string[] };
  readonly #steps: string[] = [];
  #file: string;
  #db: DatabaseSync;
  #beside: DatabaseSync | undefined;
  #facts = 0;
  #copies = 0;

  constructor(folder: string, seed: number) {
    this.#folder = folder;
    this.#seed = seed;
    this.#random = randomFrom(seed);
    this.#file = join(folder, 'life-0.db');
    const first = new DatabaseSync(this.#file);
    first.exec(`PRAGMA page_size = ${this.#oneOf(PAGE_BYTES)}; PRAGMA journal_mode = WAL`);
    first.exec('CREATE TABLE facts (id INTEGER PRIMARY KEY, body BLOB); CREATE TABLE large (body BLOB)');
    first.close();
    this.#db = this.#open();
  }

  run(): LifeReport {
    for (let n = 0; n < STEPS && this.#report.faults.length === 0; n += 1) this.#step();
    return this.#report;
  }

  close(): void {
    this.#beside?.close();
    this.#db.close();
  }

  #open(): DatabaseSync {
    const db = new DatabaseSync(this.#file, { timeout: 0 });
    const checkpoint = this.#oneOf([0, 0, 1, 7, 1_000]);
    db.exec(
      `PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = ${checkpoint}; PRAGMA cache_size = ${this.#oneOf([5, 2_000])}`,
    );
    if (this.#random() < 0.2) db.exec('PRAGMA journal_size_limit = 0');
    return db;
  }

  #step(): void {
    const before = this.#read();
    const step = this.#oneOf(STEP_NAMES);
    this.#steps.push(step);
    const committed = this.#facts;
    this.#do(step);
    this.#checkMoments(before, committed);
    this.#checkCopy(step);
  }

  #do(step: (typeof STEP_NAMES)[number]): void {
    switch (step) {
      case 'commit':
        return this.#commit(this.#db);
      case 'commit beside':
        this.#beside ??= this.#open();
        return this.#commit(this.#beside);
      case 'rollback':
        return this.#transaction('ROLLBACK');
      case 'large commit':
        return this.#transaction('COMMIT');
      case 'checkpoint':
        return this.#exec(
          `PRAGMA wal_checkpoint(${this.#oneOf(['PASSIVE', 'FULL', 'RESTART', 'TRUNCATE'])})`,
        );
      case 'vacuum':
        return this.#exec('VACUUM');
      case 'read beside':
        this.#beside ??= this.#open();
        return void (this.#beside.isTransaction
          ? this.#beside.exec('COMMIT')
          : this.#beside.exec('BEGIN; SELECT count(*) FROM facts'));
      case 'close beside':
        this.#beside?.close();
        this.#beside = undefined;
        return;
      case 'other journal':
        // Otherwise the connection may keep pages older than the last commit of the other one (seed 104469).
        this.#db.prepare('SELECT count(*) FROM facts').get();
        return this.#exec(`PRAGMA journal_mode = ${this.#oneOf(['DELETE', 'WAL', 'WAL'])}`);
      case 'end':
        this.close();
        this.#beside = undefined;
        this.#db = this.#open();
        return;
      case 'kill':
        return this.#kill();
      default:
        return step satisfies never;
    }
  }

  #commit(db: DatabaseSync): void {
    if (db.isTransaction) db.exec('COMMIT');
    const bytes = Math.floor(this.#random() * 9_000);
    if (
      this.#tries(() => db.prepare('INSERT INTO facts VALUES (?, zeroblob(?))').run(this.#facts + 1, bytes))
    )
      this.#facts += 1;
  }

  /** Pages that leave the small cache go into the log before the end of the transaction. */
  #transaction(end: 'COMMIT' | 'ROLLBACK'): void {
    const isBegun = this.#tries(() => this.#db.exec('BEGIN IMMEDIATE'));
    if (!isBegun) return;
    for (let n = 0; n < 12; n += 1) this.#db.exec('INSERT INTO large VALUES (randomblob(5000))');
    this.#db.exec('UPDATE large SET body = randomblob(4000) WHERE rowid % 3 = 0');
    this.#checkCopy('within a transaction');
    const isEnded = end === 'COMMIT' && this.#tries(() => this.#db.exec('DELETE FROM large; COMMIT'));
    if (!isEnded) this.#db.exec('ROLLBACK');
  }

  #exec(sql: string): void {
    this.#tries(() => this.#db.exec(sql));
  }

  /** Another connection may hold a lock. */
  #tries(call: () => unknown): boolean {
    try {
      call();
      return true;
    } catch (error) {
      if (/locked|busy/.test(String(error))) return false;
      throw error;
    }
  }

  /** The process ends between two instructions. The next process opens the files as they are. */
  #kill(): void {
    const copy = this.#copy(this.#read());
    this.close();
    this.#beside = undefined;
    this.#file = copy;
    this.#db = this.#open();
    this.#db.prepare('SELECT count(*) FROM facts').get();
  }

  #read(): Files {
    return ENDS.map((end) => (existsSync(this.#file + end) ? readFileSync(this.#file + end) : undefined));
  }

  #copy(files: Files): string {
    this.#copies += 1;
    const copy = join(this.#folder, `life-${this.#seed}-${this.#copies}.db`);
    for (const [n, bytes] of files.entries())
      if (bytes !== undefined) writeFileSync(`${copy}${ENDS[n]}`, bytes);
    return copy;
  }

  #checkCopy(what: string): void {
    const files = this.#read();
    this.#checkSound(files, this.#facts, what);
    this.#checkSound([files[0], files[1], undefined], this.#facts, `${what}, without the index`);
    this.#checkDamaged(files, what);
  }

  /** Instants within a step: some of its writes to the log are done. It adjusts the index after them. */
  #checkMoments([database, before, index]: Files, facts: number): void {
    const [, after] = this.#read();
    if (before === undefined || after === undefined || before.equals(after) || after.length < before.length)
      return;
    const changed = after.findIndex((byte, n) => byte !== before[n]);
    const cut = changed + Math.floor(this.#random() * (after.length - changed));
    const log = Buffer.concat([after.subarray(0, cut), before.subarray(cut)]);
    const copy = this.#copy([database, log, index]);
    this.#report.states += 1;
    const why = findLogDamage(copy);
    if (why !== undefined)
      this.#fault(`refuses a log that was written up to byte ${cut} (${facts} facts): ${why}`);
    remove(copy);
  }

  #checkSound(files: Files, facts: number, what: string): void {
    const copy = this.#copy(files);
    const isRebooted = this.#random() < 0.2;
    if (isRebooted && files[2] !== undefined) utimesSync(`${copy}-shm`, 0, 0);
    this.#report.states += 1;
    const why = findLogDamage(copy);
    if (why !== undefined) this.#fault(`refuses a sound database after "${what}": ${why}`);
    const found = factsIn(copy);
    if (found < facts)
      this.#fault(`the copy after "${what}" has ${found} of ${facts} facts: the test is wrong`);
    remove(copy);
  }

  #checkDamaged(files: Files, what: string): void {
    const [, log] = files;
    if (log === undefined || log.length === 0) return;
    const copy = this.#copy(files);
    const how = this.#oneOf(['cut', 'flip', 'remove', 'empty', 'header'] as const);
    damage(`${copy}-wal`, how, this.#random());
    this.#report.damaged += 1;
    const why = findLogDamage(copy);
    if (why !== undefined) this.#report.refused += 1;
    const found = factsIn(copy);
    if (found < this.#facts && why === undefined)
      this.#fault(`does not notice after "${what}" that ${found} of ${this.#facts} facts are left (${how})`);
    remove(copy);
  }

  #fault(what: string): void {
    this.#report.faults.push(`seed ${this.#seed}: ${what}. Steps: ${this.#steps.join(', ')}`);
  }

  #oneOf<T>(values: readonly [T, ...T[]] | readonly T[]): T {
    const [first] = values;
    if (first === undefined) throw new Error('nothing to choose from');
    return values[Math.floor(this.#random() * values.length)] ?? first;
  }
}

type Files = readonly (Buffer | undefined)[];

const STEP_NAMES = [
  'commit',
  'commit',
  'commit beside',
  'rollback',
  'large commit',
  'checkpoint',
  'vacuum',
  'read beside',
  'close beside',
  'other journal',
  'end',
  'kill',
] as const;

function damage(log: string, how: 'cut' | 'flip' | 'remove' | 'empty' | 'header', random: number): void {
  const bytes = readFileSync(log);
  const at = Math.floor(random * bytes.length);
  if (how === 'remove') rmSync(log);
  else if (how === 'empty') truncateSync(log, 0);
  else if (how === 'cut') truncateSync(log, at);
  else {
    const place = how === 'header' ? at % 32 : at;
    bytes.writeUInt8(bytes.readUInt8(place) ^ 4, place);
    writeFileSync(log, bytes);
  }
}

/** The facts that SQLite finds; -1 if it can't read the database. */
function factsIn(file: string): number {
  try {
    const db = new DatabaseSync(file);
    try {
      return Number(db.prepare('SELECT count(*) AS facts FROM facts').get()?.facts);
    } finally {
      db.close();
    }
  } catch {
    return -1;
  }
}

function remove(file: string): void {
  for (const end of ENDS) rmSync(file + end, { force: true });
}
