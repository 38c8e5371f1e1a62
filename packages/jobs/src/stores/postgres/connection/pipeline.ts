import { commitFailed } from './database-errors.ts';

/**
 * The statements of a transaction that nobody waits for on their own: they are answered before what is asked
 * for later, and before the end. None may be sent that a savepoint could undo: what failed there would be
 * forgiven, and not here.
 */
export interface Pipeline {
  /** Why the first one failed that did. */
  readonly failure: unknown;
  /** Nothing more belongs to the transaction. */
  readonly isEnding: boolean;
  /** The COMMIT has gone out. */
  readonly isCommitSent: boolean;
  /** It is known to be written. */
  readonly isCommitted: boolean;
  /**
   * `ask` sends one, and calls `answered` when it is answered, at least once; at once for one that `pg`
   * cannot send.
   */
  send(ask: (answered: (error: unknown) => void) => void): void;
  /**
   * Ends the transaction, if that is not under way: resolves once the COMMIT and all before it are answered.
   */
  commit(send: () => Promise<{ readonly command: string }>): Promise<void>;
}

export function createPipeline(): Pipeline {
  const answers: Promise<void>[] = [];
  let failure: unknown;
  let ending: Promise<void> | undefined;
  let isCommitSent = false;
  let isCommitted = false;
  const end = async (send: () => Promise<{ readonly command: string }>) => {
    // One that never came to the server: it would commit the others.
    if (failure !== undefined) throw failure;
    isCommitSent = true;
    const [ended] = await Promise.allSettled([send().catch(commitFailed), ...answers]);
    if (ended.status === 'rejected') throw ended.reason;
    // The COMMIT of a transaction that is undone is no error to the server.
    if (ended.value.command === 'ROLLBACK')
      throw failure ?? new Error('the server has undone the transaction');
    isCommitted = true;
    // An answer that could not be read.
    if (failure !== undefined) throw failure;
  };
  return {
    get failure() {
      return failure;
    },
    get isEnding() {
      return ending !== undefined;
    },
    get isCommitSent() {
      return isCommitSent;
    },
    get isCommitted() {
      return isCommitted;
    },
    send(ask) {
      const { promise, resolve } = Promise.withResolvers<void>();
      answers.push(promise);
      ask((error) => {
        failure ??= error ?? undefined;
        resolve();
      });
    },
    commit(send) {
      ending ??= end(send);
      return ending;
    },
  };
}
