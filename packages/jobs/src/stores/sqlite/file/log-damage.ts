import { closeSync, existsSync, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { type LogIndex, readLogIndex } from './log-index.ts';

/**
 * Returns why a database has lost synced writes of its write-ahead log; undefined without a sign of a loss.
 * SQLite reports no error then: it ignores the log from the first damaged frame on. Call this before any process
 * opens the database, because opening removes the signs. Format: https://sqlite.org/fileformat2.html#walformat
 */
export function findLogDamage(file: string): string | undefined {
  try {
    // SQLite has the log beside the file that a symbolic link names.
    const target = realpathSync(file);
    // Another process, such as one that makes a backup, may write or close the log: only what stays is damage.
    return damageOf(target) === undefined ? undefined : damageOf(target);
  } catch {
    // A file can't be read, or another process has just removed it. The open that follows reports what stays.
    return undefined;
  }
}

function damageOf(file: string): string | undefined {
  const log = `${file}-wal`;
  const index = readLogIndex(`${file}-shm`);
  const needed = index !== undefined && index.frames > index.copiedFrames ? index.frames : 0;
  // After a power loss, the index may be older than a checkpoint that has emptied the log.
  const isCurrent = index?.isOfThisBoot === true;
  const needsLog = needed > 0 && isCurrent;
  if (!existsSync(log)) return needsLog ? `${log} is missing` : undefined;
  const descriptor = openSync(log, 'r');
  try {
    const size = fstatSync(descriptor).size;
    const header = readHeader(descriptor);
    if (size <= HEADER_BYTES) return needsLog ? `${log} is empty` : undefined;
    if (header === undefined)
      return isCurrent && needed === 0 ? undefined : `the header of ${log} is damaged`;
    // A log that begins again has a new salt, and its index first needs no frame of it.
    if (needsLog && !index.salt.equals(header.salt))
      return `${log} does not belong to this state of its database`;
    return damagedFrame(descriptor, { log, size, header, needed, index });
  } finally {
    closeSync(descriptor);
  }
}

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const MAGIC = 0x377f0682;

interface Checksum {
  readonly a: number;
  readonly b: number;
}

interface LogHeader {
  readonly pageBytes: number;
  readonly isBigEndian: boolean;
  readonly salt: Buffer;
  readonly checksum: Checksum;
}

function readHeader(descriptor: number): LogHeader | undefined {
  const bytes = Buffer.alloc(HEADER_BYTES);
  if (readSync(descriptor, bytes, 0, HEADER_BYTES, 0) < HEADER_BYTES) return undefined;
  const magic = bytes.readUInt32BE(0);
  if (magic !== MAGIC && magic !== MAGIC + 1) return undefined;
  const isBigEndian = magic !== MAGIC;
  const checksum = sum({ a: 0, b: 0 }, bytes.subarray(0, 24), isBigEndian);
  if (!isSame(checksum, storedChecksum(bytes, 24))) return undefined;
  return { pageBytes: bytes.readUInt32BE(8), isBigEndian, salt: bytes.subarray(16, 24), checksum };
}

interface Frames {
  readonly log: string;
  readonly size: number;
  readonly header: LogHeader;
  /** Frames that were synced and not copied into the database; 0: unknown. */
  readonly needed: number;
  readonly index: LogIndex | undefined;
}

function damagedFrame(descriptor: number, { log, size, header, needed, index }: Frames): string | undefined {
  const { whole, committed, isFollowed } = readFrames(descriptor, size, header);
  if (index?.salt.equals(header.salt) === true) {
    // With some transactions only, SQLite reads pages of the log that are older than those of the database.
    const isPartial = needed > 0 || committed > 0;
    if (whole < index.frames && isPartial) return `${log} has ${whole} of ${index.frames} frames`;
    // Frames after those that the index counts are older: a start after an earlier damage has cut them off.
    if (index.isOfThisBoot) return undefined;
  }
  return isFollowed ? `frame ${whole + 1} of ${log} is damaged` : undefined;
}

interface FoundFrames {
  /** Valid frames before the first damaged one. */
  readonly whole: number;
  /** Those up to the last end of a transaction. */
  readonly committed: number;
  /** A transaction begins after the first damaged frame. */
  readonly isFollowed: boolean;
}

/**
 * A crash may damage the last transaction, which was not synced. A transaction is synced before the next one begins,
 * so damage before the valid end of a transaction with a follower is no trace of a crash. An invalid end may be: a torn
 * frame that has replaced one of a transaction that was rolled back, whose next frames are still there.
 */
function readFrames(descriptor: number, size: number, header: LogHeader): FoundFrames {
  const frameBytes = FRAME_HEADER_BYTES + header.pageBytes;
  const frames = Math.floor((size - HEADER_BYTES) / frameBytes);
  const frame = Buffer.alloc(frameBytes);
  let before: Checksum = header.checksum;
  let isChained = true;
  let whole = 0;
  let committed = 0;
  let isAfterCommit = false;
  for (let n = 0; n < frames; n += 1) {
    readSync(descriptor, frame, 0, frameBytes, HEADER_BYTES + n * frameBytes);
    const isOfThisLog = frame.subarray(8, 16).equals(header.salt);
    const stored = storedChecksum(frame, 16);
    const isValid = isOfThisLog && isSame(frameChecksum(before, frame, header), stored);
    if (!isChained && isValid && isAfterCommit) return { whole, committed, isFollowed: true };
    isChained &&= isValid;
    isAfterCommit = isValid && frame.readUInt32BE(4) !== 0;
    if (isChained) whole = n + 1;
    if (isChained && isAfterCommit) committed = n + 1;
    before = stored;
  }
  return { whole, committed, isFollowed: false };
}

function frameChecksum(before: Checksum, frame: Buffer, { isBigEndian }: LogHeader): Checksum {
  const head = sum(before, frame.subarray(0, 8), isBigEndian);
  return sum(head, frame.subarray(FRAME_HEADER_BYTES), isBigEndian);
}

function storedChecksum(bytes: Buffer, at: number): Checksum {
  return { a: bytes.readUInt32BE(at), b: bytes.readUInt32BE(at + 4) };
}

const isSame = (one: Checksum, other: Checksum): boolean => one.a === other.a && one.b === other.b;

function sum({ a, b }: Checksum, bytes: Buffer, isBigEndian: boolean): Checksum {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let first = a;
  let second = b;
  for (let at = 0; at < bytes.length; at += 8) {
    first = (first + view.getUint32(at, !isBigEndian) + second) >>> 0;
    second = (second + view.getUint32(at + 4, !isBigEndian) + first) >>> 0;
  }
  return { a: first, b: second };
}
