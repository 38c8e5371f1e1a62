import type { CheckpointInput } from '../../store/checkpoint-store.ts';
import { ask, type Script } from '../script.ts';
import type { UnitOfWork } from '../unit-of-work.ts';

/** Saves the state of a run for its next attempt (P30, resume). */
export function* saveCheckpoint({ now }: UnitOfWork, input: CheckpointInput): Script<boolean> {
  return yield* ask('saveCheckpoint', { ...input, savedAt: now });
}
