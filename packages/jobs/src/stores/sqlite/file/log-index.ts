import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { endianness, uptime } from 'node:os';

/** What the shared memory of a database (`-shm`) says about its write-ahead log. */
export interface LogIndex {
  /** Frames of committed transactions. A commit counts them once they are synced. */
  readonly frames: number;
  /** Frames that are copied into the database, and synced there. */
  readonly copiedFrames: number;
  /** Of the log that the index is for. */
  readonly salt: Buffer;
  /** False: the system has started since, perhaps after a power loss. SQLite never syncs the index. */
  readonly isOfThisBoot: boolean;
}

const BYTES = 136;
const HEADER_BYTES = 48;
const VERSION = 3_007_000;

/** Undefined if the file is missing or is not valid. Format: https://sqlite.org/walformat.html#the_wal_index_file_format */
export function readLogIndex(file: string): LogIndex | undefined {
  const bytes = existsSync(file) ? readStart(file) : undefined;
  if (bytes === undefined) return undefined;
  const header = bytes.subarray(0, HEADER_BYTES);
  const copy = bytes.subarray(HEADER_BYTES, 2 * HEADER_BYTES);
  const isSet = header.readUInt8(12) === 1;
  if (!isSet || !header.equals(copy) || word(header, 0) !== VERSION || !hasChecksum(header)) return undefined;
  return {
    frames: word(bytes, 16),
    copiedFrames: word(bytes, 96),
    salt: header.subarray(32, 40),
    isOfThisBoot: statSync(file).mtimeMs > Date.now() - uptime() * 1_000,
  };
}

function readStart(file: string): Buffer | undefined {
  const descriptor = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(BYTES);
    return readSync(descriptor, bytes, 0, BYTES, 0) === BYTES ? bytes : undefined;
  } finally {
    closeSync(descriptor);
  }
}

/** The numbers have the byte order of the machine. */
function word(bytes: Buffer, at: number): number {
  return endianness() === 'LE' ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
}

function hasChecksum(header: Buffer): boolean {
  let first = 0;
  let second = 0;
  for (let at = 0; at < 40; at += 8) {
    first = (first + word(header, at) + second) >>> 0;
    second = (second + word(header, at + 4) + first) >>> 0;
  }
  return first === word(header, 40) && second === word(header, 44);
}
