import type { Clock } from '../../src/core/clock.ts';
import type { JobContext } from '../../src/core/job-types/job-type.ts';
import { createEngine, type UntypedJobs } from '../../src/engine/engine.ts';
import { createMemoryStore, type MemoryDatabase } from '../../src/stores/memory/index.ts';
import { silentLogger } from '../silent-logger.ts';
import { behave, type HandlerProcess, jobTypesOf } from './handlers.ts';
import type { Ledger } from './ledger.ts';
import { Random } from './random.ts';
import type { SimulatedCluster } from './simulated-cluster.ts';
import type { Client, SimulatedNetwork } from './simulated-network.ts';
import type { World } from './world.ts';

export interface Surroundings {
  readonly world: World;
  readonly network: SimulatedNetwork;
  readonly cluster: SimulatedCluster;
  readonly database: MemoryDatabase;
  readonly ledger: Ledger;
  readonly seed: number;
}

export interface ProcessOptions {
  readonly name: string;
  readonly places: number;
  /** Of its program: a later one has newer versions of some types. */
  readonly release: number;
  readonly delayMs: number;
}

/** An event loop that is never late. */
const ON_TIME = { enable: () => true, disable: () => true, reset: () => undefined, percentile: () => 0 };

/** One life of a node: the real engine, with simulated time, network and death. */
export class SimulatedProcess implements Client, HandlerProcess {
  readonly name: string;
  readonly options: ProcessOptions;
  readonly engine: UntypedJobs;
  readonly #in: Surroundings;
  isDead = false;
  isStopping = false;
  hasStarted = false;
  hasStopped = false;
  frozenUntil = 0;
  cutOffUntil = 0;
  requestsToLose = 0;
  answersToLose = 0;
  losesLastCalls = false;
  delayMs: number;

  constructor(options: ProcessOptions, surroundings: Surroundings) {
    this.options = options;
    this.name = options.name;
    this.delayMs = options.delayMs;
    this.#in = surroundings;
    const { world, network, cluster, database, seed } = surroundings;
    const bornAt = world.elapsed;
    const clock: Clock = {
      now: () => world.wall,
      monotonic: () => world.elapsed - bornAt,
      setTimer: (ms, fire) => world.after(ms, this, fire),
    };
    const store = createMemoryStore({ clock, database });
    const random = new Random(seed, this.name);
    this.engine = createEngine<HandlerProcess>({
      store: network.connect(this, store, cluster.methodsOf(this, store)),
      jobTypes: jobTypesOf(options.release),
      deps: this,
      concurrency: options.places,
      clock,
      random: () => random.next(),
      loopDelay: ON_TIME,
      logger: silentLogger,
      strayErrors: 'off',
      shutdownTimeoutMs: 5_000,
    });
  }

  get places(): number {
    return this.options.places;
  }

  get isUsable(): boolean {
    return this.hasStarted && !this.isDead && !this.isStopping;
  }

  start(): void {
    const { world } = this.#in;
    this.#in.ledger.processes.set(this.name, this);
    world.note(`${this.name} starts, release ${this.options.release}`);
    this.engine.start().then(
      () => {
        this.hasStarted = true;
        world.note(`${this.name} has started`);
      },
      () => this.die('could not start'),
    );
  }

  /** Nothing of it happens any more, and nothing reaches it. */
  die(why: string, { withinMs = 1_000, losesLastCalls = false } = {}): void {
    if (this.isDead) return;
    const { world, cluster, ledger } = this.#in;
    world.note(`${this.name} dies: ${why}`);
    this.isDead = true;
    this.losesLastCalls = losesLastCalls;
    ledger.processEnded(this.name, world.elapsed);
    cluster.processEnded(this, withinMs);
  }

  /** Ends as in a deploy, as soon as it is not frozen. */
  stopSoon(): void {
    this.#in.world.after(0, this, () => this.#stop());
  }

  #stop(): void {
    if (this.isStopping) return;
    this.isStopping = true;
    this.#in.world.note(`${this.name} stops`);
    this.engine.stop().then(
      () => {
        this.hasStopped = true;
        this.die('has stopped', { withinMs: 0 });
      },
      () => this.die('could not stop'),
    );
  }

  /** Nothing of it happens for a while. */
  freeze(ms: number): void {
    this.frozenUntil = Math.max(this.frozenUntil, this.#in.world.elapsed + ms);
  }

  /** What its handlers do. */
  async handle(ctx: JobContext<unknown>): Promise<unknown> {
    return behave(ctx, this, this.#in);
  }

  /** Rejects when the signal fires. */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const { world } = this.#in;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const aborted = () => {
        cancel();
        reject(signal?.reason);
      };
      const cancel = world.after(ms, this, () => {
        signal?.removeEventListener('abort', aborted);
        resolve();
      });
      signal?.addEventListener('abort', aborted, { once: true });
    });
  }
}
