import { claim } from '../../../core/transactions/claim.ts';
import { command, insertJobs, onlyOne } from '../../../core/transactions/commands.ts';
import { plan } from '../../../core/transactions/plan.ts';
import { prune } from '../../../core/transactions/prune.ts';
import { cancelRun, makeDue, report } from '../../../core/transactions/run-commands.ts';
import { runScript } from '../../../core/transactions/script.ts';
import { givenBackOf, reconcile, recover, recoveredOf, settle } from '../../../core/transactions/settle.ts';
import { lowerThreadPriority } from '../../../thread-priority.ts';
import { checkTables, type Database, openForWriting } from '../database.ts';
import { noteClosed, noteOpened, type OpenedInfo } from '../file/info.ts';
import { migrate } from '../migrate.ts';
import { faultCode } from '../sqlite-faults.ts';
import { Writer } from '../writer/writer.ts';
import { createRunner } from '../writer/writer-tables.ts';
import type { Reply, Request, WriteMethod } from './protocol.ts';
import { packClaim, packPlan, unpackSettlements } from './thread-codec.ts';
import { faultOf, type Handlers, replyTo, type Service, serve } from './thread-service.ts';

/** A transaction takes no more requests after this time: others wait for the lock and for their answers. */
const MAX_TRANSACTION_MS = 20;

lowerThreadPriority();
serve(({ file, databaseId }) => {
  const db = openForWriting(file);
  const isNew = migrate(db) === 'new';
  const { endedUncleanly } = noteOpened(db, databaseId);
  return createService(db, { endedUncleanly: endedUncleanly && !isNew });
});

/** Group commit: all requests that wait share a transaction, and so one flush to the disk. */
function createService(db: Database, opened: OpenedInfo): Service {
  // What a writer keeps in memory is true as long as what it wrote stays: a rollback makes another one of it.
  // So does a change by another connection: the previous process may still write while this one has taken
  // over (P10, fence).
  let current: { readonly writer: Writer; readonly handlers: WriteHandlers } | undefined;
  let seenVersion: unknown;
  let isDamaged = false;

  const inTransaction = (work: (handlers: WriteHandlers) => Reply[]): Reply[] => {
    db.exec('BEGIN IMMEDIATE');
    try {
      const version = db.statement('PRAGMA data_version').get()?.data_version;
      if (current === undefined || version !== seenVersion) {
        seenVersion = version;
        const writer = new Writer(db);
        current = { writer, handlers: handlersOf(writer) };
      }
      const replies = work(current.handlers);
      current.writer.flush();
      db.exec('COMMIT');
      return replies;
    } catch (error) {
      current = undefined;
      isDamaged ||= faultCode(error) === 'damaged';
      if (db.isInTransaction()) db.exec('ROLLBACK');
      throw error;
    }
  };

  const alone = (request: Request): Reply => {
    try {
      const [reply] = inTransaction((handlers) => [replyTo(handlers, request)]);
      return reply ?? faultOf(request.id, new Error(`${request.method} gave no reply`));
    } catch (error) {
      return faultOf(request.id, error);
    }
  };

  return {
    opened,
    answer(requests, from) {
      let end = from;
      try {
        return inTransaction((handlers) => {
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
        // One of them is at fault, and took the others down with it: each gets its own transaction and its
        // own answer.
        return requests.slice(from, Math.max(end, from + 1)).map(alone);
      }
    },
    close(how) {
      // Without the note, the next start checks the whole database: it is damaged, or was not completely
      // read.
      if (!isDamaged && how === 'close') noteClosed(db);
      db.close();
    },
  };
}

type WriteHandlers = Handlers<WriteMethod>;

function handlersOf(w: Writer): WriteHandlers {
  const run = createRunner(w);
  return {
    check: () => checkTables(w.db),
    insertJob: (input, now) => onlyOne(run(now, (unit) => insertJobs(unit, [input]))),
    command: (input, now) => run(now, (unit) => command(unit, input)),
    plan: (input, now) => packPlan(run(now, (unit) => plan(unit, input))),
    claim: (input, now) => packClaim(run(now, (unit) => claim(unit, input))),
    settle: (packed, now) => run(now, (unit) => settle(unit, unpackSettlements(packed))),
    report: (batch, now) => run(now, () => report(batch)),
    recover: (input, now) =>
      recoveredOf(
        input,
        run(now, (unit) => recover(unit, input)),
      ),
    reconcile: (input, now) =>
      givenBackOf(
        input,
        run(now, (unit) => reconcile(unit, input)),
      ),
    cancelRun: (input, now) => run(now, (unit) => cancelRun(unit, input)),
    makeDue: (input, now) => run(now, () => makeDue(input)),
    prune: (input, now) => runScript(prune(input), (step) => run(now, step)),
  };
}
