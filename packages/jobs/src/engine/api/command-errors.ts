import type { Refusal } from '../../core/commands/refusal.ts';
import { jobNotFound } from '../../core/model/not-found.ts';
import type { CommandResult } from '../../core/store/store-commands.ts';
import { EngineError } from '../ports/engine-port.ts';

export type DoneCommand = Extract<CommandResult, { kind: 'done' }>;

/** The `done` of a result. Throws the error that says why there is none. */
export function requireDone(result: CommandResult, jobId: string): DoneCommand {
  switch (result.kind) {
    case 'done':
      return result;
    case 'absent':
      throw jobNotFound(jobId);
    case 'stale':
      throw staleJob();
    case 'refused':
      throw errorOf(result.refusal);
    case 'duplicate':
      throw new Error('only a trigger has a dedupe key');
    default:
      return result satisfies never;
  }
}

/** Of a change that named another version of the job. */
export function staleJob(): EngineError {
  return new EngineError('stale', 'The job has been changed meanwhile. Read it again and repeat the change.');
}

export function errorOf({ code, detail, pointer }: Refusal): EngineError {
  if (code === 'too_many_live_runs' || code === 'too_many_put_off')
    return new EngineError('too_many', detail);
  if (code === 'too_many_jobs') return new EngineError('forbidden', `Refused: ${detail}.`);
  if (pointer === undefined) return new EngineError('conflict', detail);
  return new EngineError('invalid', detail, [{ pointer, detail }]);
}
