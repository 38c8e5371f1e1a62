import type { WriteRecord } from './write-log.ts';

/** A change of a file that the disk may not have yet. `data` undefined: the file gets the size `offset`. */
export interface FileChange {
  readonly index: number;
  readonly offset: number;
  readonly data: Buffer | undefined;
}

/** The bytes of a file that the disk has, and the changes since. */
export interface FileState {
  durable: Buffer;
  pending: FileChange[];
}

interface NameChange {
  readonly index: number;
  readonly name: string;
  /** Undefined: the name was removed. */
  readonly file: FileState | undefined;
}

/**
 * The disk below a log of writes: what is durable at a record, and what a power loss there may leave or lose. Only a
 * sync makes anything durable: of the file for its bytes, of the folder for its names.
 */
export class DiskModel {
  readonly #folder: string;
  readonly #open = new Map<string, FileState>();
  readonly #durableNames = new Map<string, FileState>();
  #nameChanges: NameChange[] = [];
  readonly #syncs = new Map<string, number>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  apply(record: WriteRecord, index: number): void {
    const { kind, name, offset, data } = record;
    if (kind === 'sync begun') this.#syncs.set(`${name} ${offset}`, index);
    else if (kind === 'synced') this.#synced(name, this.#syncs.get(`${name} ${offset}`) ?? 0);
    else if (name === this.#folder) return;
    else if (kind === 'created') this.#rename(index, name, { durable: Buffer.alloc(0), pending: [] });
    else if (kind === 'removed') this.#rename(index, name, undefined);
    else this.#file(index, name).pending.push({ index, offset, data: kind === 'written' ? data : undefined });
  }

  /** Changes of names that the disk may not have yet, in the order in which a file system keeps them. */
  get nameChanges(): number {
    return this.#nameChanges.length;
  }

  hasPending(name: string): boolean {
    return (this.#open.get(name)?.pending.length ?? 0) > 0;
  }

  /** The files by name, if the disk has only the first `count` changes of names that are not synced. */
  files(count: number): ReadonlyMap<string, FileState> {
    const names = new Map(this.#durableNames);
    for (const { name, file } of this.#nameChanges.slice(0, count)) {
      if (file === undefined) names.delete(name);
      else names.set(name, file);
    }
    return names;
  }

  #file(index: number, name: string): FileState {
    return this.#open.get(name) ?? this.#rename(index, name, { durable: Buffer.alloc(0), pending: [] });
  }

  #rename<File extends FileState | undefined>(index: number, name: string, file: File): File {
    if (file === undefined) this.#open.delete(name);
    else this.#open.set(name, file);
    this.#nameChanges.push({ index, name, file });
    return file;
  }

  #synced(name: string, begun: number): void {
    if (name === this.#folder) {
      for (const change of this.#nameChanges.filter(({ index }) => index < begun)) {
        if (change.file === undefined) this.#durableNames.delete(change.name);
        else this.#durableNames.set(change.name, change.file);
      }
      this.#nameChanges = this.#nameChanges.filter(({ index }) => index >= begun);
      return;
    }
    const file = this.#open.get(name);
    if (file === undefined) return;
    file.durable = changeInPlace(
      file.durable,
      file.pending.filter(({ index }) => index < begun),
    );
    file.pending = file.pending.filter(({ index }) => index >= begun);
  }
}

/** A copy of the bytes after all changes, in order. A gap is filled with zeros. */
export function withChanges(bytes: Buffer, changes: readonly FileChange[]): Buffer {
  return change(copyWithRoom(bytes, largestSize(bytes, changes)), bytes.length, changes);
}

/** As {@link withChanges}, but changes `bytes` itself while its memory has room: logs are synced very often. */
function changeInPlace(bytes: Buffer, changes: readonly FileChange[]): Buffer {
  const largest = largestSize(bytes, changes);
  const hasRoom = bytes.byteOffset === 0 && bytes.buffer.byteLength >= largest;
  const memory = hasRoom ? Buffer.from(bytes.buffer) : copyWithRoom(bytes, 2 * largest);
  return change(memory, bytes.length, changes);
}

/** All bytes of `memory` behind `size` are zeros, and stay so. */
function change(memory: Buffer, size: number, changes: readonly FileChange[]): Buffer {
  let end = size;
  for (const { offset, data } of changes) {
    if (data === undefined) memory.fill(0, offset, Math.max(end, offset));
    else data.copy(memory, offset);
    end = data === undefined ? offset : Math.max(end, offset + data.length);
  }
  return memory.subarray(0, end);
}

function largestSize(bytes: Buffer, changes: readonly FileChange[]): number {
  return changes.reduce(
    (most, { offset, data }) => Math.max(most, offset + (data?.length ?? 0)),
    bytes.length,
  );
}

function copyWithRoom(bytes: Buffer, room: number): Buffer {
  const memory = Buffer.alloc(room);
  bytes.copy(memory);
  return memory;
}
