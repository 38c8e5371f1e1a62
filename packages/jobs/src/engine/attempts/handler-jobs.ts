import type { HandlerJobs } from '../../core/job-types/job-type.ts';
import type { CompletionAnswer, CompletionInput } from '../../core/model/completion.ts';
import type { OutboundClient } from '../../core/outbound/outbound.ts';
import type { Transaction } from '../../core/store/store.ts';
import type { Engine } from '../ports/engine-port.ts';
import type { Jobs } from '../ports/jobs-port.ts';

/** The methods of the engine that a handler may call, in their names for both; and its HTTP client. */
export interface HandlerCommands
  extends Pick<Jobs, 'enqueue' | 'schedule'>,
    Pick<Engine, 'trigger' | 'cancelRun'> {
  readonly outbound: OutboundClient;
  /** Throws where handlers can't complete runs. */
  requireCompletion(): void;
  completeRun(tx: Transaction, claim: Omit<CompletionInput, 'node'>): Promise<CompletionAnswer>;
  /** Leaves the transaction no way but a rollback. */
  failTransaction(tx: Transaction): Promise<void>;
}

/** Who asks, such as `run:42`, and until when. */
interface Caller {
  readonly by: string;
  readonly signal: AbortSignal;
}

/** The engine for a handler or a hook: in the name of its run or job, and until its signal fires. */
export function createHandlerJobs(commands: HandlerCommands, caller: () => Caller): HandlerJobs {
  /** Throws if the signal has fired. */
  const asking = () => {
    const asked = caller();
    asked.signal.throwIfAborted();
    return asked;
  };
  return {
    enqueue: async (type, payload, options) => commands.enqueue(type, payload, { ...options, ...asking() }),
    schedule: async (type, job) => commands.schedule(type, job, asking()),
    trigger: async (jobId, input) => commands.trigger(jobId, input, asking()),
    cancelRun: async (runId) => commands.cancelRun(runId, {}, asking()),
  };
}

/** The HTTP client for the handler of an attempt: until its signal fires. */
export function createHandlerOutbound(
  client: OutboundClient,
  attempt: Pick<Caller, 'signal'>,
): OutboundClient {
  return { request: async (request) => client.request({ signal: attempt.signal, ...request }) };
}
