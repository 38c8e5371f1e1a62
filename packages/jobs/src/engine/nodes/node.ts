import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { LeaseKept } from '../../core/nodes/lease.ts';
import {
  type JoiningNode,
  type Membership,
  NO_OTHERS,
  type NodeDrain,
  type NodeInfo,
  type Notice,
  newestOf,
  type Others,
  type TypeVersions,
} from '../../core/nodes/membership.ts';
import type { Settings } from '../options.ts';

/** The longest name that DNS allows. */
const MAX_HOST = 253;

export interface NodeDeps {
  readonly settings: Settings;
  readonly types: TypeVersions;
}

/** This process among the nodes: its id, its lease, what it knows of the others, and how it notifies them. */
export class Node {
  readonly #with: NodeDeps;
  #id: string = randomUUID();
  /** The start of the process, whatever its id. */
  #startedAt: number | undefined;
  #membership: Membership | undefined;
  #lease: LeaseKept = 'kept';
  #others: Others = NO_OTHERS;
  #drain: NodeDrain | undefined;

  constructor(deps: NodeDeps) {
    this.#with = deps;
  }

  get id(): string {
    return this.#id;
  }

  get info(): NodeInfo {
    const { settings, types } = this.#with;
    const { version, concurrency: places, release } = settings;
    const startedAt = this.#startedAt ?? settings.clock.now();
    const place = { host: hostname().slice(0, MAX_HOST), pid: process.pid };
    const released = release === undefined ? {} : { release };
    return { id: this.#id, ...place, version, ...released, places, types, startedAt, drain: this.#drain };
  }

  /** Whether it may claim. */
  get isMember(): boolean {
    return this.#membership !== undefined && this.#lease !== 'ending';
  }

  /** Whether it was told to finish its runs, and to plan and claim nothing more. */
  get isDrained(): boolean {
    return this.#drain !== undefined;
  }

  get hasOthers(): boolean {
    return this.#others.count > 0;
  }

  get lease(): LeaseKept {
    return this.#lease;
  }

  /** The job types that this node or another can run, each in its newest version (P22, types and deploys). */
  get liveTypes(): TypeVersions {
    return newestOf([this.#with.types, this.#others.types]);
  }

  notify(notice: Notice): void {
    this.#membership?.notify(notice);
  }

  watch(isWatching: boolean): void {
    this.#membership?.watch(isWatching);
  }

  joining(): JoiningNode {
    const { clock, declares } = this.#with.settings;
    this.#startedAt ??= clock.now();
    return declares === undefined ? this.info : { ...this.info, declares };
  }

  joined(membership: Membership): void {
    this.#membership = membership;
  }

  othersChanged(others: Others): void {
    this.#others = others;
  }

  leaseChanged(lease: LeaseKept): void {
    this.#lease = lease;
  }

  drained(drain: NodeDrain | undefined): void {
    this.#drain = drain;
  }

  /** Another node has taken its claims: it gets a new id, with which it can join again. */
  expired(): void {
    this.#membership = undefined;
    this.#lease = 'kept';
    this.#others = NO_OTHERS;
    this.#id = randomUUID();
  }

  /** Ends the membership, if there is one. */
  left(): Membership | undefined {
    const membership = this.#membership;
    this.#membership = undefined;
    return membership;
  }
}
