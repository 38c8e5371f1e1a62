import type { CommandResult } from '../../core/store/store-commands.ts';
import type { ClaimInput } from '../../core/store/store-passes.ts';
import type { ClaimBudget, PendingClaim } from './claim-budget.ts';
import type { LostReplies } from './lost-replies.ts';
import type { NextPass } from './next-pass.ts';
import type { PassDeps } from './pass-deps.ts';
import type { PassFailures } from './pass-failures.ts';
import type { PassSteps } from './pass-steps.ts';

/** Asks the store for a command, with the claim if there is one. */
export type AskForCommand = (claim?: ClaimInput) => Promise<CommandResult>;

interface ClaimingCommandsDeps extends PassDeps {
  readonly budget: ClaimBudget;
  readonly lost: LostReplies;
  readonly nextPass: NextPass;
  readonly steps: PassSteps;
  readonly failures: PassFailures;
}

/** Commands that make a run. On an idle node the command also claims the run: it starts without a pass. */
export class ClaimingCommands {
  readonly #with: ClaimingCommandsDeps;
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(deps: ClaimingCommandsDeps) {
    this.#with = deps;
  }

  /** Asks for a command on a job. `use` gets the answer before anything starts. */
  async ask<T>(jobId: string, ask: AskForCommand, use: (result: CommandResult) => T): Promise<T> {
    const { failures, settlements, steps, budget, nextPass } = this.#with;
    const { fault } = failures;
    // A run that could never be settled must not be acknowledged.
    if (fault?.code === 'damaged') throw fault;
    const claim = this.#claimOfCommand();
    // Runs that have ended give their room first.
    if (claim !== undefined || settlements.takesRoomOf(jobId)) steps.settleBeforeCommand();
    if (claim === undefined) return use(await ask());
    const done = budget.track(claim, this.#askWith(claim, ask, use)).finally(() => nextPass.wakeWhenDue());
    this.#underWay.add(done);
    try {
      return await done;
    } finally {
      this.#underWay.delete(done);
    }
  }

  /** Resolves once no command with a claim is under way. */
  async ended(): Promise<void> {
    await Promise.allSettled(this.#underWay);
  }

  /** Undefined where a pass does as well: for several commands at once, one pass claims more cheaply. */
  #claimOfCommand(): PendingClaim | undefined {
    const { settings, budget, lost, nextPass } = this.#with;
    if (!settings.autoRun || nextPass.underWay > 0 || lost.isSearchOpen) return undefined;
    return budget.forCommand(settings.clock.now());
  }

  async #askWith<T>(claim: PendingClaim, ask: AskForCommand, use: (result: CommandResult) => T): Promise<T> {
    const result = await ask(claim.input);
    try {
      return use(result);
    } finally {
      if (result.kind === 'done' && result.claimed !== undefined)
        this.#with.steps.claimedByCommand(result.claimed, claim);
    }
  }
}
