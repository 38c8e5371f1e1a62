import { tagsAfter } from '../../core/bulk/bulk-rules.ts';
import type { BulkEngine, BulkJobsInput, BulkRunsInput } from '../ports/bulk-port.ts';
import type { CommandOptions } from '../ports/engine-port.ts';
import { EngineError } from '../ports/engine-port.ts';
import type { FoundItem } from './select-items.ts';

/** How often a change of tags that meets an edit of the job reads it again. */
const TAG_TRIES = 5;

/** Changes one item of a bulk command. Rejects with the reason if it can't. */
export type ChangeItem = (item: FoundItem, options: CommandOptions) => Promise<unknown>;

/** The change of each job, by the method that changes a single one. */
export function jobChange(engine: BulkEngine, input: BulkJobsInput): ChangeItem {
  const { action, reason, until, cancelLive, tags = [] } = input;
  return ({ jobId = '', jobUid: ifUid }, given) => {
    const options = { ...given, ifUid };
    switch (action) {
      case 'pause':
        return engine.pauseJob(jobId, { reason, until, cancelLive }, options);
      case 'resume':
        return engine.resumeJob(jobId, options);
      case 'run':
        return engine.trigger(jobId, {}, options);
      case 'delete':
        return engine.deleteJob(jobId, options);
      case 'tag':
      case 'untag':
        return changeTags(engine, jobId, { action, tags, options });
      default:
        return action satisfies never;
    }
  };
}

/** The change of each run. */
export function runChange(engine: BulkEngine, { action, force = false }: BulkRunsInput): ChangeItem {
  return ({ runId = '' }, options) =>
    action === 'retry'
      ? // A selection of failed runs may include runs whose retry has already succeeded.
        engine.retryRun(runId, { ...options, unlessDone: true })
      : engine.cancelRun(runId, { force }, options);
}

interface TagChange {
  readonly action: 'tag' | 'untag';
  readonly tags: readonly string[];
  readonly options: CommandOptions & { readonly ifUid: string };
}

/** Edits the tags of the job as it was read: an edit at the same time is not lost. */
async function changeTags(engine: BulkEngine, jobId: string, change: TagChange): Promise<void> {
  const { action, tags, options } = change;
  for (let tries = 1; ; tries += 1) {
    const { job } = await engine.getJob(jobId);
    const guard = { ...options, ifVersion: job.version };
    try {
      await engine.patchJob(jobId, { tags: tagsAfter(job.tags ?? [], action, tags) }, guard);
      return;
    } catch (error) {
      const mayRepeat = error instanceof EngineError && error.code === 'stale' && job.uid === options.ifUid;
      if (!mayRepeat || tries >= TAG_TRIES) throw error;
    }
  }
}
