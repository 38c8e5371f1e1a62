import type { Random } from '../faults/random.ts';
import { type DiskModel, type FileChange, type FileState, withChanges } from './disk-model.ts';

const SECTOR_BYTES = 512;
const PAGE_BYTES = 4096;

/** What a power loss keeps of the changes that were not synced. */
export const LOSSES = [
  'nothing kept',
  'all kept',
  'some writes kept',
  'some sectors kept',
  'some pages kept',
  'only the log kept',
  'only the database kept',
  'the first writes kept',
  'the last write torn',
  'garbage in lost sectors',
] as const;
export type Loss = (typeof LOSSES)[number];

/** The files that the disk has after a power loss, by name. */
export function crashedDisk(model: DiskModel, loss: Loss, random: Random): ReadonlyMap<string, Buffer> {
  const names =
    loss === 'nothing kept'
      ? 0
      : loss === 'all kept'
        ? model.nameChanges
        : random.below(model.nameChanges + 1);
  const files = model.files(names);
  const indices = [...files.values()]
    .flatMap(({ pending }) => pending.map(({ index }) => index))
    .sort((a, b) => a - b);
  const cut = indices[random.below(indices.length)] ?? 0;
  const last = indices.at(-1) ?? 0;
  return new Map(
    [...files].map(([name, file]) => [name, afterLoss({ name, file, loss, cut, last, random })]),
  );
}

interface LostFile {
  readonly name: string;
  readonly file: FileState;
  readonly loss: Loss;
  /** The record at which `the first writes kept` ends. */
  readonly cut: number;
  readonly last: number;
  readonly random: Random;
}

function afterLoss({ name, file, loss, cut, last, random }: LostFile): Buffer {
  const { durable, pending } = file;
  const kept = (changes: readonly FileChange[]) => withChanges(durable, changes);
  switch (loss) {
    case 'nothing kept':
      return durable;
    case 'all kept':
      return kept(pending);
    case 'some writes kept':
      return kept(pending.filter(() => random.chance(0.5)));
    case 'some sectors kept':
      return kept(pending.flatMap((change) => torn(change, SECTOR_BYTES, random)));
    case 'some pages kept':
      return kept(pending.flatMap((change) => torn(change, PAGE_BYTES, random)));
    case 'only the log kept':
      return name.endsWith('-wal') || name.endsWith('-journal') ? kept(pending) : durable;
    case 'only the database kept':
      return name.endsWith('.db') ? kept(pending) : durable;
    case 'the first writes kept':
      return kept(pending.filter(({ index }) => index <= cut));
    case 'the last write torn':
      return kept(
        pending.flatMap((change) => (change.index === last ? torn(change, SECTOR_BYTES, random) : [change])),
      );
    case 'garbage in lost sectors':
      return withGarbage(
        durable,
        kept(pending),
        kept(pending.flatMap((change) => torn(change, SECTOR_BYTES, random))),
        random,
      );
    default:
      return loss satisfies never;
  }
}

/** Half of the parts of a write, at the borders that the disk has. */
function torn(change: FileChange, unit: number, random: Random): FileChange[] {
  const { index, offset, data } = change;
  if (data === undefined) return random.chance(0.5) ? [change] : [];
  const parts: FileChange[] = [];
  for (let from = 0; from < data.length; ) {
    const to = Math.min(data.length, (Math.floor((offset + from) / unit) + 1) * unit - offset);
    if (random.chance(0.5)) parts.push({ index, offset: offset + from, data: data.subarray(from, to) });
    from = to;
  }
  return parts;
}

/** A file that has its new size, and old bytes of the disk in the new sectors that were lost. */
function withGarbage(durable: Buffer, whole: Buffer, kept: Buffer, random: Random): Buffer {
  const bytes = Buffer.alloc(Math.max(whole.length, kept.length));
  kept.copy(bytes);
  for (let from = durable.length; from < bytes.length; from += SECTOR_BYTES) {
    const to = Math.min(bytes.length, from + SECTOR_BYTES);
    const isKept = from < kept.length && kept.subarray(from, to).equals(whole.subarray(from, to));
    if (!isKept) for (let at = from; at < to; at += 1) bytes[at] = random.below(256);
  }
  return bytes;
}
