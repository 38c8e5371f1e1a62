import { scheduleRefusal } from '../../core/commands/schedule-refusals.ts';
import { LOOK_EVERY_MS } from '../../core/declarations/plan-declarations.ts';
import { StoreError } from '../../core/model/errors.ts';
import type { Job } from '../../core/model/job.ts';
import type { DeclareInput, DeclareResult } from '../../core/store/store-declarations.ts';
import { warnOfChannels } from '../api/alert-api.ts';
import { afterCommand } from '../api/command-effects.ts';
import { guardReply } from '../api/store-writes.ts';
import type { EngineParts } from '../engine-parts.ts';
import { type Declarations, parseJobsInCode, refusedInCode } from './parse-jobs-in-code.ts';

type Parsed = Pick<DeclareInput, 'jobs' | 'calendars'>;

/** How often a start tries again while others hold the locks; each try waits some seconds. */
const TRIES = 10;

/**
 * Brings the jobs and calendars of the database to what the program declares (P28, jobs in code): when it
 * starts, when nodes come or go, and every 10 minutes.
 */
export class JobsInCode {
  readonly #with: EngineParts;
  readonly #declarations: Declarations;
  #parsed: Parsed | undefined;
  #lookedAt = 0;
  #looking: Promise<void> = Promise.resolve();
  #hasToLook = false;
  #cancelLook: (() => void) | undefined;
  #isStopped = false;

  constructor(deps: EngineParts, declarations: Declarations) {
    this.#with = deps;
    this.#declarations = declarations;
  }

  /** Rejects with all faults of the declarations. */
  async open(): Promise<void> {
    const { jobs, calendars } = this.#declarations;
    if (jobs === undefined && calendars === undefined) return;
    const parsed = await parseJobsInCode(this.#with, this.#declarations);
    await warnOfChannels(this.#with, parsed.jobs ?? []);
    this.#parsed = await this.#declare(parsed, { isStart: true });
    this.#lookLater();
  }

  /** Other nodes came or went: now the declarations of this node may hold. */
  othersChanged(): void {
    if (this.#parsed === undefined || this.#hasToLook) return;
    this.#hasToLook = true;
    this.#looking = this.#looking.then(() => this.#look());
  }

  /** Looks again if it is time. */
  async tick(): Promise<void> {
    const { clock } = this.#with.settings;
    if (Math.abs(clock.now() - this.#lookedAt) >= LOOK_EVERY_MS) this.othersChanged();
    await this.#looking;
  }

  /** A start under way tries no more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelLook?.();
    await this.#looking;
  }

  #lookLater(): void {
    const { clock, autoRun } = this.#with.settings;
    if (!autoRun || this.#isStopped) return;
    this.#cancelLook = clock.setTimer(LOOK_EVERY_MS, () => {
      this.othersChanged();
      this.#lookLater();
    });
  }

  async #look(): Promise<void> {
    this.#hasToLook = false;
    // Without a lease, it is no live node: the declarations of others may hold.
    if (this.#parsed === undefined || this.#isStopped || !this.#with.node.isMember) return;
    try {
      this.#parsed = await this.#declare(this.#parsed, { isStart: false });
    } catch (error) {
      this.#with.settings.logger.warn({ err: error }, NOT_DECLARED);
    }
  }

  /** Returns the declarations as they were compared with the database. */
  async #declare(parsed: Parsed, how: { readonly isStart: boolean }): Promise<Parsed> {
    const { settings, node } = this.#with;
    const { release = 0 } = settings;
    this.#lookedAt = settings.clock.now();
    let compared = parsed;
    for (let tries = 1; ; tries += 1) {
      try {
        const input = { node: node.id, startedAt: node.info.startedAt, release, ...compared, ...how };
        const result = await guardReply(this.#with, this.#with.store.declareJobs(input));
        if (result.kind !== 'outdated') {
          this.#tell(result, how);
          return compared;
        }
        if (tries >= TRIES || this.#isStopped) throw new StoreError('busy', OUTDATED);
        compared = await parseJobsInCode(this.#with, this.#declarations);
      } catch (error) {
        const mayRepeat = error instanceof StoreError && error.code === 'busy';
        if (!mayRepeat || tries >= TRIES || this.#isStopped) throw error;
      }
    }
  }

  /** Throws for refused declarations. */
  #tell(
    result: Exclude<DeclareResult, { kind: 'outdated' }>,
    { isStart }: { readonly isStart: boolean },
  ): void {
    const { settings, events, node, dispatcher } = this.#with;
    const { release = 0, logger } = settings;
    if (result.kind === 'refused') throw refusedInCode(this.#declarations, result.faults);
    if (result.kind === 'held') {
      if (isStart) logger.info({ release, byRelease: result.byRelease }, HELD);
      return;
    }
    const { created, changed, calendars } = result;
    for (const made of created) {
      const { id, wakeAt } = made;
      this.#warnIfOver(made);
      events.emit('job.created', id);
      dispatcher.nextPass.jobCreated(wakeAt);
    }
    if (calendars.length > 0) dispatcher.nextPass.recheck();
    if (created.length + calendars.length > 0) node.notify({ kind: 'wake' });
    for (const { event, done } of changed) afterCommand(this.#with, done, event);
    const counts = { created: created.length, changed: changed.length, calendars: calendars.length };
    if (Object.values(counts).some((count) => count > 0)) logger.info({ release, ...counts }, DECLARED);
  }

  /** A schedule that is over is no reason not to start: a new database gets old declarations, too. */
  #warnIfOver({ id, schedule, createdAt, declaration }: Job): void {
    const over = scheduleRefusal(schedule, createdAt);
    if (over === undefined) return;
    const message = `the job "${id}" in code is finished from the start: ${over.detail}`;
    this.#with.settings.logger.warn({ jobId: id, place: declaration?.place }, message);
  }
}

const DECLARED = 'the jobs and calendars of the database are now as this release declares them';
const HELD =
  'a live node of a newer release declares the jobs, so this release changes none; its declarations hold once that node is gone';
const OUTDATED =
  'the payloads of jobs in code changed in the database at each comparison, so no job was changed. Try again';
const NOT_DECLARED =
  'the jobs in code could not be compared with the database; this is tried again within 10 minutes';
