import { StoreError } from '../../src/core/model/errors.ts';
import type { JobStore } from '../../src/core/store/store.ts';
import { Random } from './random.ts';
import type { Process, World } from './world.ts';

/** A process with connections to the database. */
export interface Client extends Process {
  /** Nothing gets through before this time (simulated ms). */
  cutOffUntil: number;
  /** How many of its next calls never arrive, and of how many the answer is lost. */
  requestsToLose: number;
  answersToLose: number;
  /** Each way takes up to this long (ms). */
  delayMs: number;
  /** How many handlers run at once. */
  readonly places: number;
  /** It ended in order, as in a deploy. */
  hasStopped: boolean;
  /** It died, and what it had sent last never arrives. */
  losesLastCalls: boolean;
}

export interface NetworkDeps {
  readonly world: World;
  readonly seed: number;
  /** Calls of a client arrive in their order, as on SQLite. Otherwise they may overtake one another. */
  readonly isOrdered: boolean;
  /** Called after each call that has arrived, in the same event. */
  readonly onCall: (call: ArrivedCall) => void;
}

/** A call that has arrived at the database, and what the database has made of it. */
export interface ArrivedCall {
  readonly client: Client;
  readonly method: string;
  readonly args: readonly unknown[];
  /** The database has refused it, and changed nothing. */
  readonly isRefused: boolean;
}

/** Between nodes and the database: each call and each answer takes its time, or is lost. */
export class SimulatedNetwork {
  readonly #with: NetworkDeps;
  readonly #random: Random;
  readonly #arrivals = new Map<Client, number>();

  constructor(deps: NetworkDeps) {
    this.#with = deps;
    this.#random = new Random(deps.seed, 'network');
  }

  /** The store as the client reaches it. `local`: methods that need no network, or other ones. */
  connect(client: Client, store: JobStore, local: Partial<JobStore>): JobStore {
    const remote = Object.entries(store).map(([method, real]) => [
      method,
      typeof real === 'function' && method !== 'now'
        ? (...args: unknown[]) => this.call(client, method, args, () => real(...args))
        : real,
    ]);
    return { ...Object.fromEntries(remote), ...local };
  }

  /** Calls `work` at the database. Rejects if the call or its answer is lost. */
  call<T>(client: Client, method: string, args: readonly unknown[], work: () => Promise<T>): Promise<T> {
    const { world, onCall } = this.#with;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const isLost = this.#loses(client, 'requestsToLose');
    if (isLost) {
      world.note(`${client.name} ${method}: the call is lost`);
      world.after(this.#way(client) + TIMEOUT_MS, client, () => reject(lostConnection()));
      return promise;
    }
    const answer = (settle: () => void) => {
      const losesAnswer = this.#loses(client, 'answersToLose');
      if (losesAnswer) world.note(`${client.name} ${method}: the answer is lost`);
      const back = this.#way(client) + (losesAnswer ? TIMEOUT_MS : 0);
      world.after(back, client, losesAnswer ? () => reject(lostConnection()) : settle);
    };
    world.after(this.#arrivalOf(client), undefined, () => {
      if (client.isDead && client.losesLastCalls) return;
      world.note(`${client.name} ${method}`);
      work().then(
        (value) => {
          onCall({ client, method, args, isRefused: false });
          answer(() => resolve(value));
        },
        (error: unknown) => {
          onCall({ client, method, args, isRefused: true });
          answer(() => reject(error));
        },
      );
    });
    return promise;
  }

  #arrivalOf(client: Client): number {
    const { world, isOrdered } = this.#with;
    const at = world.elapsed + this.#way(client);
    const ordered = isOrdered ? Math.max(at, this.#arrivals.get(client) ?? 0) : at;
    this.#arrivals.set(client, ordered);
    return ordered - world.elapsed;
  }

  #way(client: Client): number {
    const most = this.#random.chance(0.02) ? client.delayMs * 20 : client.delayMs;
    return this.#random.next() * most;
  }

  #loses(client: Client, which: 'requestsToLose' | 'answersToLose'): boolean {
    if (client.cutOffUntil > this.#with.world.elapsed) return true;
    if (client[which] === 0) return false;
    client[which] -= 1;
    return true;
  }
}

/** How long a client waits until it takes a connection for lost. */
const TIMEOUT_MS = 500;

function lostConnection(): StoreError {
  return new StoreError('unavailable', 'The connection is lost.');
}
