import { type BulkFailure, type BulkRecord, MOST_BULK_FAILURES } from '../../core/bulk/bulk-command.ts';
import { isRepeatable } from '../../core/bulk/bulk-rules.ts';
import { StoreError } from '../../core/model/errors.ts';
import type { EngineParts } from '../engine-parts.ts';
import { type CommandOptions, EngineError } from '../ports/engine-port.ts';
import type { ChangeItem } from './change-item.ts';
import type { FoundItem } from './select-items.ts';

/**
 * How many items are changed at once: enough for a shared flush to the disk, few enough for other requests.
 */
const AT_ONCE = 100;
/**
 * Pauses and resumes share transactions on PostgreSQL, too. With 100 at once, a pause of 10,000 jobs there
 * took 6 to 10 s on a busy machine, with 250 it took 4 to 8 s, and with 500 other runs started later.
 */
const SHARING_AT_ONCE = 250;
/** How often the record is saved, and an event published (ms). */
const SAVE_EVERY_MS = 500;
/** How often the last save is tried again. */
const LAST_SAVES = 30;
/** How often an item is tried that met an outage of the database. */
const ITEM_TRIES = 3;
/** The time between two tries while the database is away (ms). */
const AGAIN_MS = 1_000;

export interface BulkRunInput {
  readonly id: string;
  readonly scope: string | undefined;
  readonly record: BulkRecord;
  readonly items: readonly FoundItem[];
  readonly change: ChangeItem;
  /** The caller, and the bounds that hold for each item. */
  readonly options: CommandOptions;
}

/** A bulk command that this node runs: a few items at a time, each by itself. */
export class BulkRun {
  readonly #with: EngineParts;
  readonly #input: BulkRunInput;
  readonly #waiting: Iterator<FoundItem>;
  readonly #failures: BulkFailure[];
  #done = 0;
  #failed: number;
  /** Why no more items start. */
  #ending: 'cancelled' | 'interrupted' | undefined;
  #isStopping = false;
  #saving: Promise<void> | undefined;
  /** Ends when the database is back. */
  #outage: Promise<void> | undefined;
  #wake: (() => void) | undefined;
  #savedAt: number;

  constructor(deps: EngineParts, input: BulkRunInput) {
    this.#with = deps;
    this.#input = input;
    this.#waiting = input.items.values();
    this.#failures = [...input.record.failures];
    this.#failed = input.record.failed;
    this.#savedAt = deps.settings.clock.monotonic();
  }

  /** Starts no more items. */
  end(why: 'cancelled' | 'interrupted'): void {
    this.#ending ??= why;
  }

  /** Starts no more items, and waits no longer for the database: the engine stops. */
  stop(): void {
    this.end('interrupted');
    this.#isStopping = true;
    this.#wake?.();
  }

  /** Runs the command to its end. Never rejects. */
  async run(): Promise<void> {
    this.#publish(this.#record('running'));
    const { items, record } = this.#input;
    const isSharing = record.action === 'pause' || record.action === 'resume';
    const atOnce = Math.min(isSharing ? SHARING_AT_ONCE : AT_ONCE, items.length);
    await Promise.all(Array.from({ length: atOnce }, () => this.#work()));
    await this.#saving;
    // A request to cancel that met the last items has changed nothing.
    const isWhole = this.#done + this.#failed === this.#input.record.total;
    const status = isWhole ? 'finished' : (this.#ending ?? 'finished');
    await this.#saveEnd({ ...this.#record(status), endedAt: this.#with.store.now() });
  }

  async #work(): Promise<void> {
    for (;;) {
      await this.#outage;
      if (this.#ending !== undefined) return;
      const { value: item, done } = this.#waiting.next();
      if (done === true) return;
      await this.#change(item);
      this.#saveSometimes();
    }
  }

  async #change(item: FoundItem): Promise<void> {
    const { change, options, record } = this.#input;
    for (let tries = 1; ; tries += 1) {
      try {
        await change(item, options);
        this.#done += 1;
        return;
      } catch (error) {
        if (isLost(error)) this.end('interrupted');
        if (isAway(error)) await this.#untilBack();
        if (isAway(error) && isRepeatable(record.action) && tries < ITEM_TRIES && this.#ending === undefined)
          continue;
        this.#addFailure(item, error);
        return;
      }
    }
  }

  #addFailure({ jobId, runId }: FoundItem, error: unknown): void {
    this.#failed += 1;
    if (this.#failures.length >= MOST_BULK_FAILURES) return;
    this.#failures.push({ jobId, runId, detail: this.#detailOf(error) });
  }

  /** Resolves when the database answers again, or when no more items start. */
  #untilBack(): Promise<void> {
    this.#outage ??= this.#askWhileAway().finally(() => {
      this.#outage = undefined;
    });
    return this.#outage;
  }

