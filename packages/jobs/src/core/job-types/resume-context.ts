import type { JsonOf } from './json-of.ts';

/** What a handler keeps for the next attempt of its run (P30, resume). The success of the run removes it. */
export interface ResumeContext<Checkpoint, Steps extends boolean = boolean> {
  /**
   * What an earlier attempt of this run has saved last. Undefined: nothing, or it was saved for another
   * payload or another `version` of the job type.
   */
  readonly lastCheckpoint: Checkpoint | undefined;
  /**
   * Saves where the work stands, for the next attempt: JSON, at most 64 KiB. It is durable once the promise
   * resolves. While the database is away, it waits. Needs `checkpoint` in the job type: without it, the
   * compiler refuses each value.
   */
  checkpoint(
    value: [Checkpoint] extends [undefined] ? 'Add checkpoint: … to defineJobType()' : Checkpoint,
  ): Promise<void>;
  /**
   * Does one part of the work and saves its result (JSON, 64 KiB for all steps of a run). An attempt that
   * finds a saved result returns it, and does not call `work`. Names are unique in an attempt. Needs
   * `steps: true` in the job type: without it, the compiler refuses each name.
   */
  step<Result>(
    name: Steps extends true ? string : 'Add steps: true to defineJobType()',
    work: () => Result | Promise<Result>,
  ): Promise<JsonOf<Awaited<Result>>>;
}
