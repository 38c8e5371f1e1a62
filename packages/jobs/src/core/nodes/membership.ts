import type { JobEvent } from '../model/events.ts';
import type { Job } from '../model/job.ts';
import type { RunOver } from '../model/run.ts';
import type { NewRun } from '../rules/decision.ts';
import type { LeaseKept } from './lease.ts';

/** The job types that a node can run, by name, in that version or an older one (P22, types and deploys). */
export type TypeVersions = Readonly<Record<string, number>>;

/** Whether a node with `types` can run what is about to be made of a job. */
export function canRun(types: TypeVersions, { type, typeVersion }: Job, run: NewRun): boolean {
  return (types[type] ?? 0) >= (run.typeVersion ?? typeVersion);
}

/** All types of several nodes, each in its newest version. */
export function newestOf(nodes: readonly TypeVersions[]): TypeVersions {
  const newest: Record<string, number> = {};
  for (const types of nodes) {
    for (const [type, version] of Object.entries(types)) {
      newest[type] = Math.max(version, newest[type] ?? 0);
    }
  }
  return newest;
}

/** A process that claims runs: what the others are told of it. */
export interface NodeInfo {
  readonly id: string;
  readonly version: string;
  readonly places: number;
  readonly types: TypeVersions;
  readonly startedAt: number;
}

/** What a node tells of itself, time and again. */
export interface NodeState {
  readonly busy: number;
  /** Claimed runs that wait for a place on it. */
  readonly buffered: number;
  /** It holds claims back to keep its API quick. */
  readonly throttled: boolean;
  readonly eventLoopDelayMs: number;
}

/** A living node, as it has told of itself. */
export interface NodeView extends NodeInfo, NodeState {
  /** When it was last heard of. */
  readonly beatAt: number;
  /** How long its event loop had stood still at its last heartbeat (ms); 0 when that was hardly at all. */
  readonly stalledMs: number;
}

/** An event as one node tells it to another, whose own ring numbers it. */
export type NodeEvent = Omit<JobEvent, 'id'>;

/** What one node tells the others, once what it tells of is durable. */
export type Notice =
  /** Something may be due sooner than they know. */
  | { readonly kind: 'wake' }
  /** The job was edited, paused or deleted: unstarted claims of it go back (P12, cancel; P14, pause). */
  | { readonly kind: 'job_changed'; readonly jobId: string }
  /** These claimed runs were asked to stop. */
  | { readonly kind: 'cancel'; readonly runIds: readonly string[] }
  /** For those who watch; told only while another node has a watcher. */
  | { readonly kind: 'events'; readonly events: readonly NodeEvent[] };

/** What a node knows of the others. */
export interface Others {
  readonly count: number;
  /** One of them has somebody who watches events. */
  readonly isWatching: boolean;
  /** What they can run, each type in the newest version that one of them has (P22, types and deploys). */
  readonly types: TypeVersions;
}

/** None, as far as is known. */
export const NO_OTHERS: Others = { count: 0, isWatching: false, types: {} };

/** What was taken back of nodes that are gone. */
export interface Recovered {
  readonly nodes: number;
  readonly recovered: number;
  readonly failed: number;
  /** The runs that are over with that: failed, or cancelled. */
  readonly ended: readonly RunOver[];
}

/** What a node hears as long as it is one, and is asked. */
export interface NodeListener {
  notice(notice: Notice): void;
  /** The number, the types or the watching of the other nodes changed. Before the first call: none. */
  others(others: Others): void;
  /** For a while no notice could be heard: there may have been some. */
  missed(): void;
  /** Claims of dead nodes were taken back by this one (P9, lost nodes). */
  recovered(what: Recovered): void;
  /** How the node's lease stands has changed; at first it is `kept`. */
  lease(state: LeaseKept): void;
  /** The lease has expired: the node no longer owns its claims, and must join again under a new id. */
  lost(): void;
  /** The node works less well than it could; says why, and what to do. Told once. */
  degraded(why: string): void;
  /** What the others are to see of the node; asked every second or so. */
  state(): NodeState;
}

/** A node among the others. */
export interface Membership {
  /** Nobody is told when there are no others. */
  notify(notice: Notice): void;
  /** Whether somebody watches events on this node: the others tell of theirs while it is so. */
  watch(isWatching: boolean): void;
  /** Ends the membership. A node whose handlers could not be ended lives on until its process ends. */
  leave(): Promise<void>;
}
