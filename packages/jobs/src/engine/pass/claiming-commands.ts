import type { CommandResult } from '../../core/store-commands.ts';
import type { ClaimInput, ClaimResult } from '../../core/store-passes.ts';
import type { SettlementQueue } from '../settling/settlement-queue.ts';
import type { PendingClaim } from './claim-budget.ts';

/** Asks the store for a command, with the claim if there is one. */
export type AskForCommand = (claim?: ClaimInput) => Promise<CommandResult>;

export interface ClaimingCommandsDeps {
  readonly settlements: Pick<SettlementQueue, 'isInTheWay'>;
  /** That of a command, if this node has nothing else to do. */
  claim(): PendingClaim | undefined;
  /** Writes what has ended, ahead of what is asked for in the same turn. */
  settleNow(): void;
  /** Asks for a claim, and keeps it in mind until it is dealt with. */
  make<T>(claim: PendingClaim, ask: () => Promise<T>): Promise<T>;
  /** A claim has come with a command. */
  claimed(result: ClaimResult, claim: PendingClaim): void;
  /** A command that a claim was asked for with is answered. */
  ended(): void;
}

/** Commands on jobs, those that may make a run that starts at once among them. */
export class ClaimingCommands {
  readonly #with: ClaimingCommandsDeps;
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(deps: ClaimingCommandsDeps) {
    this.#with = deps;
  }

  /**
   * Asks for a command on a job; on an idle node together with a claim, so that the run that it makes starts
   * when it is written, and not after a pass. `tell` hears the answer before anything starts.
   */
  async ask<T>(jobId: string, ask: AskForCommand, tell: (result: CommandResult) => T): Promise<T> {
    const { settlements, claim: claimOf, settleNow, make, ended } = this.#with;
    const claim = claimOf();
    // What has ended gives its room first.
    if (claim !== undefined || settlements.isInTheWay(jobId)) settleNow();
    if (claim === undefined) return tell(await ask());
    const done = make(claim, () => this.#askWith(claim, ask, tell)).finally(ended);
    this.#underWay.add(done);
    try {
      return await done;
    } finally {
      this.#underWay.delete(done);
    }
  }

  async #askWith<T>(claim: PendingClaim, ask: AskForCommand, tell: (result: CommandResult) => T): Promise<T> {
    const result = await ask(claim.input);
    try {
      return tell(result);
    } finally {
      if (result.kind === 'done' && result.claimed !== undefined) this.#with.claimed(result.claimed, claim);
    }
  }

  /** Resolves once no claim is under way with a command. */
  async ended(): Promise<void> {
    await Promise.allSettled(this.#underWay);
  }
}