  async #askWhileAway(): Promise<void> {
    const { store, settings } = this.#with;
    while (this.#ending === undefined) {
      try {
        await store.check();
        return;
      } catch (error) {
        if (isLost(error)) return this.end('interrupted');
        settings.logger.warn({ err: error }, 'a bulk command waits, because the database does not answer');
        await this.#sleep();
      }
    }
  }

  /** Ends early when the engine stops. */
  #sleep(): Promise<void> {
    if (this.#isStopping) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#with.settings.clock.setTimer(AGAIN_MS, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }

  #detailOf(error: unknown): string {
    if (error instanceof EngineError) {
      if (error.code === 'stale')
        return 'The job was deleted or changed after the command began, so it was left as it is.';
      return error.message;
    }
    // These have changed nothing.
    if (error instanceof StoreError && ['busy', 'full', 'aborted'].includes(error.code)) return error.message;
    if (error instanceof StoreError)
      return 'The database did not answer in time, so it may or may not have changed. Check it, and try again.';
    if (isRefusal(error)) return error.message;
    this.#with.settings.logger.error({ err: error }, 'an item of a bulk command failed');
    return 'An unexpected error. The log of the server has more.';
  }

  #saveSometimes(): void {
    const now = this.#with.settings.clock.monotonic();
    if (this.#saving !== undefined || now - this.#savedAt < SAVE_EVERY_MS) return;
    this.#savedAt = now;
    this.#saving = this.#saveProgress();
  }

  async #saveProgress(): Promise<void> {
    const record = this.#record('running');
    try {
      if ((await this.#save(record)).isCancelled) this.end('cancelled');
      this.#publish(record);
    } catch (error) {
      this.#with.settings.logger.warn(
        { err: error },
        'the progress of a bulk command could not be saved; it is saved again soon',
      );
    }
    this.#saving = undefined;
  }

  /** A record that stays "running" would look so for as long as this node lives. */
  async #saveEnd(record: BulkRecord): Promise<void> {
    const { logger } = this.#with.settings;
    for (let tries = 1; ; tries += 1) {
      try {
        await this.#save(record);
        this.#publish(record);
        return;
      } catch (error) {
        logger.warn({ err: error }, 'the end of a bulk command could not be saved');
        if (tries >= LAST_SAVES || this.#isStopping) return;
        await this.#sleep();
      }
    }
  }

  #save(record: BulkRecord): Promise<{ readonly isCancelled: boolean }> {
    const { store, node } = this.#with;
    // A node whose lease has expired continues under a new id.
    return store.saveBulkCommand({ id: this.#input.id, node: node.id, record });
  }

  #record(status: BulkRecord['status']): BulkRecord {
    const failures = [...this.#failures];
    return { ...this.#input.record, done: this.#done, failed: this.#failed, failures, status };
  }

  #publish({ status, target, action, total, done, failed }: BulkRecord): void {
    const { id, scope } = this.#input;
    const type = status === 'running' ? 'bulk.progress' : 'bulk.finished';
    const data = { id, target, action, status, total, done, failed };
    this.#with.events.emitBulk(type, { data }, scope);
  }
}

/** An engine with bounds refuses in the words of a route. */
function isRefusal(error: unknown): error is Error & { readonly status: number } {
  if (!(error instanceof Error) || !('status' in error)) return false;
  return typeof error.status === 'number' && error.status < 500;
}

/** The database can't be used again by this process, or this engine stops: other items would fail, too. */
function isLost(error: unknown): boolean {
  if (error instanceof EngineError) return error.code === 'unavailable';
  return error instanceof StoreError && (error.code === 'gone' || error.code === 'damaged');
}

/** The database can't be used for now. What was asked for may be done. */
function isAway(error: unknown): boolean {
  return error instanceof StoreError && error.code === 'unavailable';
}
