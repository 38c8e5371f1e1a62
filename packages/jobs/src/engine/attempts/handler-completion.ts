import type { CompletionAnswer } from '../../core/model/completion.ts';
import { EngineError } from '../../core/model/errors.ts';
import type { JsonText } from '../../core/model/run.ts';
import { isRecord } from '../../core/objects.ts';
import type { SecretMask } from '../../core/secrets/secret-mask.ts';
import type { Transaction } from '../../core/store/store.ts';
import type { ClaimedRun } from '../../core/store/store-passes.ts';
import type { HandlerCommands } from './handler-jobs.ts';
import { readResult } from './handler-result.ts';

/** The attempt whose handler completes its run. */
interface CompletingAttempt {
  readonly claimed: Pick<ClaimedRun, 'id' | 'fence'>;
  readonly startedAt: number;
  readonly mask: SecretMask | undefined;
}

type CompletionCommands = Pick<HandlerCommands, 'requireCompletion' | 'completeRun' | 'failTransaction'>;

/** The end of a run in its handler's own transaction, for the handler of one attempt (P31, completion). */
export class HandlerCompletion {
  readonly #attempt: CompletingAttempt;
  readonly #commands: CompletionCommands;
  readonly #underWay = new Set<Promise<unknown>>();
  #isAsked = false;
  #isOver = false;

  constructor(attempt: CompletingAttempt, commands: CompletionCommands) {
    this.#attempt = attempt;
    this.#commands = commands;
  }

  /** Whether the store may have a completion of the run, or the handler waits in vain for its commit. */
  get isAsked(): boolean {
    return this.#isAsked;
  }

  complete = async (tx: Transaction, value?: unknown): Promise<void> => {
    this.#commands.requireCompletion();
    if (!isRecord(tx) || typeof tx.query !== 'function')
      throw refused(
        '/tx',
        'must be a transaction with a method query(text, values), such as a client of pg after BEGIN',
      );
    const { result, leftOut } = readResult(value, this.#attempt.mask);
    if (this.#isOver) throw await this.#failed(tx, '/tx', TOO_LATE);
    if (leftOut !== undefined) throw await this.#failed(tx, '/result', leftOut);
    const asked = this.#ask(tx, result);
    this.#underWay.add(asked);
    const answer = await asked.finally(() => this.#underWay.delete(asked));
    if (answer !== 'completed') throw refusalOf(answer);
  };

  /** The handler has ended: waits for the calls that it did not await, and takes no more. */
  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.allSettled(this.#underWay);
  }

  async #ask(tx: Transaction, result: JsonText | undefined): Promise<CompletionAnswer> {
    const { startedAt, claimed } = this.#attempt;
    const { id: runId, fence } = claimed;
    const answer = this.#commands.completeRun(tx, {
      runId,
      fence,
      startedAt,
      ...(result === undefined ? {} : { result }),
    });
    this.#isAsked = true;
    return answer;
  }

  async #failed(tx: Transaction, pointer: string, detail: string): Promise<EngineError> {
    const failing = this.#commands.failTransaction(tx);
    // A handler that catches the error has lost its effect: its run must not succeed.
    this.#isAsked ||= !this.#isOver;
    await failing;
    return refused(pointer, detail);
  }
}

const TOO_LATE = 'comes after the end of its handler: await it before the handler returns';

const REFUSED: Readonly<Record<Exclude<CompletionAnswer, 'completed'>, string>> = {
  already: 'The run is completed already: call ctx.complete() once. Roll tx back.',
  cancelled: 'The run was cancelled before ctx.complete(). Roll tx back.',
  stale: 'Another node has taken this run over, or tx is in another database than the jobs. Roll tx back.',
};

function refusalOf(answer: Exclude<CompletionAnswer, 'completed'>): EngineError {
  return new EngineError(answer === 'stale' ? 'stale' : 'conflict', REFUSED[answer]);
}

function refused(pointer: string, detail: string): EngineError {
  return new EngineError('invalid', 'The run is not completed.', [{ pointer, detail }]);
}
