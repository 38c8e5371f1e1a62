import type { BulkAction, BulkItem, BulkRecord } from '../../core/bulk/bulk-command.ts';
import { BULK_ITEMS_SHOWN, MOST_BULK_FAILURES } from '../../core/bulk/bulk-command.ts';
import { bulkFaults } from '../../core/bulk/bulk-rules.ts';
import { jobNotFound, runNotFound } from '../../core/model/not-found.ts';
import type { BulkAuditAction } from '../../core/store/audit-action.ts';
import { auditOf, parseInstant } from '../api/command-options.ts';
import type { EngineParts } from '../engine-parts.ts';
import type { BulkEngine, BulkJobsInput, BulkOptions, BulkPlan, BulkRunsInput } from '../ports/bulk-port.ts';
import { EngineError, type InvalidField } from '../ports/engine-port.ts';
import { BulkRun } from './bulk-run.ts';
import { type ChangeItem, jobChange, runChange } from './change-item.ts';
import { countDone, type Selected, selectJobs, selectRuns } from './select-items.ts';

/** How many bulk commands a node runs at once: they share its connections to the database. */
const MOST_AT_ONCE = 5;

type Target = BulkRecord['target'];

/** The bulk commands that this node runs (P36, tags and bulk). */
export class BulkCommands {
  readonly #with: EngineParts;
  readonly #running = new Map<string, BulkRun>();
  readonly #ends = new Set<Promise<void>>();
  #begun = 0;
  #isStopped = false;

  constructor(deps: EngineParts) {
    this.#with = deps;
  }

  async changeJobs(input: BulkJobsInput, options: BulkOptions, engine: BulkEngine): Promise<BulkPlan> {
    refuseFaults(input, 'jobs');
    this.#refusePast(input);
    return this.#inPlace(async () => {
      const selected = await selectJobs(input, this.#search(options, engine));
      return this.#start('jobs', { input, options, selected, change: jobChange(engine, input) });
    });
  }

  async changeRuns(input: BulkRunsInput, options: BulkOptions, engine: BulkEngine): Promise<BulkPlan> {
    refuseFaults(input, 'runs');
    return this.#inPlace(async () => {
      const selected = await selectRuns(input, this.#search(options, engine));
      return this.#start('runs', { input, options, selected, change: runChange(engine, input) });
    });
  }

  /** Ends a command of this node at once. Another node reads the request when it saves its progress. */
  cancel(id: string): void {
    this.#running.get(id)?.end('cancelled');
  }

  /** Waits for items that are being changed, and starts no others. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const run of this.#running.values()) run.stop();
    await Promise.all(this.#ends);
  }

  /** Otherwise each job would fail by it. */
  #refusePast({ until }: BulkJobsInput): void {
    const end = parseInstant(until, '/until');
    if (end === undefined || end > this.#with.store.now()) return;
    throw invalid([
      { pointer: '/until', detail: 'must be in the future. To pause until a resume, leave it out' },
    ]);
  }

  #search({ signal }: BulkOptions, engine: BulkEngine) {
    return { engine, signal, clock: this.#with.settings.clock };
  }

  /**
   * A search reads up to 100,000 jobs or runs, so it needs a place, too. A command that begins keeps the
   * place.
   */
  async #inPlace(begin: () => Promise<BulkPlan>): Promise<BulkPlan> {
    if (this.#begun >= MOST_AT_ONCE) throw tooManyAtOnce();
    this.#begun += 1;
    let plan: BulkPlan | undefined;
    try {
      plan = await begin();
      return plan;
    } finally {
      if (plan?.id === undefined) this.#begun -= 1;
    }
  }

  async #start(target: Target, given: GivenBulk): Promise<BulkPlan> {
    const { input, options, selected, change } = given;
    const { found, notFound } = selected;
    const total = found.length + notFound.length;
    const first = found.slice(0, BULK_ITEMS_SHOWN).map(({ jobId, runId }) => ({ jobId, runId }));
    const leftOut = input.action === 'retry' ? countDone(selected) : undefined;
    const plan = { total, notFound: notFound.length, ...(leftOut === undefined ? {} : { leftOut }), first };
    if (input.dryRun === true || total === 0) return plan;
    if (this.#isStopped) throw new EngineError('unavailable', 'The server is stopping. Try again.');
    const record = this.#newRecord(target, given);
    const id = await this.#insert(record, given);
    const { by, policy, scope } = options;
    const run = new BulkRun(this.#with, {
      id,
      scope,
      record,
      items: found,
      change,
      options: policy === undefined ? { by } : { by, policy },
    });
    if (this.#isStopped) run.stop();
    this.#keep(id, run);
    return { ...plan, id };
  }

  #keep(id: string, run: BulkRun): void {
    this.#running.set(id, run);
    const end = run.run().finally(() => {
      this.#begun -= 1;
      this.#running.delete(id);
      this.#ends.delete(end);
    });
    this.#ends.add(end);
  }

  #insert(record: BulkRecord, { input, options }: GivenBulk): Promise<string> {
    const { store, node } = this.#with;
    const { action, dryRun: _, ids, ...asked } = input;
    // A list of ids could be too long for the audit log. Each item has an entry of its own.
    const change = { ...asked, ...(ids === undefined ? {} : { ids: ids.length }), total: record.total };
    const audit = auditOf(options, AUDIT_ACTIONS[action], change);
    return store.insertBulkCommand({ node: node.id, scope: options.scope, record, audit });
  }

  #newRecord(target: Target, { input, options, selected }: GivenBulk): BulkRecord {
    const { found, notFound } = selected;
    const failures = notFound.slice(0, MOST_BULK_FAILURES).map((item) => ({ ...item, detail: absent(item) }));
    return {
      target,
      action: input.action,
      total: found.length + notFound.length,
      done: 0,
      failed: notFound.length,
      failures,
      status: 'running',
      createdAt: this.#with.store.now(),
      createdBy: options.by,
    };
  }
}

const AUDIT_ACTIONS: Readonly<Record<BulkAction, BulkAuditAction>> = {
  pause: 'jobs.bulk_pause',
  resume: 'jobs.bulk_resume',
  run: 'jobs.bulk_run',
  delete: 'jobs.bulk_delete',
  tag: 'jobs.bulk_tag',
  untag: 'jobs.bulk_untag',
  retry: 'runs.bulk_retry',
  cancel: 'runs.bulk_cancel',
};

interface GivenBulk {
  readonly input: BulkJobsInput | BulkRunsInput;
  readonly options: BulkOptions;
  readonly selected: Selected;
  readonly change: ChangeItem;
}

function refuseFaults(input: BulkJobsInput | BulkRunsInput, target: Target): void {
  const faults = bulkFaults(input, target);
  if (faults.length > 0) throw invalid(faults);
}

function invalid(faults: readonly InvalidField[]): EngineError {
  return new EngineError('invalid', 'The bulk command is not valid.', faults);
}

function absent({ jobId, runId }: BulkItem): string {
  return (runId === undefined ? jobNotFound(jobId ?? '') : runNotFound(runId)).message;
}

function tooManyAtOnce(): EngineError {
  const detail = `This server runs ${MOST_AT_ONCE} bulk commands already, the limit. Wait until one has finished, or cancel one.`;
  return new EngineError('too_many', detail);
}
