import {
  changeAlertChannel,
  retryAlertDelivery,
  settleAlertMessage,
  takeAlertMessages,
} from '../../../core/transactions/alerts/alerts.ts';
import { takeAlertWatch, tellTimedStates } from '../../../core/transactions/alerts/timed-alerts.ts';
import { backfill, cancelBackfill } from '../../../core/transactions/backfills/backfills.ts';
import {
  cancelBulkCommand,
  insertBulkCommand,
  saveBulkCommand,
} from '../../../core/transactions/bulk/bulk-commands.ts';
import { changeCalendar } from '../../../core/transactions/calendars/calendars.ts';
import { saveCheckpoint } from '../../../core/transactions/checkpoints/checkpoints.ts';
import { claim } from '../../../core/transactions/claim.ts';
import { command, insertJob } from '../../../core/transactions/commands.ts';
import { declareJobs } from '../../../core/transactions/declarations/declare-jobs.ts';
import { regroupRuns, setTypeLimits } from '../../../core/transactions/limits/set-type-limits.ts';
import { pauseAll, resumeAll } from '../../../core/transactions/pause-all.ts';
import { plan } from '../../../core/transactions/plan.ts';
import { prune } from '../../../core/transactions/prune.ts';
import { recordChange } from '../../../core/transactions/record-change.ts';
import { cancelRun, makeDue, report } from '../../../core/transactions/run-commands.ts';
import { answerFrom, runScript, type Script } from '../../../core/transactions/script.ts';
import { changeSecret, replaceSealed } from '../../../core/transactions/secrets/secrets.ts';
import { reconcile, recover, settle } from '../../../core/transactions/settle.ts';
import type { UnitOfWork } from '../../../core/transactions/unit-of-work.ts';
import type { RunLimits } from '../../rows/bounds.ts';
import { checkTables, type Database } from '../database.ts';
import { noteClosed, type OpenedInfo } from '../file/info.ts';
import { faultCode } from '../sqlite-faults.ts';
import { Writer } from '../writer/writer.ts';
import { createTables } from '../writer/writer-tables.ts';
import type { Closing, Reply, Request, WriteMethod } from './protocol.ts';
import { packClaim, packPlan, unpackSettlements } from './thread-codec.ts';
import { faultOf, type Handlers, replyTo, type Service } from './thread-service.ts';

/**
 * A transaction takes no further requests after this time, because others wait for the lock and for their
 * answers.
 */
const MAX_TRANSACTION_MS = 20;

/** Group commit: all waiting requests share a transaction, and so one flush to the disk. */
export class WriterService implements Service {
  readonly #db: Database;
  readonly opened: OpenedInfo;
  readonly #limits: RunLimits | undefined;
  /**
   * A rollback ends it: what a writer keeps in memory is then false. So does a change by another connection,
   * because the previous process may still write while this one has taken over (P10, fence).
   */
  #current: { readonly writer: Writer; readonly handlers: WriteHandlers } | undefined;
  #seenVersion: unknown;
  #isDamaged = false;

  constructor(db: Database, opened: OpenedInfo, limits?: RunLimits) {
    this.#db = db;
    this.opened = opened;
    this.#limits = limits;
  }

  answer(requests: readonly Request[], from: number): readonly Reply[] {
    let end = from;
    try {
      return this.#inTransaction((handlers) => {
        const start = performance.now();
        const replies: Reply[] = [];
        while (end < requests.length && performance.now() - start < MAX_TRANSACTION_MS) {
          const request = requests[end];
          end += 1;
          if (request !== undefined) replies.push(replyTo(handlers, request));
        }
        return replies;
      });
    } catch {
      // One request is at fault and took the others down with it: each gets its own transaction and answer.
      return requests.slice(from, Math.max(end, from + 1)).map((request) => this.#alone(request));
    }
  }

  close(how: Closing): void {
    // Otherwise the next start must check the whole database: it is damaged, or was not completely read.
    if (!this.#isDamaged && how === 'close') noteClosed(this.#db);
    this.#db.close();
  }

  #alone(request: Request): Reply {
    try {
      const [reply] = this.#inTransaction((handlers) => [replyTo(handlers, request)]);
      return reply ?? faultOf(request.id, new Error(`${request.method} gave no reply`));
    } catch (error) {
      return faultOf(request.id, error);
    }
  }

  #inTransaction(work: (handlers: WriteHandlers) => readonly Reply[]): readonly Reply[] {
    const db = this.#db;
    db.exec('BEGIN IMMEDIATE');
    try {
      const version = db.statement('PRAGMA data_version').get()?.data_version;
      if (this.#current === undefined || version !== this.#seenVersion) {
        this.#seenVersion = version;
        const writer = new Writer(db, this.#limits);
        this.#current = { writer, handlers: handlersOf(writer) };
      }
      const replies = work(this.#current.handlers);
      this.#current.writer.flush();
      db.exec('COMMIT');
      return replies;
    } catch (error) {
      this.#current = undefined;
      this.#isDamaged ||= faultCode(error) === 'damaged';
      if (db.isInTransaction()) db.exec('ROLLBACK');
      throw error;
    }
  }
}

