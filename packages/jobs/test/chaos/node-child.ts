import { createEngine } from '../../src/engine/engine.ts';
import { EngineError } from '../../src/index.ts';
import { postgres } from '../../src/stores/postgres/index.ts';
import { createLedger } from './ledger.ts';
import { BY_HAND, jobTypes } from './load.ts';
import { type FromNode, type NodeInput, START_FAILED, type ToNode } from './messages.ts';

/**
 * One node of the cluster: an engine on the PostgreSQL store whose handlers write to the ledger, and a stream
 * of manual runs. Started with `fork`; its argument is a NodeInput as JSON. Ends with its parent process.
 */
const input = JSON.parse(process.argv[2] ?? '') as NodeInput;
const { life, url, controlUrl, places, clockOffMs } = input;
if (clockOffMs !== 0) {
  const right = Date.now;
  Date.now = () => right() + clockOffMs;
}
/** The correct time, even when the test makes the clock wrong. */
const rightNow = () => performance.timeOrigin + performance.now();

function tell(message: FromNode): void {
  if (process.connected) process.send?.(message);
}

const LOST = 'the lease of this node has expired';
const log = (level: string) => (fields: object, message: string) => {
  process.stderr.write(`${new Date(rightNow()).toISOString()} ${level} ${message} ${textOf(fields)}\n`);
  if (message.startsWith(LOST)) tell({ kind: 'lost', at: rightNow() });
};

const ledger = createLedger({
  url,
  life,
  gaveUp: (runId, fence) => tell({ kind: 'gave_up', runId, fence, at: rightNow() }),
});
const engine = createEngine({
  store: postgres({ url, directUrl: controlUrl }),
  jobTypes: jobTypes(input.types),
  deps: ledger,
  concurrency: places,
  // Keep every row: the checks read them all.
  retention: { finishedPerJob: 1e9, skippedPerJob: 1e9, maxAgeMs: 1e12 },
  shutdownTimeoutMs: 5_000,
  version: life,
  logger: { debug: () => undefined, info: log('info'), warn: log('warn'), error: log('error') },
});

let stopping = false;
process.on('message', (message: ToNode) => {
  switch (message.kind) {
    case 'block':
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, message.ms);
      return;
    case 'stop':
      stopping = true;
      return;
    default:
      return message satisfies never;
  }
});
process.on('disconnect', () => process.exit(1));

await startOrEnd();
tell({ kind: 'ready' });
await Promise.all(BY_HAND.map((jobId) => triggerRepeatedly(jobId)));
await engine.stop();
await ledger.close();
process.exit(0);

/** The server may be down: the parent process then starts the next process. */
async function startOrEnd(): Promise<void> {
  try {
    await engine.start();
  } catch (error) {
    log('error')({ err: error }, 'could not start');
    process.exit(START_FAILED);
  }
}

/** Repeats a request with the same key until it is answered: it must create exactly one run. */
async function triggerRepeatedly(jobId: string): Promise<void> {
  const gapMs = (1_000 * BY_HAND.length) / input.triggersPerSecond;
  for (let n = 0; !stopping; n++) {
    const key = `${life} ${n}`;
    const next = performance.now() + gapMs;
    for (let isAnswered = false; !isAnswered && !stopping; ) {
      try {
        const { run } = await engine.trigger(jobId, { key });
        tell({ kind: 'acknowledged', runIds: [run.id] });
        isAnswered = true;
      } catch (error) {
        if (isRefusal(error))
          tell({ kind: 'fault', message: `a trigger was refused: ${textOf({ err: error })}` });
        await sleep(200);
      }
    }
    await sleep(Math.max(next - performance.now(), 0));
  }
}

/** Whether the answer says that a retry is useless. */
function isRefusal(error: unknown): boolean {
  return error instanceof EngineError && !['unavailable', 'too_many'].includes(error.code);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function textOf(fields: object): string {
  return JSON.stringify(fields, (_key, value: unknown) =>
    value instanceof Error ? { message: value.message, cause: value.cause, stack: value.stack } : value,
  );
}
