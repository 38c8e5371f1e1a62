import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** What `record-writes.c` recorded. `name` is the name of the file, or of the folder. */
export interface WriteRecord {
  readonly kind: 'created' | 'written' | 'sync begun' | 'synced' | 'truncated' | 'removed';
  /** Unix time (ms). */
  readonly at: number;
  readonly name: string;
  /** Of a write. The new size, of a truncate. The file descriptor, of a sync. */
  readonly offset: number;
  readonly data: Buffer;
}

const KINDS = [undefined, 'created', 'written', 'sync begun', 'synced', 'truncated', 'removed'] as const;
const HEAD_BYTES = 23;

export function readWriteLog(file: string): readonly WriteRecord[] {
  const bytes = readFileSync(file);
  const records: WriteRecord[] = [];
  for (let from = 0; from < bytes.length; ) {
    const pathBytes = bytes.readUInt16LE(from + 9);
    const dataBytes = bytes.readUInt32LE(from + 19);
    const data = from + HEAD_BYTES + pathBytes;
    const kind = KINDS[bytes.readUInt8(from)];
    if (kind === undefined) throw new Error(`${file} has no record at byte ${from}`);
    records.push({
      kind,
      at: bytes.readDoubleLE(from + 1),
      name: basename(bytes.toString('utf8', from + HEAD_BYTES, data)),
      offset: Number(bytes.readBigUInt64LE(from + 11)),
      data: bytes.subarray(data, data + dataBytes),
    });
    from = data + dataBytes;
  }
  return records;
}
