import type { Random } from '../faults/random.ts';
import { DiskModel } from './disk-model.ts';
import type { ToldFact } from './facts.ts';
import type { WriteRecord } from './write-log.ts';

/** Records after a fact among which the power may fail. */
const AFTER_FACT = 4;

/**
 * The records after which the power fails, in order: a third at any record, a third right after a fact was told, a
 * third in the middle of a checkpoint, where the database has writes that were not synced.
 */
export function chooseInstants({
  disks,
  records,
  told,
  random,
}: {
  readonly disks: number;
  readonly records: readonly WriteRecord[];
  readonly told: readonly ToldFact[];
  readonly random: Random;
}): readonly number[] {
  const checkpoints = recordsInCheckpoints(records);
  const last = records.length - 1;
  const instant = (n: number): number => {
    if (n % 3 === 1 && told.length > 0)
      return Math.min(last, (told[random.below(told.length)]?.index ?? 0) + random.below(AFTER_FACT));
    if (n % 3 === 2 && checkpoints.length > 0) return checkpoints[random.below(checkpoints.length)] ?? last;
    return random.below(records.length);
  };
  return Array.from({ length: disks }, (_, n) => instant(n)).sort((a, b) => a - b);
}

function recordsInCheckpoints(records: readonly WriteRecord[]): readonly number[] {
  const model = new DiskModel('');
  return records.flatMap((record, index) => {
    if (record.name !== 'jobs.db') return [];
    model.apply(record, index);
    return model.hasPending('jobs.db') ? [index] : [];
  });
}
