import { createMemoryDatabase } from '../../src/stores/memory/index.ts';
import { judge, type Violation } from './judge.ts';
import { Ledger } from './ledger.ts';
import { ask } from './people.ts';
import { SimulatedProcess, type Surroundings } from './process.ts';
import { Random } from './random.ts';
import { type Action, type Scenario, type ScenarioOptions, scenarioOf } from './scenario.ts';
import { sealGlobals } from './sealed-globals.ts';
import { SimulatedCluster } from './simulated-cluster.ts';
import { SimulatedNetwork } from './simulated-network.ts';
import { World } from './world.ts';

export interface Outcome {
  /** Undefined: every promise was kept. */
  readonly violation: Violation | undefined;
  readonly traceHash: string;
  readonly steps: number;
  readonly trace: readonly string[];
}

export interface SimulationOptions extends ScenarioOptions {
  /** Keeps the trace in words. */
  readonly keepsTrace?: boolean;
}

/** Runs seeds until one violates a promise. Returns it, or undefined. */
export async function firstViolation(
  seeds: Iterable<number>,
  options: SimulationOptions = {},
): Promise<{ readonly seed: number; readonly violation: Violation } | undefined> {
  for (const seed of seeds) {
    const { violation } = await simulate(scenarioOf(seed, options), options);
    if (violation !== undefined) return { seed, violation };
  }
  return undefined;
}

/** Plays a scenario from its start until all is done that must be done, or until a promise is violated. */
export async function simulate(scenario: Scenario, options: SimulationOptions = {}): Promise<Outcome> {
  const world = new World(options);
  const unseal = sealGlobals(world, new Random(scenario.seed, 'ids'));
  try {
    const simulation = new Simulation(scenario, world);
    const violation = await simulation.run();
    return { violation, traceHash: world.traceHash, steps: world.steps, trace: world.trace };
  } finally {
    unseal();
  }
}

/** After the faults: enough for leases to lapse, timeouts to pass, and retries to be made. */
const REST_MS = 300_000;
/** After each part of it, the simulation looks whether all is done. */
const SETTLE_MS = 20_000;

class Simulation {
  readonly #scenario: Scenario;
  readonly #world: World;
  readonly #in: Surroundings;
  readonly #judge: ReturnType<typeof judge>;
  readonly #processes: SimulatedProcess[] = [];
  /** The nodes that something keeps away for now. */
  readonly #away = new Set<number>();
  #lives = 0;

  constructor(scenario: Scenario, world: World) {
    const { seed, isOrdered } = scenario;
    const database = createMemoryDatabase();
    const ledger = new Ledger();
    this.#scenario = scenario;
    this.#world = world;
    this.#judge = judge({ world, database, ledger });
    const network = new SimulatedNetwork({ world, seed, isOrdered, onCall: this.#judge.called });
    const cluster = new SimulatedCluster(world, network, new Random(seed, 'cluster'), () =>
      [...database.live.values()].flatMap(({ run }) => run.claim?.node ?? []),
    );
    database.isDead = (node) => cluster.isDead(node);
    this.#in = { world, network, cluster, database, ledger, seed };
  }

  async run(): Promise<Violation | undefined> {
    const { nodes, actions, lengthMs } = this.#scenario;
    const world = this.#world;
    for (let n = 0; n < nodes.length; n += 1) this.#startNode(n, nodes[n]?.release ?? 1);
    for (const action of actions) world.after(action.at, undefined, () => this.#act(action));
    world.after(lengthMs, undefined, () => this.#heal());
    this.#supervise();
    await world.run(lengthMs + SETTLE_MS, () => this.#judge.violation !== undefined);
    for (let at = SETTLE_MS; at < REST_MS && this.#judge.atEnd() !== undefined; at += SETTLE_MS)
      await world.run(lengthMs + at, () => this.#judge.violation !== undefined);
    return this.#judge.violation ?? this.#judge.atEnd();
  }

  #startNode(n: number, release: number): void {
    const node = this.#scenario.nodes[n];
    if (node === undefined) return;
    this.#lives += 1;
    const name = `node-${n}.${this.#lives}`;
    const { delayMs } = this.#scenario;
    const process = new SimulatedProcess({ name, places: node.places, release, delayMs }, this.#in);
    this.#processes[n] = process;
    process.start();
  }

  #act({ deed, via }: Action): void {
    const world = this.#world;
    world.note(`action: ${JSON.stringify(deed)}`);
    const count = this.#scenario.nodes.length;
    const n = 'n' in deed ? deed.n % count : 0;
    const process = this.#processes[n];
    switch (deed.kind) {
      case 'crash':
        process?.die('crash', { losesLastCalls: deed.losesLastCalls });
        return this.#startAgain(n, deed.awayMs, process?.options.release ?? 1);
      case 'deploy':
        process?.stopSoon();
        return this.#startAgain(n, deed.awayMs, deed.release);
      case 'cut_off':
        if (process !== undefined) process.cutOffUntil = world.elapsed + deed.ms;
        return;
      case 'freeze':
        return process?.freeze(deed.ms);
      case 'slow':
        if (process !== undefined) process.delayMs = deed.ms;
        return;
      case 'lose_calls':
        if (process !== undefined) process.requestsToLose += deed.count;
        return;
      case 'lose_answers':
        if (process !== undefined) process.answersToLose += deed.count;
        return;
      case 'jump':
        world.jumped += deed.ms;
        return;
      default: {
        const usable = this.#processes.filter((each) => each.isUsable && each.frozenUntil <= world.elapsed);
        const asked = usable[via % Math.max(usable.length, 1)];
        if (asked === undefined) return;
        world.current = asked;
        return ask(deed, asked.engine, this.#in);
      }
    }
  }

  /** Starts the next life of a node once the last one is over. */
  #startAgain(n: number, awayMs: number, release: number): void {
    this.#away.add(n);
    this.#world.after(awayMs, undefined, () => {
      if (this.#processes[n]?.isDead !== true) return this.#startAgain(n, 500, release);
      if (!this.#away.delete(n)) return;
      this.#startNode(n, this.#in.ledger.isCalm ? 2 : release);
    });
  }

  /** All faults end, but for freezes that have begun, and every node runs the newest release. */
  #heal(): void {
    const world = this.#world;
    world.note('all faults end');
    this.#in.ledger.isCalm = true;
    for (const process of this.#processes) {
      process.cutOffUntil = 0;
      process.requestsToLose = 0;
      process.answersToLose = 0;
      process.delayMs = this.#scenario.delayMs;
    }
    // A release that some jobs need may be gone.
    for (const [n, process] of this.#processes.entries()) {
      if (process.isDead || process.options.release === 2) continue;
      process.stopSoon();
      this.#startAgain(n, 0, 2);
    }
  }

  /** A supervisor starts processes that have died by themselves. */
  #supervise(): void {
    for (const [n, { isDead, options }] of this.#processes.entries())
      if (isDead && !this.#away.has(n)) this.#startNode(n, this.#in.ledger.isCalm ? 2 : options.release);
    this.#world.after(SUPERVISE_MS, undefined, () => this.#supervise());
  }
}

const SUPERVISE_MS = 3_000;
