import { Worker } from 'node:worker_threads';
import { StoreError } from '../../core/errors.ts';
import type { Membership, NodeInfo, NodeListener, Notice } from '../../core/store.ts';
import {
  CHANNEL,
  type ControlInput,
  type DeadNode,
  type FromControl,
  type ToControl,
} from './control-protocol.ts';
import type { Database } from './database.ts';

export interface JoinDeps {
  readonly db: Database;
  /** Where the control connection goes: past a pooler. */
  readonly url: string;
  readonly maxStallMs: number;
  /** Takes back what the dead had claimed, and forgets them. */
  bury(nodes: readonly DeadNode[]): Promise<{ readonly recovered: number; readonly failed: number }>;
}

const ALIVE_EVERY_MS = 1_000;
/** Wake-ups within so long are told as one. */
const COALESCE_MS = 5;

/** Starts a node's control connection; resolves once the others can see the node. */
export function join(deps: JoinDeps, node: NodeInfo, listener: NodeListener): Promise<Membership> {
  const { db, url, maxStallMs, bury } = deps;
  // Source and build have the same names but for this.
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const workerData: ControlInput = { url, node, maxStallMs };
  const worker = new Worker(new URL(`./control-thread.${extension}`, import.meta.url), {
    workerData,
    name: 'control-connection',
  });
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const say = (message: ToControl) => worker.postMessage(message);
  const ticking = setInterval(() => say({ kind: 'alive' }), ALIVE_EVERY_MS);
  ticking.unref();
  let leaving = false;
  let burying = false;
  const notify = async (notices: readonly Notice[]) => {
    const payloads = notices.map((notice) => JSON.stringify({ from: node.id, notice }));
    await db.run(NOTIFY, [CHANNEL, payloads]);
  };
  const teller = createTeller(notify);

  const onDead = async (nodes: readonly DeadNode[]) => {
    if (burying || leaving) return;
    burying = true;
    try {
      listener.recovered({ nodes: nodes.length, ...(await bury(nodes)) });
    } catch {
      // The database is away: whoever sees them dead next does it.
    } finally {
      burying = false;
    }
  };
  const isLost = () => {
    clearInterval(ticking);
    if (!leaving) listener.lost();
    leaving = true;
  };

  return new Promise((resolve, reject) => {
    worker.on('error', (cause) =>
      reject(new StoreError('unavailable', 'The control thread failed.', { cause })),
    );
    worker.once('exit', isLost);
    worker.on('message', (message: FromControl) => {
      switch (message.kind) {
        case 'joined':
          return resolve({
            tell: teller.tell,
            async leave() {
              leaving = true;
              clearInterval(ticking);
              await teller.flush();
              say({ kind: 'leave' });
              await ended;
            },
          });
        case 'failed':
          leaving = true;
          return reject(controlFailure(message));
        case 'notice':
          return leaving ? undefined : listener.notice(message.notice);
        case 'dead':
          return void onDead(message.nodes);
        case 'lost':
          return isLost();
        case 'left':
          return undefined;
        default:
          return message satisfies never;
      }
    });
  });
}

/** As if the connection had failed in this thread: its `cause` has the code. */
function controlFailure({ message, code }: Extract<FromControl, { kind: 'failed' }>): StoreError {
  const cause = Object.assign(new Error(message), { code });
  return new StoreError('unavailable', `The database could not be used: ${message}`, { cause });
}

/** Tells the others what gathers in a few milliseconds with one statement, each thing once. */
function createTeller(notify: (notices: readonly Notice[]) => Promise<void>): {
  tell(notice: Notice): void;
  flush(): Promise<void>;
} {
  let waiting = new Map<string, Notice>();
  let telling: Promise<void> = Promise.resolve();
  const send = async () => {
    const notices = [...waiting.values()];
    waiting = new Map();
    // What is not told is found by the others as they look, twice a second.
    if (notices.length > 0) await notify(notices).catch(() => undefined);
  };
  return {
    tell(notice) {
      if (waiting.size === 0) {
        telling = new Promise((resolve) => void setTimeout(() => resolve(send()), COALESCE_MS));
      }
      waiting.set(JSON.stringify(notice), notice);
    },
    flush: () => telling,
  };
}

const NOTIFY = 'SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS told (payload)';
