import {
  type JoiningNode,
  type Membership,
  type NodeDrain,
  type NodeListener,
  type NodeView,
  type Notice,
  newestOf,
} from '../../src/core/nodes/membership.ts';
import type { JobStore } from '../../src/core/store/store.ts';
import type { Random } from './random.ts';
import type { Client, SimulatedNetwork } from './simulated-network.ts';
import type { World } from './world.ts';

interface Member {
  readonly client: Client;
  /** Of the client, directly on the database. */
  readonly store: JobStore;
  readonly node: JoiningNode;
  readonly listener: NodeListener;
  drain: NodeDrain | undefined;
  isWatching: boolean;
  /** As the database has it (simulated ms). */
  beatAt: number;
  /** When the last renewal that was answered was sent. */
  renewedAt: number;
  isEnding: boolean;
  hasLeft: boolean;
}

const BEAT_MS = 5_000;
const LEASE_MS = 15_000;
const BEFORE_END_MS = 1_000;
const LOOK_MS = 1_000;
const ORPHANS_MS = 10_000;

/** The nodes as their database knows them, as PostgreSQL does it: heartbeats, leases, deaths and notices. */
export class SimulatedCluster {
  readonly #world: World;
  readonly #network: SimulatedNetwork;
  readonly #random: Random;
  readonly #claimants: () => Iterable<string>;
  #orphansAt = ORPHANS_MS;
  readonly #members = new Map<string, Member>();

  /** `claimants`: the nodes that have claims in the database. */
  constructor(world: World, network: SimulatedNetwork, random: Random, claimants: () => Iterable<string>) {
    this.#claimants = claimants;
    this.#world = world;
    this.#network = network;
    this.#random = random;
    this.#look();
  }

  isDead(nodeId: string): boolean {
    return !this.#members.has(nodeId);
  }

