import type { Client } from './simulated-network.ts';

/** One execution of a handler, as the handler itself has noted it. Times are simulated ms. */
export interface Execution {
  readonly runId: string;
  readonly jobId: string;
  readonly jobUid: string;
  readonly attempt: number;
  readonly fence: number;
  readonly process: string;
  readonly startedAt: number;
  /** By the clock of the database. */
  readonly startedWall: number;
  readonly signal: AbortSignal;
  endedAt?: number;
  outcome?: 'returned' | 'threw' | 'died';
}

/** A command of a person, and what the engine has answered. */
export interface Command {
  readonly kind: string;
  readonly jobId: string | undefined;
  /** The dedupe key of a trigger. */
  readonly key: string | undefined;
  readonly askedAt: number;
  /** Absent: no answer yet, or the answer was lost. */
  answer?: { readonly at: number; readonly ok: boolean; readonly value: unknown };
}

/** What really happened, as those to whom it happened know it. The engine and its store know nothing of it. */
export class Ledger {
  readonly executions: Execution[] = [];
  readonly #byFence = new Map<number, Execution>();
  /** The executions that have not ended. */
  readonly running = new Set<Execution>();
  /** The processes that live. */
  readonly processes = new Map<string, Client>();
  readonly commands: Command[] = [];
  /** The last checkpoint of each run that was told as saved. */
  readonly saved = new Map<string, { readonly step: number; readonly payload: string }>();
  /** What an attempt should have found, and did not. */
  readonly lostCheckpoints: string[] = [];
  /** No handler fails, dies or hangs any more. */
  isCalm = false;

  begin(execution: Execution): Execution {
    this.executions.push(execution);
    this.#byFence.set(execution.fence, execution);
    this.running.add(execution);
    return execution;
  }

  /** The execution of a claim. */
  find(fence: number): Execution | undefined {
    return this.#byFence.get(fence);
  }

  end(execution: Execution, outcome: 'returned' | 'threw' | 'died', at: number): void {
    // Of a process that is dead, nothing happens any more.
    if (!this.running.delete(execution)) return;
    execution.endedAt = at;
    execution.outcome = outcome;
  }

  processEnded(process: string, at: number): void {
    this.processes.delete(process);
    for (const each of this.running) if (each.process === process) this.end(each, 'died', at);
  }
}
