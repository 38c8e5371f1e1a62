import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { findLogDamage } from './log-damage.ts';

const FRAME_BYTES = 24 + 4096;
const HEADER_BYTES = 32;
const FILES = ['', '-wal', '-shm'];

let file: string;

/** A copy of a database that is open, as a kill leaves it: five transactions are in its log. */
beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'log-damage-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const live = join(folder, 'live.db');
  const db = new DatabaseSync(live);
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0');
  db.exec('CREATE TABLE facts (id INTEGER PRIMARY KEY, body TEXT)');
  for (let n = 0; n < 4; n += 1) db.prepare('INSERT INTO facts (body) VALUES (?)').run('x'.repeat(6_000));
  file = join(folder, 'left.db');
  for (const end of FILES) copyFileSync(live + end, file + end);
  db.close();
});

const framesOf = (log: string) => Math.floor((readFileSync(log).length - HEADER_BYTES) / FRAME_BYTES);

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  writeFileSync(path, bytes);
}

describe('a database that was left open', () => {
  it('has no damage in its log', () => {
    expect(findLogDamage(file)).toBeUndefined();
    rmSync(`${file}-shm`);
    expect(findLogDamage(file)).toBeUndefined();
  });

  it('is damaged when a frame before the last transaction has a flipped bit, without the index too', () => {
    rmSync(`${file}-shm`);
    flip(`${file}-wal`, HEADER_BYTES + 24 + 100);
    expect(findLogDamage(file)).toBe(`frame 1 of ${file}-wal is damaged`);
  });

  it('is not damaged without the index when the last transaction was torn: it may not have been synced', () => {
    rmSync(`${file}-shm`);
    flip(`${file}-wal`, HEADER_BYTES + (framesOf(`${file}-wal`) - 1) * FRAME_BYTES + 24 + 100);
    expect(findLogDamage(file)).toBeUndefined();
  });

  it('is damaged when the index knows more frames than the log has', () => {
    const frames = framesOf(`${file}-wal`);
    truncateSync(`${file}-wal`, HEADER_BYTES + (frames - 1) * FRAME_BYTES);
    expect(findLogDamage(file)).toMatch(new RegExp(`-wal has \\d+ of ${frames} frames$`));
    rmSync(`${file}-wal`);
    expect(findLogDamage(file)).toBe(`${file}-wal is missing`);
    writeFileSync(`${file}-wal`, '');
    expect(findLogDamage(file)).toBe(`${file}-wal is empty`);
  });

  it('is not damaged when a torn frame has replaced one of a transaction that was rolled back', () => {
    const live = `${file}-live`;
    const db = new DatabaseSync(live);
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0');
    db.exec('PRAGMA cache_size = 10; CREATE TABLE facts (body TEXT); BEGIN');
    const insert = db.prepare('INSERT INTO facts (body) VALUES (?)');
    for (let n = 0; n < 20; n += 1) insert.run('x'.repeat(9_000));
    // SQLite has written pages of it, and leaves them in the log.
    db.exec('ROLLBACK');
    const before = readFileSync(`${live}-wal`);
    insert.run('y'.repeat(6_000));
    const after = readFileSync(`${live}-wal`);
    db.close();
    const starts = Array.from(
      { length: Math.floor((after.length - HEADER_BYTES) / FRAME_BYTES) },
      (_, n) => HEADER_BYTES + n * FRAME_BYTES,
    );
    const end = starts.findLast((at) => after.compare(before, at, at + 24, at, at + 24) !== 0) ?? 0;
    expect(after.readUInt32BE(end + 4)).toBeGreaterThan(0);
    expect(starts.at(-1)).toBeGreaterThan(end);
    // The sector that ends within the header of the last frame was written, the following ones were not.
    writeFileSync(`${file}-wal`, Buffer.concat([after.subarray(0, end + 8), before.subarray(end + 8)]));
    rmSync(`${file}-shm`);
    expect(findLogDamage(file)).toBeUndefined();
  });

  it('is not damaged without a log after a power loss: the index may be older than the checkpoint that emptied it', () => {
    utimesSync(`${file}-shm`, 0, 0);
    writeFileSync(`${file}-wal`, '');
    expect(findLogDamage(file)).toBeUndefined();
    rmSync(`${file}-wal`);
    expect(findLogDamage(file)).toBeUndefined();
  });

  it('is damaged when the log lacks frames of its index, also after a power loss', () => {
    const frames = framesOf(`${file}-wal`);
    utimesSync(`${file}-shm`, 0, 0);
    truncateSync(`${file}-wal`, HEADER_BYTES + (frames - 1) * FRAME_BYTES);
    expect(findLogDamage(file)).toMatch(new RegExp(`-wal has \\d+ of ${frames} frames$`));
  });

  it('leaves it to the open to report a file that can not be read', () => {
    rmSync(`${file}-wal`);
    mkdirSync(`${file}-wal`);
    expect(findLogDamage(file)).toBeUndefined();
  });

  it('is damaged when the header of the log is', () => {
    flip(`${file}-wal`, 17);
    expect(findLogDamage(file)).toBe(`the header of ${file}-wal is damaged`);
  });

  it('is damaged when the log has a part of its frames, also if the database has all: SQLite would read old pages', () => {
    const live = new DatabaseSync(file);
    live.exec('PRAGMA wal_autocheckpoint = 0');
    for (let n = 0; n < 2; n += 1) live.prepare('INSERT INTO facts (body) VALUES (?)').run('y');
    live.exec('PRAGMA wal_checkpoint(PASSIVE)');
    for (const end of FILES) copyFileSync(file + end, `${file}-copied${end}`);
    live.close();
    const copied = `${file}-copied`;
    expect(findLogDamage(copied)).toBeUndefined();
    truncateSync(`${copied}-wal`, HEADER_BYTES + (framesOf(`${copied}-wal`) - 1) * FRAME_BYTES);
    expect(findLogDamage(copied)).toMatch(/-wal has \d+ of \d+ frames$/);
    truncateSync(`${copied}-wal`, HEADER_BYTES + FRAME_BYTES - 1);
    expect(findLogDamage(copied)).toBeUndefined();
    flip(`${copied}-wal`, 17);
    expect(findLogDamage(copied)).toBeUndefined();
  });

  it('is damaged when the log is an earlier one, put back by mistake', () => {
    const live = new DatabaseSync(file);
    live.exec('PRAGMA wal_autocheckpoint = 0; PRAGMA wal_checkpoint(RESTART)');
    const add = live.prepare('INSERT INTO facts (body) VALUES (?)');
    add.run('early');
    copyFileSync(`${file}-wal`, `${file}-early-wal`);
    live.exec('PRAGMA wal_checkpoint(RESTART)');
    expect(findLogDamage(file)).toBeUndefined();
    add.run('late');
    for (const end of ['', '-shm']) copyFileSync(file + end, `${file}-early${end}`);
    live.close();
    expect(findLogDamage(`${file}-early`)).toMatch(/-wal does not belong to this state of its database$/);
  });

  it('is not damaged when a start after an earlier damage has cut off the next frames', () => {
    rmSync(`${file}-shm`);
    flip(`${file}-wal`, HEADER_BYTES + 2 * FRAME_BYTES + 24 + 100);
    expect(findLogDamage(file)).toMatch(/frame \d is damaged|frame \d of .* is damaged/);
    const live = new DatabaseSync(file);
    live.exec('PRAGMA wal_autocheckpoint = 0; CREATE TABLE later (body TEXT)');
    for (const end of FILES) copyFileSync(file + end, `${file}-later${end}`);
    live.close();
    expect(findLogDamage(`${file}-later`)).toBeUndefined();
    rmSync(`${file}-later-shm`);
    expect(findLogDamage(`${file}-later`)).toMatch(/ is damaged$/);
  });

  it('is found through a symbolic link: SQLite has the log beside the real file', () => {
    const link = `${file}-link`;
    symlinkSync(file, link);
    expect(findLogDamage(link)).toBeUndefined();
    rmSync(`${file}-wal`);
    expect(findLogDamage(link)).toBe(`${file}-wal is missing`);
  });

  it('needs no log when the database has all of its frames', () => {
    for (const end of ['-wal', '-shm']) rmSync(file + end);
    expect(findLogDamage(file)).toBeUndefined();
  });
});
