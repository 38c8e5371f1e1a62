import type { HandlerJobs } from '../../core/job-types/job-type.ts';
import type { OutboundClient } from '../../core/outbound/outbound.ts';
import type { Engine } from '../ports/engine-port.ts';
import type { Jobs } from '../ports/jobs-port.ts';

/** The methods of the engine that a handler may call, in their names for both; and its HTTP client. */
export interface HandlerCommands
  extends Pick<Jobs, 'enqueue' | 'schedule'>,
    Pick<Engine, 'trigger' | 'cancelRun'> {
  readonly outbound: OutboundClient;
}

/** Which attempt asks. */
export interface AskingAttempt {
  readonly run: { readonly id: string };
  readonly signal: AbortSignal;
}

/** The engine for the handler of an attempt: in the name of its run, and until its signal fires. */
export function createHandlerJobs(commands: HandlerCommands, attempt: AskingAttempt): HandlerJobs {
  /** Throws if the signal has fired. */
  const asking = () => {
    const { run, signal } = attempt;
    signal.throwIfAborted();
    return { by: `run:${run.id}`, signal };
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
  attempt: Pick<AskingAttempt, 'signal'>,
): OutboundClient {
  return { request: async (request) => client.request({ signal: attempt.signal, ...request }) };
}