type WriteHandlers = Handlers<WriteMethod>;

function handlersOf(w: Writer): WriteHandlers {
  // Once for all transactions: creating the tables for each would cost 2 µs.
  const answer = answerFrom(createTables(w));
  const run = <T>(now: number, transaction: (unit: UnitOfWork) => Script<T>) =>
    runScript(transaction(w.begin(now)), answer);
  return {
    check: () => checkTables(w.db),
    insertJob: (input, now) => run(now, (unit) => insertJob(unit, input)),
    command: (input, now) => run(now, (unit) => command(unit, input)),
    declareJobs: ({ input, nodes }, now) => run(now, (unit) => declareJobs(unit, input, nodes)),
    plan: (input, now) => packPlan(run(now, (unit) => plan(unit, input))),
    claim: (input, now) => packClaim(run(now, (unit) => claim(unit, input))),
    settle: (packed, now) => run(now, (unit) => settle(unit, unpackSettlements(packed))),
    report: (batch, now) => run(now, () => report(batch)),
    recover: (input, now) => run(now, (unit) => recover(unit, input)),
    reconcile: (input, now) => run(now, (unit) => reconcile(unit, input)),
    cancelRun: (input, now) => run(now, (unit) => cancelRun(unit, input)),
    makeDue: (input, now) => run(now, (unit) => makeDue(unit, input)),
    saveCheckpoint: (input, now) => run(now, (unit) => saveCheckpoint(unit, input)),
    changeSecret: (input, now) => run(now, (unit) => changeSecret(unit, input)),
    replaceSealed: (input, now) => run(now, () => replaceSealed(input)),
    setTypeLimits: (input, now) => run(now, () => setTypeLimits(input)),
    regroupRuns: ({ after, how }, now) => run(now, () => regroupRuns(after, how)),
    changeCalendar: (input, now) => run(now, (unit) => changeCalendar(unit, input)),
    changeAlertChannel: (input, now) => run(now, (unit) => changeAlertChannel(unit, input)),
    takeAlertMessages: (_, now) => run(now, takeAlertMessages),
    settleAlertMessage: (input, now) => run(now, (unit) => settleAlertMessage(unit, input)),
    retryAlertDelivery: (input, now) => run(now, (unit) => retryAlertDelivery(unit, input)),
    takeAlertWatch: (input, now) => run(now, () => takeAlertWatch(input)),
    tellTimedStates: (input, now) => run(now, (unit) => tellTimedStates(unit, input)),
    pauseAll: (input, now) => run(now, (unit) => pauseAll(unit, input)),
    resumeAll: (input, now) => run(now, (unit) => resumeAll(unit, input)),
    recordChange: (input, now) => run(now, () => recordChange(input)),
    backfill: (input, now) => run(now, (unit) => backfill(unit, input)),
    cancelBackfill: (input, now) => run(now, (unit) => cancelBackfill(unit, input)),
    insertBulkCommand: (input, now) => run(now, () => insertBulkCommand(input)),
    saveBulkCommand: (input, now) => run(now, () => saveBulkCommand(input)),
    cancelBulkCommand: (input, now) => run(now, (unit) => cancelBulkCommand(unit, input)),
    prune: (input, now) => runScript(prune(input), (step) => run(now, step)),
  };
}
