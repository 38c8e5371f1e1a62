import { type BulkFailure, type BulkRecord, MOST_BULK_FAILURES } from '../../core/bulk/bulk-command.ts';
import { StoreError } from '../../core/model/errors.ts';
import type { EngineParts } from '../engine-parts.ts';
import { type CommandOptions, EngineError } from '../ports/engine-port.ts';
import type { ChangeItem } from './change-item.ts';
import type { FoundItem } from './select-items.ts';

/**
 * How many items are changed at once: enough for a shared flush to the disk, few enough for other requests.
 */
const AT_ONCE = 100;
/** How often the record is saved, and an event published (ms). */
const SAVE_EVERY_MS = 500;
/** How often the last save is tried again, and after which time (ms). */
const LAST_SAVES = 30;
const SAVE_AGAIN_MS = 1_000;

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
  #saveAgain: (() => void) | undefined;
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

  /** Starts no more items, and gives up on a save that waits for its next try: the engine stops. */
  stop(): void {
    this.end('interrupted');
    this.#isStopping = true;
    this.#saveAgain?.();
  }

  /** Runs the command to its end. Never rejects. */
  async run(): Promise<void> {
    this.#publish(this.#record('running'));
    const { items } = this.#input;
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, () => this.#work()));
    await this.#saving;
    // A request to cancel that met the last items has changed nothing.
    const isWhole = this.#done + this.#failed === this.#input.record.total;
    const status = isWhole ? 'finished' : (this.#ending ?? 'finished');
    await this.#saveEnd({ ...this.#record(status), endedAt: this.#with.store.now() });
  }

  async #work(): Promise<void> {
    while (this.#ending === undefined) {
      const { value: item, done } = this.#waiting.next();
      if (done === true) return;
      await this.#change(item);
      this.#saveSometimes();
    }
  }

  async #change(item: FoundItem): Promise<void> {
    const { change, options } = this.#input;
    try {
      await change(item, options);
      this.#done += 1;
    } catch (error) {
      this.#failed += 1;
      if (isGone(error)) this.end('interrupted');
      if (this.#failures.length >= MOST_BULK_FAILURES) return;
      const { jobId, runId } = item;
      this.#failures.push({ jobId, runId, detail: this.#detailOf(error) });
    }
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
    const { logger, clock } = this.#with.settings;
    for (let tries = 1; ; tries += 1) {
      try {
        await this.#save(record);
        this.#publish(record);
        return;
      } catch (error) {
        logger.warn({ err: error }, 'the end of a bulk command could not be saved');
        if (tries >= LAST_SAVES || this.#isStopping) return;
        await new Promise<void>((resolve) => {
          const cancel = clock.setTimer(SAVE_AGAIN_MS, resolve);
          this.#saveAgain = () => {
            cancel();
            resolve();
          };
        });
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

/** The database is lost, or this engine stops. Other items would fail, too. */
function isGone(error: unknown): boolean {
  if (error instanceof EngineError) return error.code === 'unavailable';
  return error instanceof StoreError && ['gone', 'damaged', 'unavailable'].includes(error.code);
}
