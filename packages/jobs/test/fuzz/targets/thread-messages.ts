import { AttemptOutput } from '../../../src/engine/attempts/attempt-output.ts';
import type { UntypedJobs } from '../../../src/engine/engine.ts';
import { answerCall, type EngineForHandler } from '../../../src/engine/threads/handler-calls.ts';
import { type FromThread, readMessage } from '../../../src/engine/threads/thread-messages.ts';
import { createHarness } from '../../engine/engine-harness.ts';
import { clonedValue } from '../cloned-value.ts';
import { check, inTime } from '../oracle.ts';

/** What the engine keeps of one attempt, however much its thread sends. */
const MOST_KEPT = 2_000_000;

/** A message of a thread, which its handler may have forged: it is dropped or bounded, and each call is answered. */
export async function fuzz(bytes: Uint8Array): Promise<void> {
  const posted = clonedValue(bytes);
  if (posted === undefined) return;
  const message = inTime(() => readMessage({ '@greenvue/jobs': posted.value }));
  if (message === undefined) return;
  const {
    output,
    call,
    ...kept
  }: { readonly output?: unknown; readonly call?: unknown } & Pick<FromThread, 'kind'> = message;
  checkKept(kept);
  if (output !== undefined) checkOutput(output);
  if (message.kind === 'call') await checkCall(message.call);
}

function checkKept(kept: unknown): void {
  const text = JSON.stringify(kept);
  check(text.length <= MOST_KEPT, () => `keeps ${text.length} characters of one message`);
  check(
    text.isWellFormed() && !text.replaceAll('\\\\', '').includes('\\u0000'),
    () => `keeps a text that databases refuse: ${text.slice(0, 200)}`,
  );
}

function checkOutput(sent: unknown): void {
  const output = new AttemptOutput(() => 0);
  inTime(() => output.add(sent));
  const taken = output.take();
  if (taken === undefined) return;
  check(
    taken.progress === undefined || Number.isFinite(taken.progress.done),
    'the accepted progress is not a number',
  );
  for (const { at, message } of taken.logs ?? [])
    check(Number.isInteger(at) && message.length <= 8_193, 'a line of a log is out of bounds');
  check(JSON.stringify(taken).length <= MOST_KEPT, 'keeps too much output');
}

/** Answered by a real engine, with something that can be posted back, and with an error that its caller understands. */
async function checkCall(call: Parameters<typeof answerCall>[1]): Promise<void> {
  const { engine, close } = await createHarness();
  try {
    await engine.createJob({ id: 'there', name: 'There', type: 'work', onDemand: true });
    const answer = await answerCall(handlerEngine(engine), call);
    structuredClone(answer);
    if (answer.ok) return;
    const { name, message } = answer.error;
    check(name !== 'Error', () => `${call.method}(${call.args}) is refused with: ${message}`);
  } finally {
    await close();
  }
}

/** What a forged call reaches: the methods take anything. */
function handlerEngine(engine: UntypedJobs): EngineForHandler {
  return {
    enqueue: (type, payload, options) => engine.enqueue(type, payload, options),
    schedule: (type, job) => engine.schedule(type, job),
    trigger: (jobId, input) => engine.trigger(jobId, input),
    cancelRun: (runId) => engine.cancelRun(runId),
    saveState: async () => undefined,
  };
}