  /** What the store of a client does about nodes. */
  methodsOf(client: Client, store: JobStore): Pick<JobStore, 'join' | 'listNodes' | 'drainNode'> {
    return {
      join: (node, listener) =>
        this.#network.call(client, 'join', [], async () => this.#join({ client, store, node, listener })),
      listNodes: () => this.#network.call(client, 'listNodes', [], async () => this.#views()),
      drainNode: ({ nodeId, drain }) =>
        this.#network.call(client, 'drainNode', [], async () => {
          const member = this.#members.get(nodeId);
          if (member === undefined) return 'absent';
          if ((member.drain === undefined) === (drain === undefined)) return 'unchanged';
          member.drain = drain;
          this.#tell(member, () => member.listener.drain(drain));
          return 'done';
        }),
    };
  }

  /** The server notices soon that the process of a client has ended. */
  processEnded(client: Client, withinMs: number): void {
    this.#world.after(withinMs, undefined, () => {
      this.#remove([...this.#members.values()].filter((member) => member.client === client));
    });
  }

  #join(joining: Pick<Member, 'client' | 'store' | 'node' | 'listener'>): Membership {
    const { elapsed } = this.#world;
    const times = { beatAt: elapsed, renewedAt: elapsed };
    const state = { isWatching: false, isEnding: false, hasLeft: false, drain: joining.node.drain };
    const member: Member = { ...joining, ...times, ...state };
    this.#members.set(member.node.id, member);
    this.#othersChanged();
    this.#beatLater(member);
    this.#judgeLater(member);
    return {
      notify: (notice) => this.#notify(member, notice),
      watch: (isWatching) => {
        if (member.isWatching === isWatching) return;
        member.isWatching = isWatching;
        this.#othersChanged();
      },
      leave: async () => {
        member.hasLeft = true;
        await this.#network.call(member.client, 'leave', [], async () => {
          // A handler that could not be ended: the node stays until its process ends.
          if (![...this.#claimants()].includes(member.node.id)) this.#remove([member]);
        });
      },
    };
  }

  #beatLater(member: Member): void {
    this.#world.after(BEAT_MS, member.client, () => {
      if (member.hasLeft) return;
      const sentAt = this.#world.elapsed;
      const beat = async () => {
        if (!this.#members.has(member.node.id)) return false;
        member.beatAt = this.#world.elapsed;
        return true;
      };
      this.#network.call(member.client, 'beat', [], beat).then(
        (isKept) => (isKept ? this.#renewed(member, sentAt) : this.#isOver(member)),
        () => undefined,
      );
      this.#beatLater(member);
    });
  }

  #renewed(member: Member, sentAt: number): void {
    member.renewedAt = sentAt;
    if (!member.isEnding || member.hasLeft) return;
    member.isEnding = false;
    member.listener.lease('kept');
  }

  /** A node judges its own lease, by its own monotonic clock. */
  #judgeLater(member: Member): void {
    const { renewedAt, isEnding } = member;
    const at = renewedAt + LEASE_MS - (isEnding ? 0 : BEFORE_END_MS);
    this.#world.after(at - this.#world.elapsed, member.client, () => {
      if (member.hasLeft) return;
      const age = this.#world.elapsed - member.renewedAt;
      if (age >= LEASE_MS) return this.#isOver(member);
      if (age >= LEASE_MS - BEFORE_END_MS && !member.isEnding) {
        member.isEnding = true;
        member.listener.lease('ending');
      }
      this.#judgeLater(member);
    });
  }

  #isOver(member: Member): void {
    if (member.hasLeft) return;
    member.hasLeft = true;
    member.listener.lost();
  }

  /** The server looks for leases that have lapsed. */
  #look(): void {
    this.#world.after(LOOK_MS, undefined, () => {
      const lapsed = [...this.#members.values()].filter(
        ({ beatAt }) => beatAt + LEASE_MS <= this.#world.elapsed,
      );
      if (lapsed.length > 0) this.#remove(lapsed);
      // A claim may have been committed for a node after its claims were taken back.
      if (this.#world.elapsed >= this.#orphansAt) {
        this.#orphansAt = this.#world.elapsed + ORPHANS_MS;
        if (this.#hasOrphans()) this.#recover(0);
      }
      this.#look();
    });
  }

  #hasOrphans(): boolean {
    if (this.#members.size === 0) return false;
    for (const node of this.#claimants()) if (this.isDead(node)) return true;
    return false;
  }

  /** A live node takes back the claims of the others. */
  #remove(dead: readonly Member[]): void {
    if (dead.length === 0) return;
    for (const { node } of dead) this.#members.delete(node.id);
    this.#othersChanged();
    this.#recover(dead.length);
  }

  #recover(nodes: number): void {
    const able = [...this.#members.values()].filter(({ client }) => this.#isAble(client));
    // Otherwise the next node takes them back when it starts.
    if (able.length === 0) {
      if (this.#members.size > 0) this.#world.after(LOOK_MS, undefined, () => this.#recover(nodes));
      return;
    }
    const { client, store, node, listener } = this.#random.pick(able);
    const recover = () => store.recover({ node: node.id, withEnded: true });
    this.#network.call(client, 'recover', [{ node: node.id, withEnded: true }], recover).then(
      ({ recovered, failed, ended = [], paused = [], hasAlerts = false }) =>
        listener.recovered({ nodes, recovered, failed, ended, paused, hasAlerts }),
      () => this.#world.after(LOOK_MS, undefined, () => this.#recover(nodes)),
    );
    // Its process may end before the call arrives.
    this.#world.after(2 * LOOK_MS, undefined, () => {
      if (client.isDead) this.#recover(nodes);
    });
  }

  #isAble({ isDead, frozenUntil, cutOffUntil }: Client): boolean {
    const { elapsed } = this.#world;
    return !isDead && frozenUntil <= elapsed && cutOffUntil <= elapsed;
  }

  #notify(from: Member, notice: Notice): void {
    for (const member of this.#members.values()) {
      if (member === from || (notice.kind === 'events' && !member.isWatching)) continue;
      if (this.#isAble(from.client) && this.#isAble(member.client))
        this.#tell(member, () => member.listener.notice(notice));
      else this.#tell(member, () => member.listener.missed());
    }
  }

  #othersChanged(): void {
    for (const member of this.#members.values()) {
      const others = [...this.#members.values()].filter((each) => each !== member);
      const known = {
        count: others.length,
        isWatching: others.some(({ isWatching }) => isWatching),
        types: newestOf(others.map(({ node }) => node.types)),
      };
      this.#tell(member, () => member.listener.others(known));
    }
  }

  #tell(member: Member, what: () => void): void {
    const ms = this.#random.next() * member.client.delayMs;
    this.#world.after(ms, member.client, () => {
      if (!member.hasLeft) what();
    });
  }

  #views(): readonly NodeView[] {
    return [...this.#members.values()].map(({ node: { declares: _, ...node }, listener, drain, beatAt }) => ({
      ...node,
      ...listener.state(),
      drain,
      beatAt,
      stalledMs: 0,
    }));
  }
}
